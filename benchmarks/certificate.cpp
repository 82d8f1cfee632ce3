// Made anew by each run, with OpenSSL.
#include "certificate.h"

#include <openssl/pem.h>

#include <stdexcept>

namespace bench {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using OwnedBio = std::unique_ptr<BIO, FreeBio>;

void check(bool right) {
  if (!right) throw std::runtime_error("OpenSSL cannot make or read the certificate");
}

template <class Write>
std::string to_pem(Write write) {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  check(write(bio.get()) == 1);
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

OwnedBio reader(const std::string& text) {
  return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

PemCertificate make_p256_certificate() {
  constexpr long kOneDay = 24 * 60 * 60;
  const std::unique_ptr<EVP_PKEY, FreeKey> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, FreeX509> x509(X509_new());
  check(key != nullptr && x509 != nullptr);
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), kOneDay);
  X509_NAME* const name = X509_get_subject_name(x509.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("server.example.test"), -1, -1,
                             0);
  X509_set_issuer_name(x509.get(), name);
  X509_set_pubkey(x509.get(), key.get());
  check(X509_sign(x509.get(), key.get(), EVP_sha256()) != 0);
  return {
      to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, x509.get()); }), to_pem([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      })};
}

std::unique_ptr<X509, FreeX509> read_certificate(const PemCertificate& pem) {
  const OwnedBio bio = reader(pem.certificate);
  std::unique_ptr<X509, FreeX509> x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  check(x509 != nullptr);
  return x509;
}

std::unique_ptr<EVP_PKEY, FreeKey> read_key(const PemCertificate& pem) {
  const OwnedBio bio = reader(pem.key);
  std::unique_ptr<EVP_PKEY, FreeKey> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  check(key != nullptr);
  return key;
}

}  // namespace bench
