// The life of accounts, as an administrator sees it.
#include "authority/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::hash_of;
using test::status_of;
using test::why_of;
using testing::ElementsAre;

class AccountStoreTest : public test::Accounts {
 protected:
  static std::vector<std::string> names(AccountStore& store) {
    std::vector<std::string> names;
    const auto accounts = store.list();
    EXPECT_TRUE(accounts);
    for (const Account& account : *accounts) names.push_back(account.domain + '\\' + account.user);
    return names;
  }
};

TEST_F(AccountStoreTest, ANewAccountIsEnabledAndNeverExpires) {
  auto store = open();
  ASSERT_TRUE(store->add({"Alice", ""}, hash_of("secret")));
  const auto account = store->find({"Alice", ""});
  ASSERT_TRUE(account);
  EXPECT_EQ(account->user, "Alice");
  EXPECT_EQ(account->domain, "");
  EXPECT_TRUE(account->enabled);
  EXPECT_FALSE(account->must_change);
  EXPECT_EQ(account->expiry, kNever);
  EXPECT_EQ(account->created, now);
  EXPECT_EQ(account->last_logon, 0U);
  EXPECT_EQ(account->failures, 0U);
  EXPECT_EQ(account->locked_until, 0U);
}

TEST_F(AccountStoreTest, EverySettingIsKept) {
  {
    auto store = open();
    ASSERT_TRUE(store->add({"alice", "EXAMPLE"}, hash_of("secret")));
    ASSERT_TRUE(store->set_enabled({"alice", "EXAMPLE"}, false));
    ASSERT_TRUE(store->set_must_change({"alice", "EXAMPLE"}, true));
    ASSERT_TRUE(store->set_expiry({"alice", "EXAMPLE"}, now + 5));
    ASSERT_TRUE(store->set_lockout({5, 30}));
  }
  auto store = open(Missing::Refuse);
  const auto account = store->find({"alice", "EXAMPLE"});
  ASSERT_TRUE(account);
  EXPECT_FALSE(account->enabled);
  EXPECT_TRUE(account->must_change);
  EXPECT_EQ(account->expiry, now + 5);
  EXPECT_EQ(store->lockout()->threshold, 5U);
  EXPECT_EQ(store->lockout()->minutes, 30U);
  ASSERT_TRUE(store->set_enabled({"alice", "EXAMPLE"}, true));
  ASSERT_TRUE(store->set_expiry({"alice", "EXAMPLE"}, kNever + 1));
  EXPECT_TRUE(store->find({"alice", "EXAMPLE"})->enabled);
  EXPECT_EQ(store->find({"alice", "EXAMPLE"})->expiry, kNever);
}

TEST_F(AccountStoreTest, TheUnixUserIsTheAdministratorsWord) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", "EXAMPLE"}, hash_of("secret")));
  EXPECT_EQ(store->find({"alice", "EXAMPLE"})->unix_user, "");
  ASSERT_TRUE(store->set_unix_user({"ALICE", "example"}, "Root"));
  EXPECT_EQ(store->find({"alice", "EXAMPLE"})->unix_user, "Root");
  EXPECT_EQ(store->look_up({"alice", "EXAMPLE"})->account.unix_user, "Root");
  EXPECT_EQ(store->look_up({"bob", "EXAMPLE"})->account.unix_user, "");
  for (const char* bad : {"a:b", "a/b", "a\tb", "\xFF"}) {
    EXPECT_EQ(status_of(store->set_unix_user({"alice", "EXAMPLE"}, bad)), Status::InvalidParameter);
  }
  EXPECT_EQ(status_of(store->set_unix_user({"bob", ""}, "bob")), Status::TargetUnknown);
  ASSERT_TRUE(store->set_unix_user({"alice", "EXAMPLE"}, ""));
  EXPECT_EQ(store->find({"alice", "EXAMPLE"})->unix_user, "");
}

// As version 1 left them, accounts had no Unix user.
TEST_F(AccountStoreTest, OlderDatabasesAreTakenOver) {
  {
    auto store = open();
    ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
    ASSERT_TRUE(store->set_expiry({"alice", ""}, now + 5));
  }
  execute("ALTER TABLE accounts DROP COLUMN unix_user; PRAGMA user_version = 1");
  auto store = open(Missing::Refuse);
  EXPECT_EQ(store->find({"alice", ""})->expiry, now + 5);
  EXPECT_TRUE(equal(store->look_up({"alice", ""})->nt_hash.expose(), hash_of("secret").expose()));
  ASSERT_TRUE(store->set_unix_user({"alice", ""}, "alice"));
  ASSERT_TRUE(store->add({"bob", ""}, hash_of("secret")));
  EXPECT_EQ(store->find({"bob", ""})->unix_user, "");
  EXPECT_EQ(query("PRAGMA user_version"), std::vector<std::string>{"2"});
}

TEST_F(AccountStoreTest, ANewPasswordNeedNotBeChangedAgain) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  ASSERT_TRUE(store->set_must_change({"alice", ""}, true));
  ASSERT_TRUE(store->set_nt_hash({"alice", ""}, hash_of("other")));
  EXPECT_FALSE(store->find({"alice", ""})->must_change);
  const auto record = store->look_up({"alice", ""});
  ASSERT_TRUE(record);
  EXPECT_TRUE(equal(record->nt_hash.expose(), hash_of("other").expose()));
}

TEST_F(AccountStoreTest, NamesCompareWithoutCase) {
  auto store = open();
  ASSERT_TRUE(store->add({"Jürgen", "Example"}, hash_of("secret")));
  EXPECT_EQ(status_of(store->add({"JÜRGEN", "EXAMPLE"}, hash_of("x"))), Status::InvalidParameter);
  EXPECT_EQ(store->add({"jürgen", "example"}, hash_of("x")).error().nt_status,
            nt_status::kUserExists);
  EXPECT_EQ(store->find({"jÜRGEN", "eXAMPLE"})->user, "Jürgen");
  ASSERT_TRUE(store->remove({"JÜRGEN", "EXAMPLE"}));
  EXPECT_THAT(names(*store), ElementsAre());
}

TEST_F(AccountStoreTest, ThisMachinesNamesAreTheEmptyDomain) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", "Server"}, hash_of("secret")));
  for (const char* domain : {"", ".", "SERVER", "server.EXAMPLE.test"}) {
    EXPECT_EQ(why_of(store->add({"alice", domain}, hash_of("x"))), "the account is there already");
    EXPECT_TRUE(store->find({"alice", domain})) << domain;
  }
  EXPECT_THAT(names(*store), ElementsAre("\\alice"));
  EXPECT_EQ(status_of(store->find({"alice", "OTHER"})), Status::TargetUnknown);
}

TEST_F(AccountStoreTest, ListsByDomainAndUser) {
  auto store = open();
  for (const AccountName& name : std::vector<AccountName>{
           {"zoe", ""}, {"bob", "B"}, {"Bob", "A"}, {"alice", "b"}, {"anna", ""}}) {
    ASSERT_TRUE(store->add(name, hash_of("secret")));
  }
  EXPECT_THAT(names(*store), ElementsAre("\\anna", "\\zoe", "A\\Bob", "b\\alice", "B\\bob"));
}

TEST_F(AccountStoreTest, WhoIsNotThereCannotBeChanged) {
  auto store = open();
  const AccountName nobody{"nobody", ""};
  for (const Result<void>& result :
       {store->set_nt_hash(nobody, hash_of("x")), store->set_enabled(nobody, true),
        store->set_enabled(nobody, false), store->set_must_change(nobody, true),
        store->set_expiry(nobody, now), store->remove(nobody)}) {
    EXPECT_EQ(status_of(result), Status::TargetUnknown);
    EXPECT_EQ(result.error().nt_status, nt_status::kNoSuchUser);
  }
  EXPECT_EQ(status_of(store->find(nobody)), Status::TargetUnknown);
}

TEST_F(AccountStoreTest, AHashIsChangedOnlyWhileTheOldOneHolds) {
  auto store = open();
  const AccountName alice{"alice", ""};
  ASSERT_TRUE(store->add(alice, hash_of("old")));
  EXPECT_TRUE(store->change_nt_hash(alice, hash_of("old"), hash_of("new")));
  EXPECT_EQ(status_of(store->change_nt_hash(alice, hash_of("old"), hash_of("newer"))),
            Status::TargetUnknown);
  EXPECT_TRUE(equal(store->look_up(alice)->nt_hash.expose(), hash_of("new").expose()));
}

TEST_F(AccountStoreTest, UnfitNamesAreRefusedEverywhere) {
  auto store = open();
  const AccountName unfit{"a:b", ""};
  for (const Result<void>& result :
       {store->add(unfit, hash_of("x")), store->set_nt_hash(unfit, hash_of("x")),
        store->set_enabled(unfit, true), store->set_must_change(unfit, true),
        store->set_expiry(unfit, now), store->remove(unfit)}) {
    EXPECT_EQ(status_of(result), Status::InvalidParameter);
  }
  EXPECT_EQ(status_of(store->find(unfit)), Status::InvalidParameter);
}

TEST_F(AccountStoreTest, ASidIsNeverUsedTwice) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  const std::string sid = store->find({"alice", ""})->sid;
  EXPECT_TRUE(sid.starts_with("S-1-5-21-") && sid.ends_with("-1000")) << sid;
  ASSERT_TRUE(store->remove({"alice", ""}));
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  EXPECT_EQ(store->find({"alice", ""})->sid, sid.substr(0, sid.size() - 4) + "1001");
}

TEST_F(AccountStoreTest, LockoutHasWindowsLimits) {
  auto store = open();
  EXPECT_EQ(store->lockout()->threshold, 0U);
  EXPECT_TRUE(store->set_lockout({999, 99999}));
  EXPECT_TRUE(store->set_lockout({1, 1}));
  EXPECT_TRUE(store->set_lockout({0, 0}));
  EXPECT_TRUE(store->set_lockout({3, 10}));
  for (const LockoutPolicy& wrong : {LockoutPolicy{1000, 1}, {1, 100000}, {1, 0}, {0, 100000}}) {
    EXPECT_EQ(status_of(store->set_lockout(wrong)), Status::InvalidParameter);
  }
  EXPECT_EQ(store->lockout()->threshold, 3U);
}

TEST_F(AccountStoreTest, NobodyHasAnEmptyPassword) {
  EXPECT_EQ(why_of(hash_of_password(SecretBytes())), "the password is empty");
  const auto hash = hash_of_password(test::password_utf16le("Password"));  // [MS-NLMP] 4.2.2.1.2
  ASSERT_TRUE(hash);
  EXPECT_EQ(test::to_hex(hash->expose()), "a4f49c406510bdcab6824ee7c30fd852");

  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  for (const NtHash& blank : {hash_of(""), NtHash()}) {
    EXPECT_EQ(why_of(store->add({"bob", ""}, blank)), "the password is empty");
    EXPECT_EQ(why_of(store->set_nt_hash({"alice", ""}, blank)), "the password is empty");
  }
  EXPECT_THAT(names(*store), ElementsAre("\\alice"));
}

// Not a row, not a page of it, not the log: what is deleted is overwritten.
TEST_F(AccountStoreTest, NothingOfARemovedAccountIsLeftInTheFile) {
  const NtHash hash = hash_of("secret");
  const std::string_view bytes(reinterpret_cast<const char*>(hash.expose().data()), 16);
  const auto content = [&] {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  ASSERT_TRUE(open()->add({"alice", ""}, hash));
  EXPECT_NE(content().find(bytes), std::string::npos);
  ASSERT_TRUE(open()->remove({"alice", ""}));
  EXPECT_EQ(content().find(bytes), std::string::npos);
}

}  // namespace
}  // namespace opensspi::authority
