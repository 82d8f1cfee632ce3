// Certificates whose keys are on PKCS#11 tokens, here those of the fake module: what is refused,
// and both sides of a session with them.
#include <p11-kit/pkcs11.h>

#include "pair.h"
#include "support/fake_readers.h"
#include "support/raw_ecdsa.h"

namespace caller {
namespace {

using opensspi::test::FakeReaders;

const std::string kUri = "pkcs11:token=HSM?module-path=" FAKE_PKCS11;

class Tokens : public SchannelTest {
 protected:
  Tokens() {
    const PCCERT_CONTEXT context = made_.get();
    readers_.cards.push_back(
        {.reader = "Reader",
         .label = "HSM",
         .pin = "1234",
         .certificates = {{"certificate", "\x01",
                           Bytes(context->pbCertEncoded,
                                 context->pbCertEncoded + context->cbCertEncoded)}},
         .keys = {{.label = "key",
                   .id = "\x01",
                   .sign =
                       [this](unsigned long, unsigned long, std::span<const std::uint8_t> digest) {
                         return opensspi::test::raw_ecdsa(made_.key(), digest);
                       }}},
         .mechanisms = {CKM_ECDSA},
         .flags = CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED});
  }
  ~Tokens() override { EXPECT_EQ(readers_.opened, readers_.closed); }

  static PCCERT_CONTEXT open() {
    PCCERT_CONTEXT context = nullptr;
    EXPECT_STATUS(SEC_E_OK, opensspi_certificate_from_pkcs11(kUri.c_str(), "1234", &context));
    return context;
  }

  const MadeCertificate made_{"token", -1, 30};
  FakeReaders& readers_ = opensspi::test::fake_readers();
};
FOR_BOTH_VERSIONS(Tokens);

TEST_P(Tokens, HaveAServersKey) {
  const PCCERT_CONTEXT certificate = open();
  ASSERT_NE(nullptr, certificate);
  Options options = SchannelTest::options();
  options.server_certificate = certificate;
  SchannelPair pair(options);
  EXPECT_TRUE(CertFreeCertificateContext(certificate));
  ASSERT_LOGGED_ON(pair.client, pair.server);
  expect_to_speak(pair.client, pair.server);
}

TEST_P(Tokens, HaveAClientsKey) {
  const PCCERT_CONTEXT certificate = open();
  ASSERT_NE(nullptr, certificate);
  Options options = SchannelTest::options();
  options.client_certificate = certificate;
  options.server_flags |= ASC_REQ_MUTUAL_AUTH;
  SchannelPair pair(options);
  EXPECT_TRUE(CertFreeCertificateContext(certificate));
  ASSERT_LOGGED_ON(pair.client, pair.server);
  const auto shown = queried<PCCERT_CONTEXT>(pair.server, SECPKG_ATTR_REMOTE_CERT_CONTEXT);
  ASSERT_NE(nullptr, shown);
  EXPECT_EQ(made_.get()->cbCertEncoded, shown->cbCertEncoded);
  EXPECT_TRUE(CertFreeCertificateContext(shown));
}

TEST_P(Tokens, ThatAreTakenOutEndTheHandshakeAndNothingElse) {
  const PCCERT_CONTEXT certificate = open();
  ASSERT_NE(nullptr, certificate);
  Options options = SchannelTest::options();
  options.server_certificate = certificate;
  SchannelPair before(options);
  ASSERT_LOGGED_ON(before.client, before.server);
  readers_.cards.front().removed = true;
  SchannelPair pair(options);
  pair.server.receive(pair.client.run().token);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, pair.server.run().status);
  EXPECT_STREQ("STATUS_SMARTCARD_NO_CARD", opensspi_nt_status_name(last_error().nt_status));
  pair.client.receive(pair.server.last().token);
  EXPECT_STATUS(SEC_E_INTERNAL_ERROR, pair.client.run().status);  // by the server's alert
  expect_to_speak(before.client, before.server);
  readers_.cards.front().removed = false;
  SchannelPair after(options);
  EXPECT_TRUE(CertFreeCertificateContext(certificate));
  ASSERT_LOGGED_ON(after.client, after.server);
}

TEST_P(Tokens, RefuseWrongPins) {
  PCCERT_CONTEXT context = nullptr;
  EXPECT_STATUS(SEC_E_LOGON_DENIED,
                opensspi_certificate_from_pkcs11(kUri.c_str(), "9999", &context));
  EXPECT_STREQ("STATUS_SMARTCARD_WRONG_PIN", opensspi_nt_status_name(last_error().nt_status));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                opensspi_certificate_from_pkcs11(kUri.c_str(), nullptr, &context));
  EXPECT_EQ(nullptr, context);
}

TEST_P(Tokens, AreAskedForByAUri) {
  PCCERT_CONTEXT context = nullptr;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_certificate_from_pkcs11(nullptr, "1", &context));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                opensspi_certificate_from_pkcs11(kUri.c_str(), "1", nullptr));
  for (const char* uri : {"", "HSM", "pkcs11:token=%", "pkcs11:library-version=1"})
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_certificate_from_pkcs11(uri, "1", &context));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                opensspi_certificate_from_pkcs11("pkcs11:?module-path=/no", "1", &context));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                opensspi_certificate_from_pkcs11("pkcs11:token=none?module-path=" FAKE_PKCS11,
                                                 "1234", &context));
  EXPECT_STREQ("STATUS_SMARTCARD_NO_CARD", opensspi_nt_status_name(last_error().nt_status));
  EXPECT_EQ(nullptr, context);
}

}  // namespace
}  // namespace caller
