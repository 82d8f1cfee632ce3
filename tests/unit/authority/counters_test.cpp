// The table in shared memory, and the rule of the lockout.
#include "authority/counters.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::kMinute;
using test::kSecond;
using test::status_of;
using test::why_of;

TEST(CounterKey, IsOfSecretUserAndDomain) {
  const Bytes secret(16, 1), other(16, 2);
  const std::uint64_t key = counter_key(secret, "ALICE", "EXAMPLE");
  EXPECT_NE(key, 0U);
  EXPECT_EQ(counter_key(secret, "ALICE", "EXAMPLE"), key);
  EXPECT_NE(counter_key(other, "ALICE", "EXAMPLE"), key);
  EXPECT_NE(counter_key(secret, "ALICEE", "XAMPLE"), key);
  EXPECT_NE(counter_key(secret, "EXAMPLE", "ALICE"), key);
}

TEST(LockoutRule, Locked) {
  const LockoutPolicy policy{3, 10};
  EXPECT_EQ(locked_until({2, 100, 0}, policy, 100), 0U);
  EXPECT_EQ(locked_until({3, 100, 0}, policy, 100), 100 + 10 * kMinute);
  EXPECT_EQ(locked_until({9, 100, 0}, policy, 99 + 10 * kMinute), 100 + 10 * kMinute);
  EXPECT_EQ(locked_until({3, 100, 0}, policy, 100 + 10 * kMinute), 0U);
  EXPECT_EQ(locked_until({3, 100, 0}, {0, 10}, 100), 0U);
}

TEST(LockoutRule, CountsUpToTheLargestNumberOnly) {
  LogonCounters counters{0xFFFFFFFF, 1, 0};
  count_failure(counters, {}, 2);
  EXPECT_EQ(counters.failures, 0xFFFFFFFFU);
  EXPECT_EQ(counters.last_failure, 2U);
}

class Table : public test::Accounts {
 protected:
  SharedCounters open_table() {
    auto table = SharedCounters::open(path, deadline);
    if (!table) {
      ADD_FAILURE() << table.error().why;
      std::abort();
    }
    return *std::move(table);
  }
};

TEST_F(Table, WhatOnePutsTheOthersFind) {
  SharedCounters one = open_table(), two = open_table();
  const CounterEntry entry{7, {1, 2, 3}};
  EXPECT_EQ(one.find(*one.hold(), 7), nullptr);
  EXPECT_TRUE(one.put(*one.hold(), entry));
  const auto held = two.hold();
  ASSERT_NE(two.find(*held, 7), nullptr);
  EXPECT_EQ(*two.find(*held, 7), entry.counters);
  EXPECT_TRUE(two.anything_waits(*held));
  two.forget(*held, 7);
  EXPECT_FALSE(two.anything_waits(*held));
  EXPECT_EQ(*two.find(*held, 7), LogonCounters{});
  two.forget(*held, 8);
  EXPECT_EQ(two.find(*held, 8), nullptr);
}

TEST_F(Table, WhatChangedWhileItWasWrittenKeepsWaiting) {
  SharedCounters table = open_table();
  const auto held = table.hold();
  ASSERT_TRUE(table.put(*held, {7, {1, 0, 0}}));
  ASSERT_TRUE(table.put(*held, {8, {1, 0, 0}}));
  const auto entries = table.waiting(*held);
  EXPECT_EQ(entries.size(), 2U);
  ASSERT_TRUE(table.put(*held, {8, {2, 0, 0}}));
  table.written(*held, entries);
  ASSERT_EQ(table.waiting(*held).size(), 1U);
  EXPECT_EQ(table.waiting(*held)[0].key, 8U);
}

// Keys that fall together: 16 find room; then the one that rested longest goes, if it is written.
TEST_F(Table, MakesRoomOnlyWhereNothingIsLost) {
  constexpr std::uint64_t kSlots = 8192;
  SharedCounters table = open_table();
  const auto held = table.hold();
  for (std::uint64_t i = 1; i <= 16; ++i) {
    ASSERT_TRUE(table.put(*held, {i * kSlots, {1, 100 - i, 0}})) << i;
  }
  EXPECT_FALSE(table.put(*held, {17 * kSlots, {1, 0, 0}}));
  EXPECT_TRUE(table.put(*held, {3 * kSlots, {2, 500, 0}}));
  table.written(*held, table.waiting(*held));
  EXPECT_TRUE(table.put(*held, {17 * kSlots, {1, 200, 0}}));
  EXPECT_EQ(table.find(*held, 16 * kSlots), nullptr);
  for (std::uint64_t i = 1; i <= 15; ++i) EXPECT_NE(table.find(*held, i * kSlots), nullptr) << i;
}

TEST_F(Table, OneASecondWritesAndOneInFiveMinutesPurges) {
  SharedCounters one = open_table(), two = open_table();
  const auto held = one.hold();
  const FileTime start = test::kFakeNow;
  EXPECT_TRUE(one.claim_writing(*held, start));
  EXPECT_FALSE(two.claim_writing(*held, start + kSecond - 1));
  EXPECT_TRUE(two.claim_writing(*held, start + kSecond));
  EXPECT_FALSE(one.claim_writing(*held, start + kSecond));
  EXPECT_TRUE(one.claim_writing(*held, start));  // the clock was put back
  EXPECT_TRUE(one.claim_purge(*held, start));
  EXPECT_FALSE(one.claim_purge(*held, start + 5 * kMinute - 1));
  EXPECT_TRUE(one.claim_purge(*held, start + 5 * kMinute));
}

TEST_F(Table, ATableOfAnotherBootIsEmptied) {
  {
    SharedCounters table = open_table();
    ASSERT_TRUE(table.put(*table.hold(), {7, {1, 0, 0}}));
  }
  {
    SharedCounters table = open_table();
    EXPECT_NE(table.find(*table.hold(), 7), nullptr);
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(8).put('X');  // the boot's id follows the magic number
  file.close();
  SharedCounters table = open_table();
  EXPECT_EQ(table.find(*table.hold(), 7), nullptr);
}

// A hole in the file would be a signal that kills the server once the disk is full.
TEST_F(Table, HasAllItsBlocks) {
  open_table();
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_GT(info.st_size, 8192 * 32);
  EXPECT_GE(info.st_blocks * 512, info.st_size);
  ASSERT_EQ(truncate(path.c_str(), 1), 0);
  ASSERT_EQ(truncate(path.c_str(), info.st_size), 0);
  open_table();
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_GE(info.st_blocks * 512, info.st_size);
}

TEST_F(Table, WhoeverHoldsItIsWaitedForUntilTheDeadline) {
  deadline = std::chrono::milliseconds(50);
  SharedCounters table = open_table();
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(file, LOCK_EX), 0);
  const auto start = std::chrono::steady_clock::now();
  const auto held = table.hold();
  const auto waited = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(status_of(held), Status::InternalError);
  EXPECT_EQ(why_of(held), "another process holds the failure counters");
  EXPECT_GE(waited, std::chrono::milliseconds(50));
  EXPECT_LT(waited, std::chrono::seconds(5));
  close(file);
  EXPECT_TRUE(table.hold());
}

}  // namespace
}  // namespace opensspi::authority
