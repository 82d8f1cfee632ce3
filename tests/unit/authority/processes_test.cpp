// Several processes, and several threads, on one database: nothing is lost.
#include <gtest/gtest.h>

#include <thread>

#include "authority/accounts_authority.h"
#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::ClientResponse;
using test::hash_of;
using test::kSecond;
using test::start_process;
using test::wait_for;

constexpr int kWorkers = 4;
constexpr int kAccountsEach = 10;
constexpr int kFailuresEach = 100;

class Together : public test::Accounts {
 protected:
  Together() { deadline = std::chrono::milliseconds(30000); }

  // What each does: accounts of its own, and failures of one that all share. 0: all went well.
  static int work(AccountStore& store, int worker, FileTime now) {
    for (int i = 0; i < kAccountsEach; ++i) {
      const AccountName name{"user" + std::to_string(worker) + '-' + std::to_string(i), ""};
      if (!store.add(name, hash_of("secret"))) return 1;
      if (i % 2 == 0 && !store.set_enabled(name, false)) return 2;
    }
    for (int i = 0; i < kFailuresEach; ++i) {
      const auto record = store.look_up({"alice", ""});
      if (!record || !record->known) return 3;
      const FileTime at = now + static_cast<FileTime>(i) * kSecond / 3;
      if (!store.count(*record, Outcome::WrongPassword, at)) return 4;
    }
    return 0;
  }

  void expect_everything(AccountStore& store) {
    ASSERT_TRUE(store.flush());
    const auto accounts = store.list();
    ASSERT_TRUE(accounts);
    EXPECT_EQ(accounts->size(), 1U + kWorkers * kAccountsEach);
    int enabled = 0;
    for (const Account& account : *accounts) enabled += account.enabled ? 1 : 0;
    EXPECT_EQ(enabled, 1 + kWorkers * kAccountsEach / 2);
    EXPECT_EQ(store.find({"alice", ""})->failures, kWorkers * kFailuresEach);
    EXPECT_EQ(query("SELECT failures FROM counters"),
              std::vector<std::string>{std::to_string(kWorkers * kFailuresEach)});
  }
};

TEST_F(Together, Processes) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  std::vector<pid_t> children;
  for (int i = 0; i < kWorkers; ++i) {
    children.push_back(start_process([&] { return work(*open(), i, now); }));
  }
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  expect_everything(*store);
}

TEST_F(Together, ForkedProcessesThatShareAStore) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  std::vector<pid_t> children;
  for (int i = 1; i < kWorkers; ++i) {
    children.push_back(start_process([&] { return work(*store, i, now); }));
  }
  EXPECT_EQ(work(*store, 0, now), 0);  // the parent works as well
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  expect_everything(*store);
}

// All find no database and make it.
TEST_F(Together, TheFirstToOpen) {
  std::vector<pid_t> children;
  for (int i = 0; i < kWorkers; ++i) {
    children.push_back(start_process([&] {
      auto store = try_open();
      if (!store) return 1;
      return (*store)->add({"user" + std::to_string(i), ""}, hash_of("secret")) ? 0 : 2;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(wait_for(child), 0);
  EXPECT_EQ(open()->list()->size(), static_cast<std::size_t>(kWorkers));
  EXPECT_EQ(query("SELECT count(*) FROM machine"), std::vector<std::string>{"1"});
}

TEST_F(Together, Threads) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  std::vector<std::thread> threads;
  std::atomic<int> sum = 0;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&, i] { sum += work(*store, i, now); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 0);
  expect_everything(*store);
}

TEST_F(Together, ThreadsOnOneAuthority) {
  std::shared_ptr<AccountStore> store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  ASSERT_TRUE(store->add({"bob", ""}, hash_of("secret")));
  AccountsAuthority authority(store, [this] { return now.load(); });
  std::atomic<int> accepted = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        now += kSecond / 10;
        const ClientResponse right("alice", "", "secret"), wrong("bob", "", "wrong"),
            unknown("nobody", "", "secret");
        accepted += authority.validate(right.response) ? 1 : 0;
        refused += authority.validate(wrong.response) ? 0 : 1;
        refused += authority.validate(unknown.response) ? 0 : 1;
        EXPECT_TRUE(round % 10 != 0 || (authority.flush() && store->list()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, kWorkers * 50);
  EXPECT_EQ(refused, kWorkers * 100);
  EXPECT_EQ(store->find({"alice", ""})->failures, 0U);
  EXPECT_EQ(store->find({"bob", ""})->failures, kWorkers * 50U);
}

// A lockout holds against guesses that come all at once.
TEST_F(Together, ParallelGuessesDoNotOutrunALockout) {
  std::shared_ptr<AccountStore> store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  ASSERT_TRUE(store->set_lockout({5, 10}));
  AccountsAuthority authority(store, [this] { return now.load(); });
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&] {
      for (int guess = 0; guess < 10; ++guess) {
        const ClientResponse wrong("alice", "", "wrong");
        EXPECT_FALSE(authority.validate(wrong.response));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->find({"alice", ""})->failures, 5U);
  const ClientResponse right("alice", "", "secret");
  EXPECT_EQ(authority.validate(right.response).error().nt_status, nt_status::kAccountLockedOut);
}

}  // namespace
}  // namespace opensspi::authority
