// Certificates that tests make on the spot: authorities, servers, old and wrong ones. OpenSSL's
// default context makes them, so that no setting of the library under test is used.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "x509/private_key.h"

namespace opensspi::test {

enum class KeyKind { Rsa, Rsa512, Rsa1024, Ec, Ed25519 };

// A certificate with its key, as OpenSSL objects and as PEM.
struct Issued {
  std::shared_ptr<X509> x509;
  std::shared_ptr<EVP_PKEY> key;

  [[nodiscard]] Bytes certificate_pem() const;
  [[nodiscard]] Bytes certificate_der() const;
  // Encrypted by AES-256 in PKCS#8 when there is a password.
  [[nodiscard]] Bytes key_pem(const std::string& password = "") const;
  [[nodiscard]] x509::KeyPair key_pair() const;
};

struct Recipe {
  std::string common_name = "server.example";
  KeyKind key = KeyKind::Ec;
  const Issued* issuer = nullptr;                         // null: self-signed
  std::vector<std::pair<int, std::string>> extensions{};  // NID, OpenSSL's text form
  int first_day = -1, last_day = 30;                      // from today
  const char* digest = "SHA256";                          // null: the key's own
};

// With a new key of the recipe's kind, or with the one that is given.
Issued issue(const Recipe& recipe, std::shared_ptr<EVP_PKEY> key = nullptr);
// A self-signed authority, or one of `issuer`.
Issued issue_authority(const std::string& common_name, const Issued* issuer = nullptr);
// The same, as bytes, with another signature than its issuer's.
Bytes forged(const Issued& issued);
// One server certificate of each kind for the whole program: RSA keys take long to make.
const Issued& server_of(KeyKind kind);

struct PfxRecipe {
  std::string password;
  std::string name = "friendly";
  int key_algorithm = 0, certificate_algorithm = 0;  // PBE NIDs; 0: AES-256 with PBKDF2
  std::vector<const Issued*> chain{};                // above the end entity, in any order
};
Bytes make_pfx(const Issued& issued, const PfxRecipe& recipe);

namespace certificates {

inline constexpr long kDay = 24L * 60 * 60;

inline void require(bool made) {
  if (!made) throw std::runtime_error("OpenSSL could not make a test certificate");
}

inline std::shared_ptr<EVP_PKEY> make_key(KeyKind kind) {
  EVP_PKEY* key = nullptr;
  switch (kind) {
    case KeyKind::Rsa:
      key = EVP_RSA_gen(2048);
      break;
    case KeyKind::Rsa512:
      key = EVP_RSA_gen(512);
      break;
    case KeyKind::Rsa1024:
      key = EVP_RSA_gen(1024);
      break;
    case KeyKind::Ec:
      key = EVP_EC_gen("P-256");
      break;
    case KeyKind::Ed25519:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      break;
  }
  require(key != nullptr);
  return {key, EVP_PKEY_free};
}

template <class Write>
Bytes written(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  require(write(out.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return copy(view({text, static_cast<std::size_t>(size)}));
}

inline void add_extensions(X509* x509, X509* issuer, const Recipe& recipe) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  for (const auto& [nid, value] : recipe.extensions) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    require(extension != nullptr && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
}

}  // namespace certificates

inline Issued issue(const Recipe& recipe, std::shared_ptr<EVP_PKEY> key) {
  static long serial = 1000;
  if (key == nullptr) key = certificates::make_key(recipe.key);
  Issued issued{{X509_new(), X509_free}, std::move(key)};
  X509* x509 = issued.x509.get();
  X509* issuer = recipe.issuer == nullptr ? x509 : recipe.issuer->x509.get();
  EVP_PKEY* signer = recipe.issuer == nullptr ? issued.key.get() : recipe.issuer->key.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), recipe.first_day * certificates::kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509), recipe.last_day * certificates::kDay);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(recipe.common_name.data()),
                             static_cast<int>(recipe.common_name.size()), -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer));
  X509_set_pubkey(x509, issued.key.get());
  certificates::add_extensions(x509, issuer, recipe);
  const EVP_MD* digest = recipe.digest == nullptr ? nullptr : EVP_get_digestbyname(recipe.digest);
  certificates::require(X509_sign(x509, signer, digest) > 0);
  return issued;
}

inline Issued issue_authority(const std::string& common_name, const Issued* issuer) {
  return issue({.common_name = common_name,
                .issuer = issuer,
                .extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                               {NID_subject_key_identifier, "hash"}}});
}

inline Bytes forged(const Issued& issued) {
  Bytes der = issued.certificate_der();
  der.back() ^= 1;
  return der;
}

inline const Issued& server_of(KeyKind kind) {
  static const Issued rsa = issue({.key = KeyKind::Rsa});
  static const Issued ec = issue({.key = KeyKind::Ec});
  static const Issued ed25519 = issue({.key = KeyKind::Ed25519, .digest = nullptr});
  switch (kind) {
    case KeyKind::Rsa:
      return rsa;
    case KeyKind::Ec:
      return ec;
    default:
      return ed25519;
  }
}

inline Bytes Issued::certificate_pem() const {
  return certificates::written([this](BIO* out) { return PEM_write_bio_X509(out, x509.get()); });
}

inline Bytes Issued::certificate_der() const {
  return certificates::written([this](BIO* out) { return i2d_X509_bio(out, x509.get()); });
}

inline Bytes Issued::key_pem(const std::string& password) const {
  return certificates::written([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(),
                                         password.empty() ? nullptr : EVP_aes_256_cbc(),
                                         password.empty() ? nullptr : password.data(),
                                         static_cast<int>(password.size()), nullptr, nullptr);
  });
}

inline x509::KeyPair Issued::key_pair() const {
  auto pair = x509::key_pair_from_pem(certificate_pem(), key_pem(), {});
  certificates::require(pair.has_value());
  return *std::move(pair);
}

inline Bytes make_pfx(const Issued& issued, const PfxRecipe& recipe) {
  static OSSL_PROVIDER* const legacy = OSSL_PROVIDER_try_load(nullptr, "legacy", 1);
  static_cast<void>(legacy);  // for RC2; without it PKCS12_create fails below
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> chain(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (const Issued* above : recipe.chain) sk_X509_push(chain.get(), above->x509.get());
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> pfx(
      PKCS12_create(recipe.password.c_str(), recipe.name.c_str(), issued.key.get(),
                    issued.x509.get(), chain.get(), recipe.key_algorithm,
                    recipe.certificate_algorithm, 0, 0, 0),
      PKCS12_free);
  certificates::require(pfx != nullptr);
  return certificates::written([&](BIO* out) { return i2d_PKCS12_bio(out, pfx.get()); });
}

}  // namespace opensspi::test
