// ECDSA as PKCS #11 has it: r and s, of equal sizes, over a digest.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace opensspi::test {

inline std::vector<std::uint8_t> raw_ecdsa(EVP_PKEY* key, std::span<const std::uint8_t> digest) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> ctx(
      EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
  std::vector<std::uint8_t> der(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = der.size();
  if (ctx == nullptr || EVP_PKEY_sign_init(ctx.get()) != 1 ||
      EVP_PKEY_sign(ctx.get(), der.data(), &size, digest.data(), digest.size()) != 1)
    throw std::runtime_error("OpenSSL could not sign");
  const unsigned char* at = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)), ECDSA_SIG_free);
  const int half = (EVP_PKEY_get_bits(key) + 7) / 8;
  std::vector<std::uint8_t> pair(static_cast<std::size_t>(2 * half));
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), pair.data(), half);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), pair.data() + half, half);
  return pair;
}

}  // namespace opensspi::test
