// Saved credentials at their work: CREDSSP without pSpnegoCred logs on, and delegates, as who is
// saved for the target.
#include "abi/credssp/pair.h"
#include "saved.h"

namespace caller {
namespace {

constexpr char kServer[] = "server.wonderland.example";  // of kTarget
constexpr char kSpn[] = "TERMSRV/server.wonderland.example";

const Users& wonderland() {
  static const auto* const users =
      new Users({{"alice", {"of alice", 0}}, {"hatter", {"of the hatter", 0}}});
  return *users;
}

SECURITY_STATUS acquire(void* identity, Credential& credential) {
  CredSspCred cred = CredSspCred::client(identity);
  return AcquireCredentialsHandleW(nullptr, wide(CREDSSP_NAME), SECPKG_CRED_OUTBOUND, nullptr,
                                   cred.get(), nullptr, nullptr, credential.get(), nullptr);
}

// One logon; "user:password" as they were delegated.
std::string delegated(void* identity) {
  Credential client_credential;
  if (acquire(identity, client_credential) != SEC_E_OK) return why();
  Credential server_credential =
      acquire_server("CREDSSP", CredSspCred::server().get(), wonderland().authority());
  Party client = Party::client(client_credential, kClientFlags, kTarget);
  Party server = Party::server(server_credential, kServerFlags);
  talk(client, server);
  if (client.status() != SEC_E_OK || server.status() != SEC_E_OK) return why();
  EXPECT_EQ(identity != nullptr, (client.last().attributes & ISC_RET_USED_SUPPLIED_CREDS) != 0);
  opensspi_identity who{};
  if (opensspi_delegated_credential(server.get(), &who) != SEC_E_OK) return why();
  std::string found = std::string(who.user) + ':' + who.password;
  opensspi_identity_free(&who);
  return found;
}

void save_password(DWORD type, const char* target, const char* user, const SEC_WCHAR* password) {
  save<Wide>(type, target, user, password_blob(password));
}

TEST_F(SavedCredentials, LogOnToTheTargetTheyAreSavedFor) {
  EXPECT_TRUE(alone([] {
    save_password(CRED_TYPE_DOMAIN_PASSWORD, kSpn, "WONDERLAND\\hatter", u"of the hatter");
    EXPECT_EQ(delegated(nullptr), "hatter:of the hatter");
    EXPECT_DONE(CredDeleteA(kSpn, CRED_TYPE_DOMAIN_PASSWORD, 0));
    // As cmdkey /generic:TERMSRV/host writes it for the remote desktop.
    save_password(CRED_TYPE_GENERIC, kSpn, "WONDERLAND\\alice", u"of alice");
    EXPECT_EQ(delegated(nullptr), "alice:of alice");
  }));
}

// [MS-CSSP] 3.1.5 note <2>: supplied, saved for the target, default. The default one would need a
// policy to be delegated at all.
TEST_F(SavedCredentials, OutrankWhoHasLoggedOn) {
  EXPECT_TRUE(alone([] {
    ASSERT_STATUS(SEC_E_OK, opensspi_login("hatter", "WONDERLAND", "of the hatter", 0, nullptr));
    EXPECT_NE(delegated(nullptr), "hatter:of the hatter");
    save_password(CRED_TYPE_DOMAIN_PASSWORD, kSpn, "WONDERLAND\\alice", u"of alice");
    EXPECT_EQ(delegated(nullptr), "alice:of alice");
    IdentityW supplied(u"hatter", u"WONDERLAND", u"of the hatter");
    EXPECT_EQ(delegated(supplied.get()), "hatter:of the hatter");
    EXPECT_STATUS(SEC_E_OK, opensspi_logout(nullptr));
  }));
}

TEST_F(SavedCredentials, TheMostSpecialTargetLogsOn) {
  EXPECT_TRUE(alone([] {
    save_password(CRED_TYPE_DOMAIN_PASSWORD, "*", "WONDERLAND\\nobody", u"wrong");
    save_password(CRED_TYPE_DOMAIN_PASSWORD, "*.wonderland.example", "hatter", u"of the hatter");
    EXPECT_EQ(delegated(nullptr), "hatter:of the hatter");
    save_password(CRED_TYPE_DOMAIN_PASSWORD, kServer, "alice", u"of alice");
    EXPECT_EQ(delegated(nullptr), "alice:of alice");
  }));
}

TEST_F(SavedCredentials, GiveWayToWhatIsSupplied) {
  EXPECT_TRUE(alone([] {
    save_password(CRED_TYPE_DOMAIN_PASSWORD, kSpn, "WONDERLAND\\hatter", u"of the hatter");
    IdentityW alice(u"alice", u"WONDERLAND", u"of alice");
    EXPECT_EQ(delegated(alice.get()), "alice:of alice");
    EXPECT_EQ(delegated(nullptr), "hatter:of the hatter");
  }));
}

TEST_F(SavedCredentials, AreLookedUpAtTheLogonNotBefore) {
  EXPECT_TRUE(alone([] {
    save_password(CRED_TYPE_DOMAIN_PASSWORD, "elsewhere", "WONDERLAND\\nobody", u"wrong");
    Credential credential;
    ASSERT_STATUS(SEC_E_OK, acquire(nullptr, credential));
    Party early = Party::client(credential, kClientFlags, kTarget);
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, early.run().status);
    save_password(CRED_TYPE_DOMAIN_PASSWORD, kSpn, "WONDERLAND\\alice", u"of alice");
    Party late = Party::client(credential, kClientFlags, kTarget);
    EXPECT_STATUS(SEC_I_CONTINUE_NEEDED, late.run().status);
  }));
}

// Whoever an application's secret is for, it is not the server of the same name.
TEST_F(SavedCredentials, OfApplicationsLogOnToNothing) {
  EXPECT_TRUE(alone([] {
    save_password(CRED_TYPE_GENERIC, kServer, "WONDERLAND\\alice", u"of alice");
    save_password(CRED_TYPE_GENERIC, "*", "WONDERLAND\\alice", u"of alice");
    Credential credential;
    if (acquire(nullptr, credential) != SEC_E_OK) return;
    Party client = Party::client(credential, kClientFlags, kTarget);
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, client.run().status);
  }));
}

TEST_F(SavedCredentials, AreNothingWhenThereAreNone) {
  EXPECT_TRUE(alone([] {
    Credential credential;
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(nullptr, credential));
  }));
}

}  // namespace
}  // namespace caller
