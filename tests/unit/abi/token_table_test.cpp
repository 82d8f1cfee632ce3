// HANDLEs of tokens: open ones find their token, whatever else is found nowhere.
#include "abi/token_table.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "crypto/random.h"

namespace opensspi::abi {
namespace {

SharedToken make_token(const std::string& user) {
  auto client = std::make_shared<AccessToken>();
  client->user = user;
  return std::make_shared<logon::ClientToken>(std::move(client), logon::UserDatabase{});
}

class Tokens : public testing::Test {
 protected:
  TokenTable::Handle open(const std::string& user) { return table.open(make_token(user)).value(); }
  std::string user_of(TokenTable::Handle handle) {
    const auto found = table.find(handle);
    if (found) return (*found)->client().user;
    EXPECT_EQ(found.error().status, Status::InvalidHandle);
    EXPECT_EQ(found.error().value, 6);
    return "-";
  }
  TokenTable table{crypto::random};
};

TEST_F(Tokens, AreFoundUntilTheyAreClosed) {
  const auto alice = open("alice"), bob = open("bob");
  EXPECT_NE(alice, bob);
  EXPECT_EQ(user_of(alice), "alice");
  EXPECT_EQ(user_of(bob), "bob");
  EXPECT_TRUE(table.close(alice));
  EXPECT_EQ(user_of(alice), "-");
  EXPECT_EQ(user_of(bob), "bob");
  const auto again = table.close(alice);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().status, Status::InvalidHandle);
}

TEST_F(Tokens, OfOneUserMayBeOpenedTwice) {
  const auto token = make_token("alice");
  const auto first = table.open(token).value(), second = table.open(token).value();
  EXPECT_NE(first, second);
  EXPECT_TRUE(table.close(first));
  EXPECT_EQ(user_of(second), "alice");
}

TEST_F(Tokens, ForgedOnesAreFoundNowhere) {
  const auto good = open("alice");
  for (const TokenTable::Handle forged :
       {TokenTable::Handle{0}, TokenTable::Handle{4}, ~TokenTable::Handle{0}, good + 1, good + 4,
        good ^ (TokenTable::Handle{1} << (8 * sizeof good - 1)),
        reinterpret_cast<TokenTable::Handle>(this)}) {
    EXPECT_EQ(user_of(forged), "-") << forged;
    EXPECT_FALSE(table.close(forged)) << forged;
  }
  EXPECT_EQ(user_of(good), "alice");
}

// Windows keeps the negative ones for itself, and the lowest two bits for programs.
TEST_F(Tokens, LookLikeWindows) {
  for (int i = 0; i < 1000; ++i) {
    const auto handle = static_cast<std::intptr_t>(open("alice"));
    EXPECT_GT(handle, 0);
    EXPECT_EQ(handle % 4, 0);
  }
}

TEST_F(Tokens, ThatAreLentAreNotTheCallersToClose) {
  const auto lent = table.lend(make_token("alice")).value();
  EXPECT_FALSE(table.close(lent));
  EXPECT_EQ(user_of(lent), "alice");
  table.end(lent);
  EXPECT_EQ(user_of(lent), "-");
}

TEST_F(Tokens, NumbersThatAreTakenOrNothingAreDrawnAgain) {
  std::vector<std::uint8_t> draws{12, 9, 8, 3, 0};  // from the end; 0 and 3 are nothing, 9 is 8
  TokenTable drawing([&draws](ByteSpan out) -> Result<void> {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    out[0] = draws.back();
    draws.pop_back();
    return {};
  });
  EXPECT_EQ(drawing.open(make_token("alice")).value() & 0xFF, 8U);
  EXPECT_EQ(drawing.open(make_token("bob")).value() & 0xFF, 12U);
}

TEST_F(Tokens, AreClosedByOneOfManyThreads) {
  for (int round = 0; round < 50; ++round) {
    const auto handle = open("alice");
    std::atomic<int> num_closed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        static_cast<void>(table.find(handle));
        if (table.close(handle)) ++num_closed;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(num_closed, 1);
  }
}

}  // namespace
}  // namespace opensspi::abi
