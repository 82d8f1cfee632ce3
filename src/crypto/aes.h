// AES-256 in counter mode ([NIST SP 800-38A] 6.5), over OpenSSL. It hides; it does not
// authenticate.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace opensspi::crypto {

// XORs the key stream that begins at the block `counter` over `data` in place: encrypts, and
// decrypts. No block of the stream may be used for two texts.
Result<void> aes256_ctr(const SecretArray<32>& key, std::span<const std::uint8_t, 16> counter,
                        ByteSpan data);

}  // namespace opensspi::crypto
