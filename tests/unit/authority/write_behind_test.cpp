// Failures and last logons: seen by every process at once, written at most a second late, and not
// lost with the process that counted them.
#include <gtest/gtest.h>
#include <signal.h>

#include "authority/accounts_authority.h"
#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::ClientResponse;
using test::hash_of;
using test::kSecond;
using test::Signal;
using test::start_process;
using test::wait_for;

using Rows = std::vector<std::string>;

class WriteBehind : public test::Accounts {
 protected:
  void SetUp() override {
    store = open();
    ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  }

  static void count(AccountStore& of, Outcome outcome, FileTime at) {
    const auto record = of.look_up({"alice", ""});
    ASSERT_TRUE(record && record->known);
    ASSERT_TRUE(of.count(*record, outcome, at));
  }

  Rows written() { return query("SELECT failures, last_failure, last_logon FROM counters", 3); }
  static std::string row(std::uint32_t failures, FileTime last_failure, FileTime last_logon) {
    return std::to_string(failures) + '|' + std::to_string(last_failure) + '|' +
           std::to_string(last_logon);
  }

  std::unique_ptr<AccountStore> store;
};

TEST_F(WriteBehind, AnotherStoreSeesItAtOnce) {
  auto other = open();
  count(*store, Outcome::WrongPassword, now);
  count(*store, Outcome::WrongPassword, now);
  EXPECT_EQ(other->find({"alice", ""})->failures, 2U);
  count(*other, Outcome::Accepted, now + 5);
  EXPECT_EQ(store->find({"alice", ""})->failures, 0U);
  EXPECT_EQ(store->find({"alice", ""})->last_logon, now + 5);
}

TEST_F(WriteBehind, OnceASecond) {
  count(*store, Outcome::WrongPassword, now);
  EXPECT_EQ(written(), Rows{row(1, now, 0)});
  count(*store, Outcome::WrongPassword, now + kSecond - 1);
  EXPECT_EQ(written(), Rows{row(1, now, 0)});
  count(*store, Outcome::Accepted, now + kSecond);
  EXPECT_EQ(written(), Rows{row(0, now + kSecond - 1, now + kSecond)});
}

// Whichever process comes next, or whoever flushes, writes what another left.
TEST_F(WriteBehind, EachProcessWritesForAll) {
  auto other = open();
  count(*store, Outcome::WrongPassword, now);
  count(*store, Outcome::WrongPassword, now + 1);
  ASSERT_TRUE(other->flush());
  EXPECT_EQ(written(), Rows{row(2, now + 1, 0)});
  count(*store, Outcome::WrongPassword, now + 2);
  other.reset();
  EXPECT_EQ(written(), Rows{row(3, now + 2, 0)});
}

TEST_F(WriteBehind, FlushingNothingWritesNothing) {
  std::vector<std::string> statements;
  trace = [&](const char* sql) { statements.emplace_back(sql); };
  auto other = open();
  statements.clear();
  ASSERT_TRUE(other->flush());
  EXPECT_EQ(statements, Rows{});
}

TEST_F(WriteBehind, OutlivesAKilledProcess) {
  Signal counted;
  const pid_t child = start_process([&] {
    auto own = open();
    for (int i = 0; i < 7; ++i) count(*own, Outcome::WrongPassword, now);
    counted.give();
    pause();
    return 0;
  });
  counted.await();
  ASSERT_EQ(kill(child, SIGKILL), 0);
  EXPECT_EQ(wait_for(child), 1000 + SIGKILL);
  EXPECT_EQ(written(), Rows{row(1, now, 0)});
  EXPECT_EQ(store->find({"alice", ""})->failures, 7U);
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(written(), Rows{row(7, now, 0)});
}

// Killed at any moment: what was counted is there, and nobody waits for the dead.
TEST_F(WriteBehind, KilledAnywhere) {
  for (int round = 0; round < 20; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const std::uint32_t before = store->find({"alice", ""})->failures;
    const pid_t child = start_process([&] {
      auto own = open();
      for (FileTime at = now;; at += kSecond / 4) {
        count(*own, Outcome::WrongPassword, at);
        if (write(pipe_ends[1], "", 1) != 1) return 1;
      }
    });
    close(pipe_ends[1]);
    std::uint32_t told = 0;
    char byte = 0;
    while (told < 20U + static_cast<std::uint32_t>(round) && read(pipe_ends[0], &byte, 1) == 1) {
      ++told;
    }
    usleep(static_cast<useconds_t>(round) * 37);
    ASSERT_EQ(kill(child, SIGKILL), 0);
    EXPECT_EQ(wait_for(child), 1000 + SIGKILL);
    while (read(pipe_ends[0], &byte, 1) == 1) ++told;
    close(pipe_ends[0]);
    const std::uint32_t counted = store->find({"alice", ""})->failures - before;
    EXPECT_GE(counted, told);
    EXPECT_LE(counted, told + 1);
  }
}

// Administration may hold the database for seconds; logons go on.
TEST_F(WriteBehind, ALogonDoesNotWaitForAnotherWriter) {
  AccountsAuthority authority(std::move(store), [this] { return now.load(); });
  auto writer = Database::open(path, std::chrono::milliseconds(1000), {});
  ASSERT_TRUE(writer && writer->execute("BEGIN IMMEDIATE"));
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) {
    now += 2 * kSecond;
    const ClientResponse right("alice", "", "secret"), wrong("alice", "", "wrong");
    EXPECT_TRUE(authority.validate(right.response));
    EXPECT_EQ(authority.validate(wrong.response).error().status, Status::LogonDenied);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, deadline);
  EXPECT_EQ(written(), Rows{});
  ASSERT_TRUE(writer->execute("ROLLBACK"));
  now += 2 * kSecond;
  const ClientResponse right("alice", "", "secret");
  EXPECT_TRUE(authority.validate(right.response));
  EXPECT_EQ(written(), Rows{row(0, now - 2 * kSecond, now)});
}

// More names than the table has room for: the next that comes writes, and goes on.
TEST_F(WriteBehind, AFloodOfUnknownNames) {
  for (int i = 0; i < 20000; ++i) {
    const auto record = store->look_up({"name" + std::to_string(i), ""});
    ASSERT_TRUE(record && !record->known);
    ASSERT_TRUE(store->count(*record, Outcome::WrongPassword, now));
  }
  count(*store, Outcome::WrongPassword, now);
  ASSERT_TRUE(store->flush());
  EXPECT_EQ(query("SELECT count(*), sum(failures) FROM counters", 2), Rows{"20001|20001"});
}

}  // namespace
}  // namespace opensspi::authority
