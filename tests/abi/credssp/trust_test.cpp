// Whether a client is told that its server's certificate is trusted: by the system's store, which
// SSL_CERT_DIR names here, for the host that it dialled, and at the moment when it asks.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "pair.h"

namespace caller {
namespace {

constexpr long kDay = 24L * 60 * 60;

// A self-signed certificate of the server. Its alternative name is the host's; the common name
// tells it from the others, for OpenSSL's store keeps what it has found under a name.
class Certificate {
 public:
  Certificate(const char* common_name, long first_day, long last_day)
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
    X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                      "DNS:server.wonderland.example");
    X509_add_ext(x509_.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509_.get(), key_.get(), EVP_sha256());
    const std::string pem = written([&](BIO* out) { PEM_write_bio_X509(out, x509_.get()); });
    const std::string key = written([&](BIO* out) {
      PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    EXPECT_STATUS(SEC_E_OK, opensspi_certificate_from_pem(pem.data(), pem.size(), key.data(),
                                                          key.size(), nullptr, &context_));
  }
  ~Certificate() { CertFreeCertificateContext(context_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] PCCERT_CONTEXT get() const { return context_; }

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

struct Verdict {
  CERT_TRUST_STATUS trust{};
  SecPkgContext_Flags flags{};
};

struct CredSspTrust : testing::Test {
  static Verdict verdict(const Certificate& certificate, const SEC_WCHAR* target = kTarget) {
    IdentityW identity;
    CredSspCred client_cred = CredSspCred::client(identity.get());
    Credential client_credential = acquire_client(CREDSSP_NAME, client_cred.get());
    Credential server_credential =
        acquire_server("CREDSSP", CredSspCred::server(certificate.get()).get());
    Party client = Party::client(client_credential, kClientFlags, target);
    Party server = Party::server(server_credential, kServerFlags);
    talk(client, server);
    EXPECT_STATUS(SEC_E_OK, client.status());
    return ask(client);
  }

  static Verdict ask(Party& client) {
    Verdict verdict;
    EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(client.get(), SECPKG_ATTR_CERT_TRUST_STATUS,
                                                    &verdict.trust));
    EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(client.get(), SECPKG_ATTR_SERVER_AUTH_FLAGS,
                                                    &verdict.flags));
    return verdict;
  }
};

TEST_F(CredSspTrust, ACertificateOfTheStoreProvesTheHostThatItNames) {
  const Certificate certificate("valid", -1, 30);
  Verdict stranger = verdict(certificate);
  EXPECT_EQ(DWORD{CERT_TRUST_IS_UNTRUSTED_ROOT}, stranger.trust.dwErrorStatus);
  EXPECT_EQ(DWORD{CERT_TRUST_IS_SELF_SIGNED | CERT_TRUST_HAS_NAME_MATCH_ISSUER},
            stranger.trust.dwInfoStatus);
  EXPECT_EQ(0u, stranger.flags.Flags);

  const std::filesystem::path installed = certificate.install();
  Verdict known = verdict(certificate);
  EXPECT_EQ(DWORD{CERT_TRUST_NO_ERROR}, known.trust.dwErrorStatus);
  EXPECT_NE(0u, known.trust.dwInfoStatus & CERT_TRUST_IS_PEER_TRUSTED);
  EXPECT_EQ(ULONG{CREDSSP_SERVER_AUTH_CERTIFICATE}, known.flags.Flags);

  // Trusted still, but another machine's.
  Verdict elsewhere = verdict(certificate, u"TERMSRV/other.wonderland.example");
  EXPECT_EQ(DWORD{CERT_TRUST_NO_ERROR}, elsewhere.trust.dwErrorStatus);
  EXPECT_EQ(0u, elsewhere.flags.Flags);
  std::filesystem::remove(installed);
}

TEST_F(CredSspTrust, OutsideOfItsTimeItProvesNothing) {
  const struct {
    const char* name;
    long first_day, last_day;
  } rows[] = {{"not valid yet", 1, 30}, {"no longer valid", -30, -1}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const Certificate certificate(row.name, row.first_day, row.last_day);
    const std::filesystem::path installed = certificate.install();
    const Verdict told = verdict(certificate);
    EXPECT_EQ(DWORD{CERT_TRUST_IS_NOT_TIME_VALID}, told.trust.dwErrorStatus);
    EXPECT_EQ(0u, told.flags.Flags);
    std::filesystem::remove(installed);
  }
}

}  // namespace
}  // namespace caller
