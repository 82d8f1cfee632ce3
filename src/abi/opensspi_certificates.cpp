// opensspi.h: certificates from PEM and from PKCS#11 tokens.
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "abi/certificates.h"
#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/module.h"
#include "abi/text.h"
#include "crypto/digest.h"
#include "smartcard/open_certificate.h"
#include "x509/private_key.h"

namespace opensspi::abi {
namespace {

ByteView bytes(const void* data, std::size_t size) {
  return {static_cast<const std::uint8_t*>(data), data != nullptr ? size : 0};
}

Block<char> text_of(ByteView bytes) {
  auto block = make_block<char>(bytes.size() + 1);
  std::memcpy(block.get(), bytes.data(), bytes.size());
  return block;
}

Result<std::shared_ptr<const x509::KeyPair>> living(PCCERT_CONTEXT context) {
  auto pair = find_certificate(context);
  if (pair == nullptr) return fail(Status::InvalidHandle, "this is no certificate of the library");
  return pair;
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_certificate_from_pem(const void* certificate,
                                                              size_t certificate_size,
                                                              const void* key, size_t key_size,
                                                              const char* password,
                                                              PCCERT_CONTEXT* context) {
  return guard([&]() -> Result<void> {
    if (context == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the certificate");
    const std::string_view secret = password != nullptr ? password : "";
    TRY_ASSIGN(x509::KeyPair pair, x509::key_pair_from_pem(bytes(certificate, certificate_size),
                                                           bytes(key, key_size), view(secret)));
    TRY_ASSIGN(*context, new_certificate_context(std::move(pair)));
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_certificate_from_pkcs11(const char* uri, const char* pin,
                                                                 PCCERT_CONTEXT* context) {
  return guard([&]() -> Result<void> {
    if (uri == nullptr || context == nullptr)
      return fail(Status::InvalidParameter, "there is no URI, or no place for the certificate");
    std::optional<SecretBytes> secret;
    if (pin != nullptr) secret.emplace(view(std::string_view(pin)));
    const std::string module = Module::instance().policy().current()->pkcs11_module;
    TRY_ASSIGN(x509::KeyPair pair, smartcard::open_certificate(uri, std::move(secret), module));
    TRY_ASSIGN(*context, new_certificate_context(std::move(pair)));
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_make_self_signed(const char* common_name,
                                                          char** certificate,
                                                          size_t* certificate_size, char** key,
                                                          size_t* key_size) {
  return guard([&]() -> Result<void> {
    if (common_name == nullptr || certificate == nullptr || certificate_size == nullptr ||
        key == nullptr || key_size == nullptr)
      return fail(Status::InvalidParameter, "an argument is NULL");
    TRY_ASSIGN(x509::PemPair pem, x509::make_self_signed(common_name));
    auto key_text = text_of(pem.key);
    auto certificate_text = text_of(pem.certificate);
    erase(pem.key);
    *certificate = certificate_text.release();
    *certificate_size = pem.certificate.size();
    *key = key_text.release();
    *key_size = pem.key.size();
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_certificate_sha256(PCCERT_CONTEXT context,
                                                            uint8_t digest[32]) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const auto pair, living(context));
    if (digest == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the digest");
    const crypto::Digest256 hash = crypto::sha256({pair->chain.front().der()});
    std::memcpy(digest, hash.data(), hash.size());
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_certificate_subject(PCCERT_CONTEXT context,
                                                             char** subject) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const auto pair, living(context));
    if (subject == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the subject");
    TRY_ASSIGN(auto text, text_block<char>(pair->chain.front().subject_name()));
    *subject = text.release();
    return {};
  });
}
