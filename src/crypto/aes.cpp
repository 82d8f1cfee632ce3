// One call of EVP over all of the data.
#include "crypto/aes.h"

#include <openssl/evp.h>

#include <limits>
#include <memory>
#include <new>

#include "crypto/openssl.h"

namespace opensspi::crypto {

Result<void> aes256_ctr(const SecretArray<32>& key, std::span<const std::uint8_t, 16> counter,
                        ByteSpan data) {
  static const EVP_CIPHER* const cipher =
      EVP_CIPHER_fetch(library_context(), "AES-256-CTR", nullptr);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  if (context == nullptr) throw std::bad_alloc();
  int written = 0;
  if (cipher == nullptr || data.size() > std::size_t{std::numeric_limits<int>::max()} ||
      EVP_EncryptInit_ex2(context.get(), cipher, key.expose().data(), counter.data(), nullptr) !=
          1 ||
      EVP_EncryptUpdate(context.get(), data.data(), &written, data.data(),
                        static_cast<int>(data.size())) != 1)
    return fail(Status::EncryptFailure, "AES does not work on this system");
  return {};
}

}  // namespace opensspi::crypto
