// RFC 8017 9. OpenSSL's own functions are deprecated, or want the private key.
#include "x509/rsa_padding.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "crypto/openssl.h"
#include "crypto/random.h"

namespace opensspi::x509 {
namespace {

// RFC 8017 9.2, note 1: all of a DigestInfo but the digest.
constexpr std::array<std::uint8_t, 19> kDigestInfo = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60,
                                                      0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                      0x01, 0x05, 0x00, 0x04, 0x20};
constexpr std::size_t kOuterSizeAt = 1, kHashAt = 14, kDigestSizeAt = 18;

tl::unexpected<Error> too_short() {
  return fail(Status::UnknownCredentials, "the RSA key is too short for its signatures");
}

// RFC 8017 B.2.1, onto `block`.
Result<void> mask(SignatureHash hash, ByteView seed, ByteSpan block) {
  std::uint8_t counter = 0;
  for (std::size_t at = 0; at < block.size(); ++counter) {
    Bytes input = copy(seed);
    append(input, std::array<std::uint8_t, 4>{0, 0, 0, counter});
    TRY_ASSIGN(const Bytes part, digest_of(hash, input));
    for (std::size_t i = 0; i < part.size() && at < block.size(); ++i) block[at++] ^= part[i];
  }
  return {};
}

}  // namespace

const char* openssl_name(SignatureHash hash) {
  switch (hash) {
    case SignatureHash::Sha256:
      return "SHA256";
    case SignatureHash::Sha384:
      return "SHA384";
    case SignatureHash::Sha512:
      return "SHA512";
    case SignatureHash::Sha1:
      return "SHA1";
    default:
      return "MD5-SHA1";
  }
}

Result<Bytes> digest_of(SignatureHash hash, ByteView message) {
  Bytes digest(EVP_MAX_MD_SIZE);
  std::size_t size = 0;
  if (EVP_Q_digest(crypto::library_context(), openssl_name(hash), nullptr, message.data(),
                   message.size(), digest.data(), &size) != 1) {
    return fail(Status::CryptoSystemInvalid, "OpenSSL lacks a digest that TLS needs");
  }
  digest.resize(size);
  return digest;
}

Bytes digest_info(SignatureHash hash, ByteView digest) {
  Bytes info = copy(kDigestInfo);
  info[kOuterSizeAt] = static_cast<std::uint8_t>(kDigestInfo.size() - 2 + digest.size());
  info[kHashAt] = static_cast<std::uint8_t>(1 + static_cast<int>(hash));
  info[kDigestSizeAt] = static_cast<std::uint8_t>(digest.size());
  append(info, digest);
  return info;
}

Result<Bytes> pkcs1_block(ByteView digest_info, std::size_t size) {
  constexpr std::size_t kLeastPadding = 11;
  if (size < digest_info.size() + kLeastPadding) return too_short();
  Bytes block(size, 0xFF);
  block[0] = 0;
  block[1] = 1;
  block[size - digest_info.size() - 1] = 0;
  std::copy(digest_info.begin(), digest_info.end(), block.end() - std::ssize(digest_info));
  return block;
}

Result<Bytes> pss_block(SignatureHash hash, ByteView digest, std::size_t modulus_bits) {
  const std::size_t bits = modulus_bits - 1, size = (bits + 7) / 8, hash_size = digest.size();
  if (size < 2 * hash_size + 2) return too_short();
  Bytes salted(8);
  append(salted, digest);
  salted.resize(salted.size() + hash_size);
  const ByteSpan salt = ByteSpan(salted).last(hash_size);
  TRY(crypto::random(salt));
  TRY_ASSIGN(const Bytes seed, digest_of(hash, salted));
  // Of 0s, a 1 and the salt, masked; then the digest and 0xBC.
  Bytes block(size - hash_size - 1);
  block[block.size() - hash_size - 1] = 1;
  std::copy(salt.begin(), salt.end(), block.end() - std::ssize(salt));
  TRY(mask(hash, seed, block));
  block[0] &= static_cast<std::uint8_t>(0xFF >> (8 * size - bits));
  append(block, seed);
  block.push_back(0xBC);
  if (size < (modulus_bits + 7) / 8) block.insert(block.begin(), 0);
  return block;
}

}  // namespace opensspi::x509
