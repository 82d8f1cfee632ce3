// AV_PAIR lists. [MS-NLMP] 2.2.2.1
#include "ntlm/av_pairs.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace opensspi::ntlm {
namespace {

using test::from_hex;
using test::to_hex;

TEST(AvPairs, UnknownPairsAndTheirOrderAreKept) {
  const Bytes bytes = from_hex("0200 0200 4400 0bab 0100 ff 0100 0000 0000 0000");
  const auto pairs = AvPairs::parse(bytes);
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->pairs().size(), 3U);
  EXPECT_EQ(static_cast<std::uint16_t>(pairs->pairs()[1].id), 0xab0b);
  EXPECT_EQ(to_hex(pairs->write()), to_hex(bytes));
  ASSERT_NE(pairs->find(AvId::NbComputerName), nullptr);
  EXPECT_TRUE(pairs->find(AvId::NbComputerName)->empty());
  EXPECT_EQ(pairs->find(AvId::Timestamp), nullptr);
}

TEST(AvPairs, WhatFollowsTheEndIsIgnored) {
  const auto pairs = AvPairs::parse(from_hex("0000 0000 01"));
  ASSERT_TRUE(pairs);
  EXPECT_TRUE(pairs->pairs().empty());
}

TEST(AvPairs, WithoutAnEndTheyAreRefused) {
  const Bytes whole = from_hex("0200 0200 4400 0600 0400 02000000 0000 0000");
  ASSERT_TRUE(AvPairs::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto pairs = AvPairs::parse(ByteView(whole).first(size));
    ASSERT_FALSE(pairs) << size;
    EXPECT_EQ(pairs.error().status, Status::InvalidToken);
  }
}

TEST(AvPairs, FlagsAndTimestampHaveTheirSizes) {
  AvPairs pairs;
  EXPECT_EQ(*pairs.flags(), 0U);
  EXPECT_FALSE(*pairs.timestamp());
  pairs.set_flags(kAvFlagMicPresent | kAvFlagUntrustedTargetName);
  EXPECT_EQ(*pairs.flags(), 6U);
  pairs.set(AvId::Timestamp, from_hex("0102030405060708"));
  EXPECT_EQ(**pairs.timestamp(), 0x0807060504030201U);
  pairs.set(AvId::Timestamp, from_hex("01020304050607"));
  EXPECT_FALSE(pairs.timestamp());
  pairs.set(AvId::Flags, from_hex("0102030405"));
  EXPECT_FALSE(pairs.flags());
  EXPECT_EQ(pairs.pairs().size(), 2U) << "set() replaces";
}

}  // namespace
}  // namespace opensspi::ntlm
