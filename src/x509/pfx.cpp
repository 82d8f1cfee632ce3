// PKCS#12 (RFC 7292): what Windows exports a certificate with its key as.
//
// Old Windows encrypts with RC2-40 and 3DES; RC2 lives in OpenSSL's legacy provider. That one is
// loaded into a context of its own, which dies with this import, and what was read is carried
// over as DER, so the library's context never has it.
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs12err.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/secret.h"
#include "crypto/openssl.h"
#include "x509/chain.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};

using OwnedLibrary = std::unique_ptr<OSSL_LIB_CTX, FreedBy<OSSL_LIB_CTX_free>>;
using OwnedProvider = std::unique_ptr<OSSL_PROVIDER, FreedBy<OSSL_PROVIDER_unload>>;
using OwnedPkcs12 = std::unique_ptr<PKCS12, FreedBy<PKCS12_free>>;
using OwnedStack = std::unique_ptr<STACK_OF(X509), FreeStack>;

// The context of one import; while it lives it is this thread's default, because OpenSSL 3.0 looks
// up some of PKCS#12's algorithms there. The members die in reverse order.
class Workshop {
 public:
  Workshop() {
    if (library_ == nullptr) return;  // a null context would mean the host program's
    standard_.reset(OSSL_PROVIDER_load(library_.get(), "default"));
    legacy_.reset(OSSL_PROVIDER_try_load(library_.get(), "legacy", 1));
    hosts_ = OSSL_LIB_CTX_set0_default(library_.get());
  }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop() { OSSL_LIB_CTX_set0_default(hosts_); }  // null changes nothing

  [[nodiscard]] OSSL_LIB_CTX* library() const { return library_.get(); }
  [[nodiscard]] bool ready() const { return standard_ != nullptr; }
  [[nodiscard]] bool has_legacy() const { return legacy_ != nullptr; }

 private:
  OwnedLibrary library_{OSSL_LIB_CTX_new()};
  OwnedProvider standard_, legacy_;
  OSSL_LIB_CTX* hosts_ = nullptr;
};

struct Contents {
  OwnedPkey key;
  OwnedX509 certificate;
  OwnedStack others;
};

constexpr std::uint32_t kWrongPassword = 0xC000006A;  // STATUS_WRONG_PASSWORD

Error why_not_parsed(bool has_legacy) {
  bool wrong_password = false, unsupported = false;
  while (const unsigned long code = ERR_get_error()) {
    const int reason = ERR_GET_REASON(code);
    wrong_password |= ERR_GET_LIB(code) == ERR_LIB_PKCS12 && reason == PKCS12_R_MAC_VERIFY_FAILURE;
    unsupported |= reason == ERR_R_UNSUPPORTED;
  }
  if (wrong_password) {
    return {Status::UnknownCredentials, "the password does not open the PFX", kWrongPassword};
  }
  if (unsupported && !has_legacy) {
    return {Status::UnknownCredentials,
            "the PFX is encrypted with an old algorithm (RC2) and OpenSSL's legacy provider, which "
            "has it, is not installed"};
  }
  if (unsupported) {
    return {Status::UnknownCredentials,
            "the PFX is encrypted with an algorithm that OpenSSL does not have"};
  }
  return {Status::UnknownCredentials, "the PFX is damaged"};
}

Result<Contents> parse(const Workshop& workshop, ByteView pfx, ByteView password) {
  PKCS12* decoded = PKCS12_init_ex(NID_pkcs7_data, workshop.library(), nullptr);
  const std::uint8_t* position = pfx.data();
  // d2i fills it, or frees it and clears the pointer.
  d2i_PKCS12(&decoded, &position, static_cast<long>(pfx.size()));
  const OwnedPkcs12 pkcs12(decoded);
  if (pkcs12 == nullptr || position == pfx.data()) {
    ERR_clear_error();
    return fail(Status::UnknownCredentials, "the bytes are not a PFX (PKCS#12) file");
  }
  SecretBytes terminated(password.size() + 1);  // PKCS12_parse wants a C string
  std::copy(password.begin(), password.end(), terminated.expose_mutable().begin());
  ERR_clear_error();
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  const int parsed =
      PKCS12_parse(pkcs12.get(), reinterpret_cast<const char*>(terminated.expose().data()), &key,
                   &certificate, &others);
  Contents contents{OwnedPkey(key), OwnedX509(certificate), OwnedStack(others)};
  if (parsed != 1) return fail(why_not_parsed(workshop.has_legacy()));
  ERR_clear_error();
  if (contents.key == nullptr) {
    return fail(Status::UnknownCredentials, "the PFX holds no private key");
  }
  if (contents.certificate == nullptr) {
    return fail(Status::UnknownCredentials, "the PFX holds no certificate for its private key");
  }
  return contents;
}

Result<Certificate> carried_over(X509* x509) {
  std::uint8_t* der = nullptr;
  const int size = i2d_X509(x509, &der);
  if (size <= 0) return fail(Status::UnknownCredentials, "a certificate in the PFX is damaged");
  auto certificate = Certificate::from_der({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return certificate;
}

// OpenSSL keeps it as UTF-8.
std::string friendly_name_of(X509* x509) {
  int size = 0;
  const unsigned char* name = X509_alias_get0(x509, &size);
  if (name == nullptr || size <= 0) return {};
  return {reinterpret_cast<const char*>(name), static_cast<std::size_t>(size)};
}

Result<OwnedPkey> carried_over(EVP_PKEY* key) {
  const int size = i2d_PrivateKey(key, nullptr);
  if (size <= 0) return fail(Status::UnknownCredentials, "the PFX's private key is damaged");
  SecretBytes der(static_cast<std::size_t>(size));
  std::uint8_t* end = der.expose_mutable().data();
  i2d_PrivateKey(key, &end);
  const std::uint8_t* position = der.expose().data();
  OwnedPkey copy(
      d2i_AutoPrivateKey_ex(nullptr, &position, size, crypto::library_context(), nullptr));
  ERR_clear_error();
  if (copy == nullptr) {
    return fail(Status::UnknownCredentials, "the PFX's private key is of a kind that TLS lacks");
  }
  return copy;
}

}  // namespace

Result<KeyPair> key_pair_from_pfx(ByteView pfx, ByteView password) {
  const Workshop workshop;
  if (!workshop.ready()) {
    return fail(Status::CryptoSystemInvalid, "OpenSSL's default provider cannot be loaded");
  }
  TRY_ASSIGN(const Contents contents, parse(workshop, pfx, password));
  TRY_ASSIGN(Certificate end_entity, carried_over(contents.certificate.get()));
  std::vector<Certificate> others;
  for (int i = 0; i < sk_X509_num(contents.others.get()); ++i) {
    TRY_ASSIGN(Certificate other, carried_over(sk_X509_value(contents.others.get(), i)));
    others.push_back(std::move(other));
  }
  TRY_ASSIGN(OwnedPkey key, carried_over(contents.key.get()));
  // A PFX holds its certificates in any order: each is followed by its issuer, the rest is dropped.
  TRY_ASSIGN(KeyPair pair,
             paired(with_issuers(std::move(end_entity), std::move(others)), std::move(key)));
  pair.friendly_name = friendly_name_of(contents.certificate.get());
  return pair;
}

}  // namespace opensspi::x509
