// Whole logons with what a session holds.
#include "abi/credssp/pair.h"
#include "abi/sessions/users.h"

namespace caller {
namespace {

class SessionLogon : public WithUsers {
 protected:
  void TearDown() override {
    WithUsers::TearDown();
    permit("");
  }

  // The policy of the processes that are made from now on.
  static void permit(const char* policy) {
    std::ofstream(folder().path() / "policy.toml") << policy;
    EXPECT_STATUS(SEC_E_OK, opensspi_reload_policy());
  }
  static constexpr char kDelegate[] = "[delegation]\nallow_default_ntlm_only = [\"TERMSRV/*\"]\n";
};

// A CREDSSP logon of who is in a session; the server tells what was delegated to it.
void expect_delegation(const LUID* session, void* auth_data) {
  Acquired acquired = acquire_own(CREDSSP_NAME, session, auth_data);
  ASSERT_STATUS(SEC_E_OK, acquired.status);
  Credential server_credential = acquire_server("CREDSSP", CredSspCred::server().get());
  Party client = Party::client(acquired.credential, kClientFlags, kTarget);
  Party server = Party::server(server_credential, kServerFlags);
  ASSERT_LOGGED_ON(client, server);
  opensspi_identity delegated{};
  ASSERT_STATUS(SEC_E_OK, opensspi_delegated_credential(server.get(), &delegated));
  EXPECT_STREQ(kUser, delegated.user);
  EXPECT_STREQ(kDomain, delegated.domain);
  EXPECT_STREQ(kPassword, delegated.password);
  opensspi_identity_free(&delegated);
}

TEST_F(SessionLogon, WithCredSspDelegatesWhatIsThere) {
  permit(kDelegate);
  ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in()); }));
  EXPECT_TRUE(as_user(alice(), [] {
    CredSspCred nobody = CredSspCred::client(nullptr);
    expect_delegation(nullptr, nobody.get());
    expect_delegation(nullptr, nullptr);
  }));
}

// Windows' default.
TEST_F(SessionLogon, WithCredSspDelegatesNothingWithoutPolicy) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in());
    Acquired acquired = acquire_own(CREDSSP_NAME);
    ASSERT_STATUS(SEC_E_OK, acquired.status);
    Credential server_credential = acquire_server("CREDSSP", CredSspCred::server().get());
    Party client = Party::client(acquired.credential, kClientFlags, kTarget);
    Party server = Party::server(server_credential, kServerFlags);
    talk(client, server);
    EXPECT_STATUS(SEC_E_DELEGATION_POLICY, client.status());
    opensspi_identity delegated{};
    EXPECT_NE(SEC_E_OK, opensspi_delegated_credential(server.get(), &delegated));
  }));
}

TEST_F(SessionLogon, OfAnotherUserIsForRoot) {
  permit(kDelegate);
  ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in()); }));
  EXPECT_TRUE(in_process([] { return true; },
                         [] {
                           const LUID session = luid_of(alice());
                           expect_delegation(&session, nullptr);
                         }));
}

// One logon with NTLM or Negotiate.
void expect_logon(const char* package, const SEC_WCHAR* package_w) {
  Acquired acquired = acquire_own(package_w);
  ASSERT_STATUS(SEC_E_OK, acquired.status);
  Credential server_credential = acquire_server(package, nullptr);
  Party client = Party::client(acquired.credential, ISC_REQ_CONFIDENTIALITY);
  Party server = Party::server(server_credential);
  ASSERT_LOGGED_ON(client, server);
  SecPkgContext_NamesA names{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesA(server.get(), SECPKG_ATTR_NAMES, &names));
  EXPECT_STREQ("WONDERLAND\\alice", names.sUserName);
  EXPECT_EQ(SEC_E_OK, FreeContextBuffer(names.sUserName));
}

TEST_F(SessionLogon, NeedsTheNtHashOnly) {
  EXPECT_TRUE(as_user(alice(), [] {
    std::uint8_t nt_hash[16];
    ASSERT_STATUS(SEC_E_OK, opensspi_nt_hash(kPassword, nt_hash));
    ASSERT_STATUS(SEC_E_OK, opensspi_login_hash(kUser, kDomain, nt_hash, 3600, nullptr));
    expect_logon("NTLM", u"NTLM");
    expect_logon("Negotiate", u"Negotiate");
  }));
}

TEST_F(SessionLogon, WithAnNtHashDelegatesNothing) {
  EXPECT_TRUE(as_user(alice(), [] {
    std::uint8_t nt_hash[16];
    ASSERT_STATUS(SEC_E_OK, opensspi_nt_hash(kPassword, nt_hash));
    ASSERT_STATUS(SEC_E_OK, opensspi_login_hash(kUser, kDomain, nt_hash, 3600, nullptr));
    Acquired acquired = acquire_own(CREDSSP_NAME);
    ASSERT_STATUS(SEC_E_OK, acquired.status);
    Party client = Party::client(acquired.credential, kClientFlags, kTarget);
    EXPECT_LT(client.run().status, 0);
    EXPECT_TRUE(client.last().token.empty());
  }));
}

TEST_F(SessionLogon, IsRefusedWithAWrongPassword) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, opensspi_login(kUser, kDomain, "wrong", 0, nullptr));
    Acquired acquired = acquire_own(u"NTLM");
    Credential server_credential = acquire_server("NTLM", nullptr);
    Party client = Party::client(acquired.credential, 0);
    Party server = Party::server(server_credential);
    talk(client, server);
    EXPECT_STATUS(SEC_E_LOGON_DENIED, server.status());
  }));
}

// A credential follows the session: what is made of it later has who is there then.
TEST_F(SessionLogon, FailsAfterLogout) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in());
    Acquired acquired = acquire_own(u"NTLM");
    ASSERT_STATUS(SEC_E_OK, acquired.status);
    ASSERT_STATUS(SEC_E_OK, opensspi_logout(nullptr));
    Credential server_credential = acquire_server("NTLM", nullptr);
    Party client = Party::client(acquired.credential, 0);
    Party server = Party::server(server_credential);
    talk(client, server);
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, client.status());
  }));
}

}  // namespace
}  // namespace caller
