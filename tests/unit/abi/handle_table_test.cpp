// Tickets: good ones find their object, every other kind of ticket finds nothing, from any thread.
#include "abi/handle_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace opensspi::abi {
namespace {

std::atomic<int> living = 0;

template <Kind K>
struct Thing : Entry {
  static constexpr Kind kKind = K;
  explicit Thing(int v) : Entry(K), value(v) { ++living; }
  ~Thing() override { --living; }
  int value;
};
using Cred = Thing<Kind::Credential>;
using Ctxt = Thing<Kind::Context>;

// Random enough for a test, and deterministic.
HandleTable::Random counter() {
  return [seed = std::make_shared<std::atomic<std::uint64_t>>(1)](ByteSpan out) -> Result<void> {
    std::uint64_t word = seed->fetch_add(0x9E3779B97F4A7C15);
    for (auto& byte : out) {
      byte = static_cast<std::uint8_t>(word >> 56);
      word *= 0xD1342543DE82EF95;
    }
    return {};
  };
}

class HandleTableTest : public testing::Test {
 protected:
  Ticket add(int value) { return table.insert(std::make_unique<Cred>(value)).value(); }
  HandleTable table{counter()};
};

TEST_F(HandleTableTest, FindsWhatWasPutIn) {
  const Ticket ticket = add(7);
  const auto pin = table.pin<Cred>(ticket);
  ASSERT_TRUE(pin);
  EXPECT_EQ(pin->value, 7);
}

TEST_F(HandleTableTest, RefusesAnotherKind) {
  EXPECT_FALSE(table.pin<Ctxt>(add(1)));
  EXPECT_FALSE(table.close<Ctxt>(add(1)));
}

TEST_F(HandleTableTest, RefusesForgedTickets) {
  const Ticket good = add(1);
  constexpr auto kOnes = ~std::uintptr_t{0};
  for (const Ticket forged :
       {Ticket{}, Ticket{kOnes, kOnes}, Ticket{kOnes - 1, kOnes - 1}, Ticket{good.lower, 0},
        Ticket{good.lower, good.upper ^ 1}, Ticket{good.lower + 1, good.upper},
        Ticket{good.lower ^ std::uintptr_t{1} << 32, good.upper}, Ticket{good.upper, good.lower},
        Ticket{0xFFFFFFFF, good.upper}, Ticket{0x7FFFFFFF, good.upper}}) {
    EXPECT_FALSE(table.pin<Cred>(forged));
    EXPECT_FALSE(table.close<Cred>(forged));
  }
  EXPECT_TRUE(table.pin<Cred>(good));
}

TEST_F(HandleTableTest, ClosesOnce) {
  const Ticket ticket = add(1), copy = ticket;
  EXPECT_TRUE(table.close<Cred>(ticket));
  EXPECT_FALSE(table.close<Cred>(copy));
  EXPECT_FALSE(table.pin<Cred>(copy));
}

TEST_F(HandleTableTest, ReusedSlotDoesNotHonourTheOldTicket) {
  const Ticket old = add(1);
  ASSERT_TRUE(table.close<Cred>(old));
  const Ticket fresh = add(2);
  EXPECT_EQ(old.lower & 0xFFFFFFFF, fresh.lower & 0xFFFFFFFF) << "the slot is used again";
  EXPECT_FALSE(table.pin<Cred>(old));
  EXPECT_FALSE(table.close<Cred>(old));
  EXPECT_TRUE(table.pin<Cred>(fresh));
}

TEST_F(HandleTableTest, PinnedObjectOutlivesItsTicket) {
  const Ticket ticket = add(9);
  const int before = living;
  {
    const auto pin = table.pin<Cred>(ticket);
    ASSERT_TRUE(table.close<Cred>(ticket));
    EXPECT_FALSE(table.pin<Cred>(ticket));
    EXPECT_EQ(pin->value, 9);
    EXPECT_EQ(living, before);
  }
  EXPECT_EQ(living, before - 1);
}

TEST_F(HandleTableTest, GrowsWithoutMoving) {
  std::vector<Ticket> tickets;
  for (int i = 0; i < 5000; ++i) tickets.push_back(add(i));
  const auto first = table.pin<Cred>(tickets[0]);
  const Cred* address = &*first;
  for (int i = 0; i < 5000; ++i) tickets.push_back(add(5000 + i));
  EXPECT_EQ(address, &*first);
  for (int i = 0; i < 10000; ++i) {
    const auto pin = table.pin<Cred>(tickets[static_cast<std::size_t>(i)]);
    ASSERT_TRUE(pin);
    ASSERT_EQ(pin->value, i);
  }
}

TEST_F(HandleTableTest, DestroysWhatIsLeft) {
  const int before = living;
  {
    HandleTable other{counter()};
    (void)other.insert(std::make_unique<Ctxt>(1)).value();
    EXPECT_EQ(living, before + 1);
  }
  EXPECT_EQ(living, before);
}

TEST_F(HandleTableTest, SaysSoWhenThereIsNoRandomness) {
  HandleTable deaf{[](ByteSpan) -> Result<void> { return fail(Status::InternalError, "none"); }};
  EXPECT_EQ(deaf.insert(std::make_unique<Cred>(1)).error().status, Status::InternalError);
}

// Threads open, use and close each other's handles as fast as they can. What is found must be what
// was put in, and each ticket is closed by one thread only.
TEST_F(HandleTableTest, ThreadsShareTickets) {
  constexpr int kThreads = 4, kRounds = 3000;
  constexpr std::size_t kShared = 8;
  struct Cell {
    std::atomic<std::uintptr_t> lower{0}, upper{0};
  };
  std::array<Cell, kShared> cells;
  std::atomic<int> opened = 0, closed = 0, wrong = 0;
  const int before = living;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        Cell& cell = cells[static_cast<std::size_t>(i * 7 + t) % kShared];
        // Torn reads make forged tickets: welcome.
        const Ticket seen{cell.lower.load(), cell.upper.load()};
        if (const auto pin = table.pin<Cred>(seen); pin && pin->value != 4711) ++wrong;
        if (table.close<Cred>(seen)) ++closed;
        const Ticket fresh = table.insert(std::make_unique<Cred>(4711)).value();
        ++opened;
        cell.lower = fresh.lower;
        cell.upper = fresh.upper;
        if (i % 2 == 0 && table.close<Cred>(fresh)) ++closed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(living, before + opened - closed);
}

}  // namespace
}  // namespace opensspi::abi
