// Whether a client is told that its server's certificate is trusted: by the system's store, which
// SSL_CERT_DIR names here, for the host that it dialled, and at the moment when it asks.
#include "abi/made_certificate.h"
#include "pair.h"

namespace caller {
namespace {

struct Verdict {
  CERT_TRUST_STATUS trust{};
  SecPkgContext_Flags flags{};
};

struct CredSspTrust : testing::Test {
  static Verdict verdict(const MadeCertificate& certificate, const SEC_WCHAR* target = kTarget) {
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
  const MadeCertificate certificate("valid", -1, 30);
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
    const MadeCertificate certificate(row.name, row.first_day, row.last_day);
    const std::filesystem::path installed = certificate.install();
    const Verdict told = verdict(certificate);
    EXPECT_EQ(DWORD{CERT_TRUST_IS_NOT_TIME_VALID}, told.trust.dwErrorStatus);
    EXPECT_EQ(0u, told.flags.Flags);
    std::filesystem::remove(installed);
  }
}

}  // namespace
}  // namespace caller
