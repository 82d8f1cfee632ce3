// MD4 ([RFC 1320]), MD5 ([RFC 1321]) and HMAC-MD5 ([RFC 2104]) over Nettle, which has them on
// minimal and FIPS systems too; SHA-256 over OpenSSL; CRC-32 for NTLMv1's signatures.
#include "crypto/digest.h"

#include <nettle/hmac.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <openssl/evp.h>

#include <cstring>
#include <memory>
#include <new>

#include "crypto/openssl.h"

namespace opensspi::crypto {

namespace {

using Out128 = std::span<std::uint8_t, 16>;

// A Nettle context, which keeps the last block of what it hashed: erased on death.
template <class Context>
struct Erased {
  Context context;
  Erased() = default;
  Erased(const Erased&) = delete;
  Erased& operator=(const Erased&) = delete;
  ~Erased() { erase({reinterpret_cast<std::uint8_t*>(&context), sizeof context}); }
};

void md4_into(Out128 out, Pieces pieces) {
  Erased<md4_ctx> hash;
  md4_init(&hash.context);
  for (const ByteView piece : pieces) md4_update(&hash.context, piece.size(), piece.data());
  md4_digest(&hash.context, out.size(), out.data());
}

void md5_into(Out128 out, Pieces pieces) {
  Erased<md5_ctx> hash;
  md5_init(&hash.context);
  for (const ByteView piece : pieces) md5_update(&hash.context, piece.size(), piece.data());
  md5_digest(&hash.context, out.size(), out.data());
}

void hmac_md5_into(Out128 out, ByteView key, Pieces pieces) {
  Erased<hmac_md5_ctx> mac;
  hmac_md5_set_key(&mac.context, key.size(), key.data());
  for (const ByteView piece : pieces) hmac_md5_update(&mac.context, piece.size(), piece.data());
  hmac_md5_digest(&mac.context, out.size(), out.data());
}

// MD5 after one whole block, which is what the pads of HMAC are.
void keep(SecretArray<16>& state, const md5_ctx& after_pad) {
  static_assert(sizeof after_pad.state == 16);
  std::memcpy(state.expose_mutable().data(), after_pad.state, sizeof after_pad.state);
}

void resume(md5_ctx& hash, const SecretArray<16>& state) {
  std::memcpy(hash.state, state.expose().data(), sizeof hash.state);
  hash.count = 1;
  hash.index = 0;
}

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(library_context(), "SHA256", nullptr);
  return algorithm;
}

// CRC-32 of ISO/IEC 3309 and [RFC 1952] 8: reflected, polynomial 0x04C11DB7.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t remainder = i;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder & 1) != 0 ? remainder >> 1 ^ 0xEDB88320 : remainder >> 1;
    }
    table[i] = remainder;
  }
  return table;
}

}  // namespace

Digest128 md5(Pieces pieces) {
  Digest128 out;
  md5_into(out, pieces);
  return out;
}

SecretArray<16> secret_md4(Pieces pieces) {
  SecretArray<16> out;
  md4_into(out.expose_mutable(), pieces);
  return out;
}

SecretArray<16> secret_md5(Pieces pieces) {
  SecretArray<16> out;
  md5_into(out.expose_mutable(), pieces);
  return out;
}

Digest128 hmac_md5(ByteView key, Pieces pieces) {
  Digest128 out;
  hmac_md5_into(out, key, pieces);
  return out;
}

SecretArray<16> secret_hmac_md5(ByteView key, Pieces pieces) {
  SecretArray<16> out;
  hmac_md5_into(out.expose_mutable(), key, pieces);
  return out;
}

HmacMd5::HmacMd5(ByteView key) {
  Erased<hmac_md5_ctx> mac;
  hmac_md5_set_key(&mac.context, key.size(), key.data());
  keep(inner_, mac.context.inner);
  keep(outer_, mac.context.outer);
}

Digest128 HmacMd5::of(Pieces pieces) const {
  Digest128 digest;
  Erased<md5_ctx> hash;
  resume(hash.context, inner_);
  for (const ByteView piece : pieces) md5_update(&hash.context, piece.size(), piece.data());
  md5_digest(&hash.context, digest.size(), digest.data());
  resume(hash.context, outer_);
  md5_update(&hash.context, digest.size(), digest.data());
  md5_digest(&hash.context, digest.size(), digest.data());
  return digest;
}

Digest256 sha256(Pieces pieces) {
  Digest256 out;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
  // With the default provider loaded, OpenSSL's digests fail for want of memory only.
  bool ok = hash && EVP_DigestInit_ex2(hash.get(), sha256_algorithm(), nullptr) == 1;
  for (const ByteView piece : pieces) {
    ok = ok && EVP_DigestUpdate(hash.get(), piece.data(), piece.size()) == 1;
  }
  if (!ok || EVP_DigestFinal_ex(hash.get(), out.data(), nullptr) != 1) throw std::bad_alloc();
  return out;
}

std::uint32_t crc32(ByteView bytes) {
  static constexpr auto kTable = make_crc_table();
  std::uint32_t remainder = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    remainder = remainder >> 8 ^ kTable[(remainder ^ byte) & 0xFF];
  }
  return ~remainder;
}

}  // namespace opensspi::crypto
