#include "crypto/random.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace opensspi::crypto {
namespace {

TEST(Random, FillsEveryByte) {
  // Each byte is 0 in all 64 draws with a probability of 2^-512.
  constexpr std::size_t kSize = 300;
  Bytes seen(kSize);
  for (int draw = 0; draw < 64; ++draw) {
    Bytes bytes(kSize);
    ASSERT_TRUE(random(bytes));
    for (std::size_t i = 0; i < kSize; ++i) seen[i] = static_cast<std::uint8_t>(seen[i] | bytes[i]);
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0);
}

TEST(Random, StaysInsideItsBuffer) {
  Bytes bytes(40);
  ASSERT_TRUE(random(ByteSpan(bytes).subspan(8, 24)));
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.begin() + 8, is_zero));
  EXPECT_TRUE(std::all_of(bytes.end() - 8, bytes.end(), is_zero));
  EXPECT_TRUE(random({}));
}

TEST(Random, NeverTheSame) {
  Bytes a(16);
  Bytes b(16);
  ASSERT_TRUE(random(a));
  ASSERT_TRUE(random(b));
  EXPECT_FALSE(equal(a, b));
}

}  // namespace
}  // namespace opensspi::crypto
