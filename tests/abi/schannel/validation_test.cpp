// Whether the client takes the server's certificate: by itself, or by the word of its caller.
#include "pair.h"

namespace caller {
namespace {

class Validation : public SchannelTest {
 protected:
  // OpenSSL's store keeps what it has found under a name.
  static std::string name(const char* what) { return what + std::to_string(GetParam()); }
  static Options judging(const MadeCertificate& server, DWORD cred_flags = 0) {
    Options judging = options();
    judging.client_cred_flags = cred_flags;
    judging.client_flags |= ISC_REQ_MUTUAL_AUTH;
    judging.server_certificate = server.get();
    return judging;
  }
  static SECURITY_STATUS outcome(const Options& options, SECURITY_STATUS* server_sees = nullptr) {
    SchannelPair pair(options);
    talk(pair.client, pair.server);
    if (server_sees != nullptr) *server_sees = pair.server.status();
    const bool granted = (pair.client.last().attributes & ISC_RET_MUTUAL_AUTH) != 0;
    if (pair.client.status() != SEC_E_OK) {
      EXPECT_FALSE(granted);
      EXPECT_NE(pair.client.last().attributes & ISC_RET_EXTENDED_ERROR, 0u);
      EXPECT_FALSE(pair.client.last().token.empty()) << "an alert tells the server";
    } else {
      EXPECT_TRUE(granted);
    }
    return pair.client.status();
  }
};
FOR_BOTH_VERSIONS(Validation);

TEST_P(Validation, IsTheDefault) {
  const MadeCertificate trusted(name("trusted by all").c_str(), -1, 30);
  static_cast<void>(trusted.install());
  EXPECT_STATUS(SEC_E_OK, outcome(judging(trusted)));
}

TEST_P(Validation, HasACodeForEachFault) {
  const MadeCertificate unknown(name("unknown").c_str(), -1, 30);
  const MadeCertificate old(name("old").c_str(), -9, -3), early(name("early").c_str(), 3, 9);
  static_cast<void>(old.install());
  static_cast<void>(early.install());
  SECURITY_STATUS server_sees = SEC_E_OK;
  EXPECT_STATUS(SEC_E_UNTRUSTED_ROOT, outcome(judging(unknown), &server_sees));
  EXPECT_STATUS(SEC_E_UNTRUSTED_ROOT, server_sees) << "alert unknown_ca";
  EXPECT_STATUS(SEC_E_CERT_EXPIRED, outcome(judging(old), &server_sees));
  EXPECT_STATUS(SEC_E_CERT_EXPIRED, server_sees) << "alert certificate_expired";
  EXPECT_STATUS(SEC_E_CERT_EXPIRED, outcome(judging(early)));
}

TEST_P(Validation, LooksAtTheUse) {
  const MadeCertificate client(name("a client").c_str(), -1, 30, "clientAuth");
  static_cast<void>(client.install());
  EXPECT_STATUS(SEC_E_CERT_WRONG_USAGE, outcome(judging(client)));
  const MadeCertificate server(name("a server").c_str(), -1, 30, "serverAuth");
  static_cast<void>(server.install());
  EXPECT_STATUS(SEC_E_OK, outcome(judging(server)));
}

TEST_P(Validation, ComparesTheName) {
  const MadeCertificate trusted(name("trusted for one name").c_str(), -1, 30);
  static_cast<void>(trusted.install());
  Options other = judging(trusted);
  other.target = u"other.wonderland.example";
  EXPECT_STATUS(SEC_E_WRONG_PRINCIPAL, outcome(other));
  other.target = u"";
  EXPECT_STATUS(SEC_E_WRONG_PRINCIPAL, outcome(other));
  other.client_cred_flags = SCH_CRED_NO_SERVERNAME_CHECK;
  EXPECT_STATUS(SEC_E_OK, outcome(other));
}

TEST_P(Validation, IsLeftToTheCallerWhoSaysSo) {
  const MadeCertificate unknown(name("unknown to the manual").c_str(), -1, 30);
  Options manual = judging(unknown);
  manual.client_flags |= ISC_REQ_MANUAL_CRED_VALIDATION;
  SchannelPair pair(manual);
  ASSERT_LOGGED_ON(pair.client, pair.server);
  EXPECT_NE(pair.client.last().attributes & ISC_RET_MANUAL_CRED_VALIDATION, 0u);
  EXPECT_EQ(pair.client.last().attributes & ISC_RET_MUTUAL_AUTH, 0u) << "nobody judged";
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                query_status(pair.client, SECPKG_ATTR_CERT_CHECK_RESULT));
}

TEST_P(Validation, CanBeDeferred) {
  const MadeCertificate unknown(name("unknown to the deferred").c_str(), -1, 30);
  SchannelPair pair(judging(unknown, SCH_CRED_DEFERRED_CRED_VALIDATION));
  ASSERT_LOGGED_ON(pair.client, pair.server);
  const auto result = queried<SecPkgContext_CertificateValidationResult>(
      pair.client, SECPKG_ATTR_CERT_CHECK_RESULT);
  EXPECT_STATUS(SEC_E_UNTRUSTED_ROOT, result.hrVerifyChainStatus);
  EXPECT_NE(result.dwChainErrorStatus, 0u);
  EXPECT_EQ(pair.client.last().attributes & ISC_RET_MUTUAL_AUTH, 0u);
}

TEST_P(Validation, DoesNotPretendToAskForRevocation) {
  const MadeCertificate trusted(name("trusted, not asked").c_str(), -1, 30);
  static_cast<void>(trusted.install());
  const MadeCertificate listed(name("trusted, with a list").c_str(), -1, 30, nullptr,
                               "URI:http://crl.wonderland.example/");
  static_cast<void>(listed.install());
  constexpr DWORD kMissing = SCH_CRED_IGNORE_NO_REVOCATION_CHECK,
                  kOffline = SCH_CRED_IGNORE_REVOCATION_OFFLINE;
  for (const DWORD extent : {SCH_CRED_REVOCATION_CHECK_CHAIN, SCH_CRED_REVOCATION_CHECK_END_CERT,
                             SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT}) {
    const auto with = [&](const MadeCertificate& server, DWORD forgiven) {
      return outcome(judging(server, extent | forgiven));
    };
    EXPECT_STATUS(CRYPT_E_NO_REVOCATION_CHECK, with(trusted, 0));
    EXPECT_STATUS(CRYPT_E_NO_REVOCATION_CHECK, with(trusted, kOffline));
    EXPECT_STATUS(SEC_E_OK, with(trusted, kMissing));
    EXPECT_STATUS(CRYPT_E_NO_REVOCATION_CHECK, with(listed, kMissing));
    EXPECT_STATUS(SEC_E_OK, with(listed, kOffline));
    EXPECT_STATUS(SEC_E_OK, with(listed, kMissing | kOffline));
  }
}

}  // namespace
}  // namespace caller
