// Lockout: when an account is locked, for how long, and who lifts it.
#include <gtest/gtest.h>

#include "authority/accounts_authority.h"
#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::ClientResponse;
using test::hash_of;
using test::kMinute;

class Lockout : public test::Accounts {
 protected:
  void SetUp() override {
    store = open();
    ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
    ASSERT_TRUE(store->set_lockout({3, 10}));
    authority = std::make_unique<AccountsAuthority>(store, [this] { return now.load(); });
  }

  // 0: accepted.
  std::uint32_t log_on(std::string_view password, const char* user = "alice") {
    const ClientResponse client(user, "", password);
    const auto logon = authority->validate(client.response);
    return logon ? 0 : logon.error().nt_status;
  }

  void fail_times(int times, const char* user = "alice") {
    for (int i = 0; i < times; ++i) EXPECT_NE(log_on("wrong", user), 0U);
  }

  std::uint32_t failures() { return store->find({"alice", ""})->failures; }
  FileTime locked_until() { return store->find({"alice", ""})->locked_until; }

  static constexpr std::uint32_t kLocked = nt_status::kAccountLockedOut;
  std::shared_ptr<AccountStore> store;
  std::unique_ptr<AccountsAuthority> authority;
};

TEST_F(Lockout, IsOffUntilItIsSet) {
  ASSERT_TRUE(store->set_lockout({0, 0}));
  fail_times(50);
  EXPECT_EQ(failures(), 50U);
  EXPECT_EQ(locked_until(), 0U);
  EXPECT_EQ(log_on("secret"), 0U);
}

TEST_F(Lockout, AtTheThresholdForAllItsMinutes) {
  fail_times(2);
  EXPECT_EQ(locked_until(), 0U);
  fail_times(1);
  EXPECT_EQ(locked_until(), now + 10 * kMinute);
  EXPECT_EQ(log_on("secret"), kLocked);
  now += 10 * kMinute - 1;
  EXPECT_EQ(log_on("secret"), kLocked);
  now += 1;
  EXPECT_EQ(locked_until(), 0U);
  EXPECT_EQ(log_on("secret"), 0U);
  EXPECT_EQ(failures(), 0U);
}

// Else whoever keeps trying would keep the account locked for ever.
TEST_F(Lockout, AttemptsMeanwhileDoNotProlongIt) {
  fail_times(3);
  const FileTime end = locked_until();
  now += 5 * kMinute;
  fail_times(10);
  EXPECT_EQ(log_on("secret"), kLocked);
  EXPECT_EQ(locked_until(), end);
  EXPECT_EQ(failures(), 3U);
}

TEST_F(Lockout, ARightLogonStartsAnew) {
  fail_times(2);
  EXPECT_EQ(log_on("secret"), 0U);
  EXPECT_EQ(failures(), 0U);
  fail_times(2);
  EXPECT_EQ(log_on("secret"), 0U);
}

TEST_F(Lockout, APauseStartsAnew) {
  fail_times(2);
  now += 10 * kMinute - 1;
  EXPECT_EQ(failures(), 2U);
  now += 1;
  fail_times(2);
  EXPECT_EQ(failures(), 2U);
  EXPECT_EQ(log_on("secret"), 0U);
}

TEST_F(Lockout, AfterItThreeMoreAreFree) {
  fail_times(3);
  now += 10 * kMinute;
  fail_times(2);
  EXPECT_EQ(locked_until(), 0U);
  fail_times(1);
  EXPECT_EQ(log_on("secret"), kLocked);
}

TEST_F(Lockout, EnablingLiftsIt) {
  fail_times(3);
  ASSERT_TRUE(store->set_enabled({"alice", ""}, true));
  EXPECT_EQ(locked_until(), 0U);
  EXPECT_EQ(log_on("secret"), 0U);
}

TEST_F(Lockout, AnotherProcessLiftsItAsWell) {
  fail_times(3);
  EXPECT_EQ(test::wait_for(test::start_process([&] {
              return open()->set_enabled({"alice", ""}, true) ? 0 : 1;
            })),
            0);
  EXPECT_EQ(log_on("secret"), 0U);
}

TEST_F(Lockout, NeitherDisablingNorANewPasswordLiftsIt) {
  fail_times(3);
  ASSERT_TRUE(store->set_enabled({"alice", ""}, false));
  ASSERT_TRUE(store->set_nt_hash({"alice", ""}, hash_of("secret")));
  EXPECT_NE(locked_until(), 0U);
}

TEST_F(Lockout, WhoKnowsThePasswordOfARestrictedAccountCountsNothing) {
  ASSERT_TRUE(store->set_must_change({"alice", ""}, true));
  fail_times(2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(log_on("secret"), nt_status::kPasswordMustChange);
  EXPECT_EQ(failures(), 2U);
  EXPECT_EQ(store->find({"alice", ""})->last_logon, 0U);
}

TEST_F(Lockout, EverySpellingIsOneAccount) {
  fail_times(1, "ALICE");
  fail_times(1, "alice@server");
  const ClientResponse client("Alice", "LAPTOP", "wrong");
  EXPECT_FALSE(authority->validate(client.response));
  EXPECT_EQ(log_on("secret"), kLocked);
}

TEST_F(Lockout, UnknownNamesAreCountedToo) {
  fail_times(5, "nobody");
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(query("SELECT failures FROM counters"), std::vector<std::string>{"3"});
  // Their spelling is not kept: people type passwords into the wrong field.
  EXPECT_EQ(log_on("wrong", "nobody"), nt_status::kNoSuchUser);
}

TEST_F(Lockout, ANewAccountIsNotLockedByWhoTriedItsName) {
  fail_times(3, "bob");
  fail_times(3, "carol");
  ASSERT_TRUE(store->flush());
  ASSERT_TRUE(store->add({"bob", ""}, hash_of("secret")));
  ASSERT_TRUE(store->import("carol:::" + test::to_hex(hash_of("secret").expose()) + ":::\n"));
  EXPECT_EQ(log_on("secret", "bob"), 0U);
  EXPECT_EQ(log_on("secret", "carol"), 0U);
}

TEST_F(Lockout, ARemovedAccountTakesItsFailuresAlong) {
  fail_times(3);
  ASSERT_TRUE(store->remove({"alice", ""}));
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(query("SELECT count(*) FROM counters"), std::vector<std::string>{"0"});
}

TEST_F(Lockout, AClockThatIsPutBackStopsNothing) {
  fail_times(2);
  now -= 60 * kMinute;
  EXPECT_EQ(log_on("secret"), 0U);
  fail_times(3);
  EXPECT_EQ(log_on("secret"), kLocked);
  now += 10 * kMinute;
  EXPECT_EQ(log_on("secret"), 0U);
}

TEST_F(Lockout, UnknownNamesAreForgottenAfterAWhileButNoAccount) {
  fail_times(2);
  fail_times(2, "nobody");
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(query("SELECT count(*) FROM counters"), std::vector<std::string>{"2"});
  now += 61 * kMinute;
  fail_times(1, "somebody");
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(query("SELECT count(*) FROM counters"), std::vector<std::string>{"2"});
  EXPECT_EQ(query("SELECT count(*) FROM counters, accounts WHERE key = counter_key"),
            std::vector<std::string>{"1"});
}

}  // namespace
}  // namespace opensspi::authority
