// RSA blocks for tokens that only raise to the private power.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "x509/signer.h"

namespace opensspi::x509 {

// RFC 8017 9.2: DigestInfo of SHA-2.
[[nodiscard]] Bytes digest_info(SignatureHash hash, ByteView digest);
// RFC 8017 9.2: EMSA-PKCS1-v1_5 of a DigestInfo. `size`: the modulus', in bytes.
Result<Bytes> pkcs1_block(ByteView digest_info, std::size_t size);
// RFC 8017 9.1.1: EMSA-PSS with a salt as long as the digest, in a block as long as the modulus,
// which has so many bits.
Result<Bytes> pss_block(SignatureHash hash, ByteView digest, std::size_t modulus_bits);

// "SHA256"
[[nodiscard]] const char* openssl_name(SignatureHash hash);
Result<Bytes> digest_of(SignatureHash hash, ByteView message);

}  // namespace opensspi::x509
