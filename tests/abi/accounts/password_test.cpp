// ChangeAccountPassword of accounts of this machine.
#include "store.h"

namespace caller {
namespace {

constexpr std::uint32_t kWrongPassword = 0xC000006A, kNoSuchUser = 0xC0000064,
                        kPasswordRestriction = 0xC000006C, kAccountDisabled = 0xC0000072,
                        kAccountLockedOut = 0xC0000234;

SECURITY_STATUS change(const char* user, const char* old_password, const char* new_password,
                       const char* package = "NTLM", const char* domain = nullptr) {
  return ChangeAccountPasswordA(narrow(package), narrow(domain), narrow(user), narrow(old_password),
                                narrow(new_password), FALSE, 0, nullptr);
}

class AccountPasswords : public testing::Test {
 protected:
  AccountPasswords() { EXPECT_STATUS(SEC_E_OK, store.add("alice", nullptr, "old")); }
  Store store{};
};

TEST_F(AccountPasswords, WhoKnowsTheOldOneSetsANewOne) {
  EXPECT_STATUS(SEC_E_OK, change("alice", "old", "new"));
  EXPECT_STATUS(SEC_E_LOGON_DENIED, change("alice", "old", "newer"));
  EXPECT_EQ(last_error().nt_status, kWrongPassword);
  EXPECT_STATUS(SEC_E_OK, change("ALICE", "new", "newer", "negotiate", "."));
  EXPECT_STATUS(SEC_E_OK,
                ChangeAccountPasswordW(wide(u"Negotiate"), nullptr, wide(u"alice"), wide(u"newer"),
                                       wide(u"\u2665"), FALSE, 0, nullptr));
  EXPECT_STATUS(SEC_E_OK, change("alice", "\u2665", "old"));
}

TEST_F(AccountPasswords, OneThatMustBeChangedIsChangedSo) {
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_must_change(store.get(), "alice", nullptr, 1));
  EXPECT_STATUS(SEC_E_LOGON_DENIED, change("alice", "wrong", "new"));
  EXPECT_EQ(store.find("alice").must_change, 1);
  EXPECT_STATUS(SEC_E_OK, change("alice", "old", "new"));
  EXPECT_EQ(store.find("alice").must_change, 0);
}

TEST_F(AccountPasswords, WhoMayNotLogOnChangesNone) {
  EXPECT_STATUS(SEC_E_LOGON_DENIED, change("hatter", "old", "new"));
  EXPECT_EQ(last_error().nt_status, kNoSuchUser);
  ASSERT_STATUS(SEC_E_OK, opensspi_account_set_enabled(store.get(), "alice", nullptr, 0));
  EXPECT_STATUS(SEC_E_LOGON_DENIED, change("alice", "old", "new"));
  EXPECT_EQ(last_error().nt_status, kAccountDisabled);
}

TEST_F(AccountPasswords, GuessingLocksTheAccount) {
  const opensspi_lockout_policy lockout{2, 10};
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_set_lockout(store.get(), &lockout));
  for (int i = 0; i < 2; ++i) EXPECT_STATUS(SEC_E_LOGON_DENIED, change("alice", "wrong", "new"));
  for (const char* password : {"old", "wrong"}) {
    EXPECT_STATUS(SEC_E_LOGON_DENIED, change("alice", password, "new"));
    EXPECT_EQ(last_error().nt_status, kAccountLockedOut);
  }
}

TEST_F(AccountPasswords, AnEmptyOneIsNotTaken) {
  EXPECT_STATUS(SEC_E_LOGON_DENIED, change("alice", "old", ""));
  EXPECT_EQ(last_error().nt_status, kPasswordRestriction);
  EXPECT_STATUS(SEC_E_OK, change("alice", "old", "new"));
}

TEST_F(AccountPasswords, Arguments) {
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, change("alice", "old", "new", "nobody"));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, change("alice", "old", "new", "CREDSSP"));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, change("alice", "old", "new", "Schannel"));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, change(nullptr, "old", "new"));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, change("alice", nullptr, "new"));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, change("alice", "old", nullptr));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                ChangeAccountPasswordA(narrow("NTLM"), nullptr, narrow("alice"), narrow("old"),
                                       narrow("new"), FALSE, 1, nullptr));
}

TEST_F(AccountPasswords, TheResponseBufferStaysEmpty) {
  int untouched = 0;
  SecBuffer response{4, SECBUFFER_CHANGE_PASS_RESPONSE, &untouched};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &response};
  const auto call = [&] {
    return ChangeAccountPasswordA(narrow("NTLM"), nullptr, narrow("alice"), narrow("old"),
                                  narrow("old"), FALSE, 0, &output);
  };
  EXPECT_STATUS(SEC_E_OK, call());
  EXPECT_EQ(response.pvBuffer, nullptr);
  EXPECT_EQ(response.cbBuffer, 0U);
  response.BufferType = SECBUFFER_TOKEN;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, call());
  output.cBuffers = 0;
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, call());
}

}  // namespace
}  // namespace caller
