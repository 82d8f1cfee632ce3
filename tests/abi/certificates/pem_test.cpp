// Certificates from PEM and the self-signed one, with the C structures that programs read.
#include "material.h"

namespace caller {
namespace {

TEST(CertificateFromPem, GivesWhatWindowsProgramsRead) {
  const PemPair& pem = self_signed();
  const PCCERT_CONTEXT context = from_pem(pem.certificate, pem.key);
  ASSERT_NE(nullptr, context);
  EXPECT_EQ(DWORD{X509_ASN_ENCODING}, context->dwCertEncodingType);
  EXPECT_EQ(0x30, context->pbCertEncoded[0]);
  ASSERT_NE(nullptr, context->pCertInfo);
  EXPECT_STREQ("1.2.840.113549.1.1.1",  // rsaEncryption
               context->pCertInfo->SubjectPublicKeyInfo.Algorithm.pszObjId);
  EXPECT_TRUE(CertFreeCertificateContext(context));
}

TEST(CertificateFromPem, KeyMayStandInTheSameText) {
  const PemPair& pem = self_signed();
  const PCCERT_CONTEXT context = from_pem(pem.certificate + pem.key, pem.certificate + pem.key);
  ASSERT_NE(nullptr, context);
  EXPECT_TRUE(CertFreeCertificateContext(context));
}

TEST(CertificateFromPem, IntermediatesComeAfterTheEndEntity) {
  const PemPair& leaf = self_signed();
  const PemPair other = make_pem("issuer.example");
  const PCCERT_CONTEXT context = from_pem(leaf.certificate + other.certificate, leaf.key);
  ASSERT_NE(nullptr, context);
  EXPECT_EQ("CN=server.wonderland.example", subject_of(context));
  std::vector<std::string> subjects;
  for (PCCERT_CONTEXT at = nullptr;
       (at = CertEnumCertificatesInStore(context->hCertStore, at)) != nullptr;)
    subjects.push_back(subject_of(at));
  EXPECT_EQ((std::vector<std::string>{"CN=server.wonderland.example", "CN=issuer.example"}),
            subjects);
  EXPECT_TRUE(CertFreeCertificateContext(context));
}

TEST(CertificateFromPem, RefusesWhatDoesNotFit) {
  const PemPair& pem = self_signed();
  const PemPair other = make_pem("other.example");
  PCCERT_CONTEXT untouched = server_certificate();
  const auto refused = [&](const std::string& certificate, const std::string& key,
                           const char* password = nullptr) {
    const SECURITY_STATUS status = opensspi_certificate_from_pem(
        certificate.data(), certificate.size(), key.data(), key.size(), password, &untouched);
    EXPECT_EQ(server_certificate(), untouched);
    return status;
  };
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, refused(pem.certificate, other.key));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, refused(pem.key, pem.key));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, refused(pem.certificate, pem.certificate));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, refused("", ""));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, refused("no PEM at all", pem.key));
  const std::string cut = pem.certificate.substr(0, pem.certificate.size() / 2);
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, refused(cut, pem.key));
  EXPECT_LT(opensspi_certificate_from_pem(pem.certificate.data(), pem.certificate.size(),
                                          pem.key.data(), pem.key.size(), nullptr, nullptr),
            0);
  EXPECT_LT(opensspi_certificate_from_pem(nullptr, 0, nullptr, 0, nullptr, &untouched), 0);
}

TEST(CertificateFromPem, OpensEncryptedKeysWithTheirPassword) {
  const Files files("encrypted");
  files.openssl("pkcs8 -topk8 -in $key -out $out -passout pass:sesame -v2 aes-256-cbc");
  const std::string encrypted = files.read();
  ASSERT_NE(std::string::npos, encrypted.find("ENCRYPTED"));
  const PemPair& pem = self_signed();
  const PCCERT_CONTEXT context = from_pem(pem.certificate, encrypted, "sesame");
  ASSERT_NE(nullptr, context);
  EXPECT_TRUE(CertFreeCertificateContext(context));
  for (const char* wrong : {static_cast<const char*>(nullptr), "", "Sesame"}) {
    PCCERT_CONTEXT none = nullptr;
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS,
                  opensspi_certificate_from_pem(pem.certificate.data(), pem.certificate.size(),
                                                encrypted.data(), encrypted.size(), wrong, &none));
    EXPECT_EQ(nullptr, none);
  }
}

TEST(CertificateFromPem, TakesKeysOfEveryKindThatTlsCanUse) {
  for (const char* kind : {"-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256",
                           "-newkey ec -pkeyopt ec_paramgen_curve:P-384", "-newkey ed25519"}) {
    const Files files("kind");
    files.openssl(std::string("req -x509 -nodes -subj /CN=kind -keyout $out -out $out2 ") + kind);
    const PCCERT_CONTEXT context = from_pem(files.read2(), files.read());
    ASSERT_NE(nullptr, context) << kind;
    EXPECT_TRUE(CertFreeCertificateContext(context));
  }
}

TEST(SelfSigned, IsAsWindowsMakesOne) {
  const Files files("self-signed");
  const std::string text = files.openssl("x509 -in $certificate -noout -text");
  for (const char* part : {"Version: 3", "CN = server.wonderland.example", "rsaEncryption",
                           "(2048 bit)", "sha256WithRSAEncryption", "TLS Web Server Authentication",
                           "Key Encipherment", "Data Encipherment"})
    EXPECT_NE(std::string::npos, text.find(part)) << part;
}

TEST(SelfSigned, IsAnotherEachTime) {
  EXPECT_NE(self_signed().certificate, make_pem("server.wonderland.example").certificate);
}

TEST(SelfSigned, NeedsAllItsPlaces) {
  char* text = nullptr;
  std::size_t size = 0;
  EXPECT_LT(opensspi_make_self_signed(nullptr, &text, &size, &text, &size), 0);
  EXPECT_LT(opensspi_make_self_signed("host", nullptr, &size, &text, &size), 0);
  EXPECT_LT(opensspi_make_self_signed("host", &text, &size, nullptr, &size), 0);
  EXPECT_EQ(nullptr, text);
}

TEST(CertificateFacts, DigestIsOverTheDer) {
  const Files files("digest");
  std::string text = files.openssl("x509 -in $certificate -noout -fingerprint -sha256");
  std::erase(text, ':');
  const PCCERT_CONTEXT context = from_pem(self_signed().certificate, self_signed().key);
  std::uint8_t digest[32];
  ASSERT_STATUS(SEC_E_OK, opensspi_certificate_sha256(context, digest));
  std::string hex;
  for (const std::uint8_t byte : digest) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  EXPECT_NE(std::string::npos, text.find(hex)) << text;
  EXPECT_LT(opensspi_certificate_sha256(context, nullptr), 0);
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, opensspi_certificate_sha256(nullptr, digest));
  EXPECT_TRUE(CertFreeCertificateContext(context));
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, opensspi_certificate_sha256(context, digest));
}

TEST(Free, TakesNullAndForeignMemory) {
  int own = 0;
  opensspi_free(nullptr);
  opensspi_free(&own);
}

}  // namespace
}  // namespace caller
