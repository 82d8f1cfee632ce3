// Digests and MACs, as functions over any number of pieces. NTLM's old ones come from Nettle,
// SHA-2 from OpenSSL in the library's private context.
#pragma once

#include <array>
#include <initializer_list>

#include "base/bytes.h"
#include "base/secret.h"

namespace opensspi::crypto {

using Digest128 = std::array<std::uint8_t, 16>;
using Digest256 = std::array<std::uint8_t, 32>;
using Pieces = std::initializer_list<ByteView>;

[[nodiscard]] Digest128 md5(Pieces pieces);
[[nodiscard]] SecretArray<16> secret_md4(Pieces pieces);  // NT hashes
[[nodiscard]] SecretArray<16> secret_md5(Pieces pieces);  // keys derived by MD5
[[nodiscard]] Digest128 hmac_md5(ByteView key, Pieces pieces);
[[nodiscard]] SecretArray<16> secret_hmac_md5(ByteView key, Pieces pieces);
[[nodiscard]] Digest256 sha256(Pieces pieces);
[[nodiscard]] std::uint32_t crc32(ByteView bytes);

// HMAC-MD5 under a key that signs many messages: what depends on the key alone, half of the work
// for a short message, is done once.
class HmacMd5 {
 public:
  explicit HmacMd5(ByteView key);
  [[nodiscard]] Digest128 of(Pieces pieces) const;

 private:
  SecretArray<16> inner_, outer_;  // MD5's state after each pad
};

}  // namespace opensspi::crypto
