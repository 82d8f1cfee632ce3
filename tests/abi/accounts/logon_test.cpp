// Logons that the accounts of this machine judge, over CREDSSP: who gets in, what the peer is told
// of a refusal, and what the accounts remember.
#include "abi/credssp/pair.h"
#include "store.h"

namespace caller {
namespace {

constexpr std::uint32_t kLogonFailure = 0xC000006D, kNoSuchUser = 0xC0000064,
                        kWrongPassword = 0xC000006A, kAccountDisabled = 0xC0000072,
                        kAccountExpired = 0xC0000193, kAccountLockedOut = 0xC0000234,
                        kPasswordMustChange = 0xC0000224;

constexpr SEC_WCHAR kRight[] = u"Queen of \u2665", kWrong[] = u"Jabberwocky";

// What came of a logon, as each side knows it.
struct Verdict {
  SECURITY_STATUS status = SEC_E_OK;  // both sides'
  std::uint32_t to_server = 0, to_client = 0;
  std::string name{};
};

Verdict log_on(const SEC_WCHAR* user, const SEC_WCHAR* password, const SEC_WCHAR* domain = u"") {
  IdentityW identity(user, domain, password);
  CredSspCred client_cred = CredSspCred::client(identity.get());
  CredSspCred server_cred = CredSspCred::server();
  Credential client_credential = acquire_client(CREDSSP_NAME, client_cred.get());
  Credential server_credential;
  EXPECT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(nullptr, wide(CREDSSP_NAME), SECPKG_CRED_INBOUND, nullptr,
                                          server_cred.get(), nullptr, nullptr,
                                          server_credential.get(), nullptr));
  Party client = Party::client(client_credential, kClientFlags, kTarget);
  Party server = Party::server(server_credential, kServerFlags);
  talk(client, server);
  EXPECT_STATUS(server.status(), client.status());
  Verdict verdict{.status = server.status()};
  if (verdict.status != SEC_E_OK) {
    verdict.to_server = context_error(server).nt_status;
    verdict.to_client = context_error(client).nt_status;
    return verdict;
  }
  SecPkgContext_NamesA names{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesA(server.get(), SECPKG_ATTR_NAMES, &names));
  verdict.name = names.sUserName;
  FreeContextBuffer(names.sUserName);
  return verdict;
}

void expect_refused(std::uint32_t to_server, std::uint32_t to_client, const Verdict& verdict) {
  EXPECT_STATUS(SEC_E_LOGON_DENIED, verdict.status);
  EXPECT_EQ(to_server, verdict.to_server) << opensspi_nt_status_name(verdict.to_server);
  EXPECT_EQ(to_client, verdict.to_client) << opensspi_nt_status_name(verdict.to_client);
}

class AccountLogons : public testing::Test {
 protected:
  AccountLogons() { EXPECT_STATUS(SEC_E_OK, store.add("alice")); }
  Store store{};
};

TEST_F(AccountLogons, RightAndWrongPassword) {
  const Verdict right = log_on(u"alice", kRight);
  EXPECT_STATUS(SEC_E_OK, right.status);
  EXPECT_TRUE(right.name.ends_with("\\alice")) << right.name;
  expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  expect_refused(kNoSuchUser, kLogonFailure, log_on(u"hatter", kWrong));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
}

TEST_F(AccountLogons, NamesInAnyCaseAndAsPrincipalNames) {
  EXPECT_STATUS(SEC_E_OK, log_on(u"ALICE", kRight).status);
  // A machine of no domain answers for the client's own.
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight, u"SOMEWHERE").status);
  ASSERT_STATUS(SEC_E_OK, store.add("hare", "wonderland"));
  EXPECT_STATUS(SEC_E_OK, log_on(u"hare", kRight, u"WONDERLAND").status);
  EXPECT_STATUS(SEC_E_OK, log_on(u"hare@wonderland", kRight).status);
  EXPECT_STATUS(SEC_E_LOGON_DENIED, log_on(u"hare", kRight, u"SOMEWHERE").status);
}

TEST_F(AccountLogons, DisabledIsToldToTheRightPasswordOnly) {
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_enabled(store.get(), "alice", nullptr, 0));
  expect_refused(kAccountDisabled, kAccountDisabled, log_on(u"alice", kRight));
  expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_enabled(store.get(), "alice", nullptr, 1));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
}

TEST_F(AccountLogons, ExpiredIsToldToTheRightPasswordOnly) {
  constexpr std::uint64_t kYear2000 = 125911584000000000, kYear9999 = 2650467744000000000;
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_expiry(store.get(), "alice", nullptr, kYear2000));
  expect_refused(kAccountExpired, kAccountExpired, log_on(u"alice", kRight));
  expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  for (const std::uint64_t fine : {kYear9999, std::uint64_t{0}}) {
    ASSERT_STATUS(SEC_E_OK, opensspi_account_set_expiry(store.get(), "alice", nullptr, fine));
    EXPECT_EQ(fine, store.find("alice").expires);
    EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
  }
}

TEST_F(AccountLogons, MustChangeIsToldToTheRightPasswordOnly) {
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_must_change(store.get(), "alice", nullptr, 1));
  expect_refused(kPasswordMustChange, kPasswordMustChange, log_on(u"alice", kRight));
  expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_must_change(store.get(), "alice", nullptr, 0));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
}

TEST_F(AccountLogons, LockedOutIsToldToNobody) {
  const opensspi_lockout_policy policy{3, 10};
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_set_lockout(store.get(), &policy));
  for (int i = 0; i < 3; ++i)
    expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  expect_refused(kAccountLockedOut, kLogonFailure, log_on(u"alice", kRight));
  expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_flush());
  EXPECT_NE(0u, store.find("alice").locked_until);
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_enabled(store.get(), "alice", nullptr, 1));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
}

TEST_F(AccountLogons, WithoutALockoutPolicyNobodyIsLockedOut) {
  for (int i = 0; i < 20; ++i)
    expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kWrong));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
}

TEST_F(AccountLogons, ChangesCountAtOnce) {
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_password(store.get(), "alice", nullptr, "Eat me"));
  expect_refused(kWrongPassword, kLogonFailure, log_on(u"alice", kRight));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", u"Eat me").status);
  ASSERT_STATUS(SEC_E_OK, opensspi_account_remove(store.get(), "alice", nullptr));
  expect_refused(kNoSuchUser, kLogonFailure, log_on(u"alice", u"Eat me"));
}

TEST_F(AccountLogons, LastLogonAndFailuresAreRemembered) {
  for (int i = 0; i < 2; ++i) log_on(u"alice", kWrong);
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_flush());
  EXPECT_EQ(2u, store.find("alice").failures);
  EXPECT_EQ(0u, store.find("alice").last_logon);
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_flush());
  EXPECT_EQ(0u, store.find("alice").failures);
  constexpr std::uint64_t kYear2024 = 133485408000000000;
  EXPECT_GT(store.find("alice").last_logon, kYear2024);
}

TEST_F(AccountLogons, ImportedHashesWork) {
  std::uint8_t hash[16];
  ASSERT_STATUS(SEC_E_OK, opensspi_nt_hash("Drink me", hash));
  ASSERT_STATUS(SEC_E_OK, opensspi_account_add_hash(store.get(), "hatter", nullptr, hash));
  EXPECT_STATUS(SEC_E_OK, log_on(u"hatter", u"Drink me").status);
}

// A program's own judge goes before the accounts, until it is taken away.
TEST_F(AccountLogons, AuthorityOfTheProcessGoesBefore) {
  const Users others({{"white rabbit", {"I'm late!", 0}}});
  const opensspi_authority authority = others.authority();
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  EXPECT_STATUS(SEC_E_OK, log_on(u"white rabbit", u"I'm late!").status);
  expect_refused(kNoSuchUser, kLogonFailure, log_on(u"alice", kRight));
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
  EXPECT_STATUS(SEC_E_OK, log_on(u"alice", kRight).status);
  expect_refused(kNoSuchUser, kLogonFailure, log_on(u"white rabbit", u"I'm late!"));
}

TEST(Authority, IsReleasedWhenNobodyCanCallItAnyMore) {
  int released = 0;
  opensspi_authority authority = users().authority();
  authority.user_data = nullptr;
  struct Counting {
    static std::uint32_t none(const char*, const char*, std::uint8_t[16], void*) {
      return kNoSuchUser;
    }
    static void release(void* user) { ++*static_cast<int*>(user); }
  };
  authority.nt_hash = Counting::none;
  authority.user_data = &released;
  authority.release = Counting::release;
  {
    Credential credential = acquire_server("NTLM", nullptr, authority);
    IdentityW identity;
    Credential client_credential = acquire_client(u"NTLM", identity.get());
    Party client = Party::client(client_credential, 0);
    Party server = Party::server(credential);
    server.receive(client.run().token);
    server.run();
    FreeCredentialsHandle(credential.get());
    credential.release();
    EXPECT_EQ(0, released);  // the context still may
  }
  EXPECT_EQ(1, released);
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  EXPECT_EQ(1, released);
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
  EXPECT_EQ(2, released);
}

TEST(Authority, MustBeWhole) {
  opensspi_authority authority = users().authority();
  authority.size = 1;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_set_authority(&authority));
  authority = users().authority();
  authority.nt_hash = nullptr;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_set_authority(&authority));
  authority = users().authority();
  authority.logon = [](const opensspi_logon*, std::uint8_t*, void*) -> std::uint32_t { return 0; };
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_set_authority(&authority));
  CredHandle credential{};
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                opensspi_acquire_inbound("NTLM", nullptr, &authority, &credential, nullptr));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                opensspi_acquire_inbound("NTLM", nullptr, nullptr, &credential, nullptr));
}

}  // namespace
}  // namespace caller
