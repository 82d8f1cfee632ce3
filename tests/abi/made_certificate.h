// Certificates that a test makes for itself, so that it chooses who they are for and until when.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "abi/support.h"

namespace caller {

inline constexpr long kDay = 24L * 60 * 60;

// A self-signed certificate of a server, or of a client. Its alternative name is the host's; the
// common name tells it from the others, for OpenSSL's store keeps what it has found under a name.
class MadeCertificate {
 public:
  // `usage`, an extended one, and `revocation`, who knows of it: in OpenSSL's words.
  MadeCertificate(const char* common_name, long first_day, long last_day,
                  const char* usage = nullptr, const char* revocation = nullptr)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), x509_(X509_new(), X509_free) {
    X509_set_version(x509_.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509_.get()), first_day * kDay);
    X509_gmtime_adj(X509_getm_notAfter(x509_.get()), last_day * kDay);
    X509_NAME* const name = X509_get_subject_name(x509_.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    X509_set_issuer_name(x509_.get(), name);
    X509_set_pubkey(x509_.get(), key_.get());
    add(NID_subject_alt_name, "DNS:server.wonderland.example");
    if (usage != nullptr) add(NID_ext_key_usage, usage);
    if (revocation != nullptr) add(NID_crl_distribution_points, revocation);
    X509_sign(x509_.get(), key_.get(), EVP_sha256());
    const std::string pem = written([&](BIO* out) { PEM_write_bio_X509(out, x509_.get()); });
    const std::string key = written([&](BIO* out) {
      PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    EXPECT_STATUS(SEC_E_OK, opensspi_certificate_from_pem(pem.data(), pem.size(), key.data(),
                                                          key.size(), nullptr, &context_));
  }
  ~MadeCertificate() { CertFreeCertificateContext(context_); }
  MadeCertificate(const MadeCertificate&) = delete;
  MadeCertificate& operator=(const MadeCertificate&) = delete;

  [[nodiscard]] PCCERT_CONTEXT get() const { return context_; }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

  // Puts it into the system's store. Where it lies there.
  [[nodiscard]] std::filesystem::path install() const {
    char name[16];
    std::snprintf(name, sizeof name, "%08lx.0",
                  X509_NAME_hash_ex(X509_get_subject_name(x509_.get()), nullptr, nullptr, nullptr));
    const std::filesystem::path path = folder().certificates() / name;
    std::filesystem::create_directories(folder().certificates());
    std::ofstream(path) << written([&](BIO* out) { PEM_write_bio_X509(out, x509_.get()); });
    return path;
  }

 private:
  void add(int nid, const char* value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(x509_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  template <class Write>
  static std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    write(out.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> x509_;
  PCCERT_CONTEXT context_ = nullptr;
};

}  // namespace caller
