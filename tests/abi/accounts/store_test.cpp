// The accounts of this machine through opensspi.h: what can be changed, what is refused.
#include <sys/stat.h>

#include "store.h"

namespace caller {
namespace {

TEST(Store, IsMadeForItsOwnerAlone) {
  Store store;
  const std::string path = (folder().path() / "own.db").string();
  opensspi_accounts* own = nullptr;
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_open(path.c_str(), &own));
  EXPECT_EQ(path, opensspi_accounts_path(own));
  struct stat info {};
  ASSERT_EQ(0, stat(path.c_str(), &info));
  EXPECT_EQ(0600u, info.st_mode & 0777);
  opensspi_accounts_close(own);
  opensspi_accounts_close(nullptr);
}

TEST(Store, LiesWhereTheEnvironmentSays) {
  Store store;
  EXPECT_STREQ(getenv("OPENSSPI_ACCOUNTS"), opensspi_accounts_path(store.get()));
}

TEST(Store, ListsByDomainAndName) {
  Store store;
  EXPECT_STATUS(SEC_E_OK, store.add("hare", "WONDERLAND"));
  EXPECT_STATUS(SEC_E_OK, store.add("Alice"));
  EXPECT_STATUS(SEC_E_OK, store.add("dodo"));
  EXPECT_EQ((std::vector<std::string>{"\\Alice", "\\dodo", "WONDERLAND\\hare"}), store.names());
}

TEST(Store, ListEndsWhenTheCallbackSaysSo) {
  Store store;
  for (const char* user : {"a", "b", "c"}) ASSERT_STATUS(SEC_E_OK, store.add(user));
  int calls = 0;
  const auto count = [](const opensspi_account*, void* user) {
    return ++*static_cast<int*>(user) == 2 ? 1 : 0;
  };
  EXPECT_STATUS(SEC_E_OK, opensspi_account_list(store.get(), count, &calls));
  EXPECT_EQ(2, calls);
}

TEST(Store, NamesCompareWithoutRegardToCase) {
  Store store;
  ASSERT_STATUS(SEC_E_OK, store.add("Alice"));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, store.add("ALICE"));
  EXPECT_STATUS(SEC_E_OK, opensspi_account_set_enabled(store.get(), "aLiCe", nullptr, 0));
  EXPECT_EQ(0, store.find("Alice").enabled);
  EXPECT_STATUS(SEC_E_OK, opensspi_account_remove(store.get(), "ALICE", ""));
  EXPECT_TRUE(store.names().empty());
}

TEST(Store, NewAccountsAreEnabledAndFree) {
  Store store;
  ASSERT_STATUS(SEC_E_OK, store.add("alice"));
  const Store::Account account = store.find("alice");
  EXPECT_EQ(1, account.enabled);
  EXPECT_EQ(0, account.must_change);
  EXPECT_EQ(0u, account.expires);
  EXPECT_EQ(0u, account.last_logon);
  EXPECT_EQ(0u, account.failures);
  EXPECT_EQ(0u, account.locked_until);
}

TEST(Store, UnknownAccountsAreTargetUnknown) {
  Store store;
  EXPECT_STATUS(SEC_E_TARGET_UNKNOWN,
                opensspi_account_set_password(store.get(), "nobody", nullptr, "p"));
  EXPECT_STATUS(SEC_E_TARGET_UNKNOWN,
                opensspi_account_set_enabled(store.get(), "nobody", nullptr, 1));
  EXPECT_STATUS(SEC_E_TARGET_UNKNOWN,
                opensspi_account_set_must_change(store.get(), "nobody", nullptr, 1));
  EXPECT_STATUS(SEC_E_TARGET_UNKNOWN,
                opensspi_account_set_expiry(store.get(), "nobody", nullptr, 0));
  EXPECT_STATUS(SEC_E_TARGET_UNKNOWN, opensspi_account_remove(store.get(), "nobody", nullptr));
}

TEST(Store, NamesAndPasswordsMustBeFit) {
  Store store;
  for (const char* user : {"", "a\\b", "a/b", "a@b", "a\nb", "\xFF"})
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, store.add(user)) << user;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, store.add(nullptr));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                opensspi_account_add(store.get(), "alice", nullptr, "\xFF"));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                opensspi_account_add(store.get(), "alice", nullptr, nullptr));
  std::uint8_t hash[16]{};  // what unknown names are checked with
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                opensspi_account_add_hash(store.get(), "alice", nullptr, hash));
  EXPECT_TRUE(store.names().empty());
}

TEST(Store, NothingIsDoneWithoutOne) {
  std::uint8_t hash[16]{};
  opensspi_lockout_policy policy{};
  std::uint32_t count = 0;
  EXPECT_LT(opensspi_account_add(nullptr, "a", nullptr, "p"), 0);
  EXPECT_LT(opensspi_account_add_hash(nullptr, "a", nullptr, hash), 0);
  EXPECT_LT(opensspi_account_set_password(nullptr, "a", nullptr, "p"), 0);
  EXPECT_LT(opensspi_account_set_enabled(nullptr, "a", nullptr, 1), 0);
  EXPECT_LT(opensspi_account_remove(nullptr, "a", nullptr), 0);
  EXPECT_LT(opensspi_account_import(nullptr, "", 0, &count, &count), 0);
  EXPECT_LT(opensspi_accounts_lockout(nullptr, &policy), 0);
  EXPECT_LT(opensspi_accounts_set_lockout(nullptr, &policy), 0);
  EXPECT_LT(opensspi_accounts_open(nullptr, nullptr), 0);
}

TEST(Store, ImportsSmbpasswdAndSam) {
  Store store;
  ASSERT_STATUS(SEC_E_OK, store.add("alice"));
  std::uint8_t hash[16];
  ASSERT_STATUS(SEC_E_OK, opensspi_nt_hash("Drink me", hash));
  std::string hex;
  for (const std::uint8_t byte : hash) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  const std::string none(32, 'X');
  const auto import = [&](const std::string& text, std::uint32_t& imported,
                          std::uint32_t& skipped) {
    return opensspi_account_import(store.get(), text.data(), text.size(), &imported, &skipped);
  };
  const std::string good = "# smbpasswd\n\nalice:1000:" + none + ":" + hex +
                           ":[U          ]:LCT-00000000:\n" + "hatter:::" + hex + ":::\n" +
                           "server$:1001:" + none + ":" + hex + ":[W          ]:LCT-00000000:\n";
  std::uint32_t imported = 77, skipped = 77;
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, import(good + "nonsense\n", imported, skipped));
  EXPECT_EQ(6, last_error().value);  // the line
  EXPECT_EQ(77u, imported);
  EXPECT_EQ((std::vector<std::string>{"\\alice"}), store.names());
  ASSERT_STATUS(SEC_E_OK, import(good, imported, skipped));
  EXPECT_EQ(2u, imported);
  EXPECT_EQ(1u, skipped);  // a machine
  EXPECT_EQ((std::vector<std::string>{"\\alice", "\\hatter"}), store.names());
}

TEST(Store, KeepsItsLockoutPolicy) {
  Store store;
  opensspi_lockout_policy policy{77, 77};
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_lockout(store.get(), &policy));
  EXPECT_EQ(0u, policy.threshold);  // off until somebody sets it
  policy = {3, 10};
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_set_lockout(store.get(), &policy));
  policy = {};
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_lockout(store.get(), &policy));
  EXPECT_EQ(3u, policy.threshold);
  EXPECT_EQ(10u, policy.minutes);
}

TEST(NtHash, IsMd4OfUtf16) {
  // [MS-NLMP] 4.2.2.1.2: NTOWFv1("Password").
  constexpr std::uint8_t kExpected[16] = {0xA4, 0xF4, 0x9C, 0x40, 0x65, 0x10, 0xBD, 0xCA,
                                          0xB6, 0x82, 0x4E, 0xE7, 0xC3, 0x0F, 0xD8, 0x52};
  std::uint8_t hash[16];
  ASSERT_STATUS(SEC_E_OK, opensspi_nt_hash("Password", hash));
  EXPECT_EQ(0, std::memcmp(kExpected, hash, sizeof hash));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_nt_hash("\xFF", hash));
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_nt_hash(nullptr, hash));
}

}  // namespace
}  // namespace caller
