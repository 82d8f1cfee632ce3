#include "base/reader.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/hex.h"

namespace opensspi {
namespace {

using test::from_hex;
using test::to_hex;

TEST(Reader, ReadsIntegersOfBothByteOrders) {
  const Bytes bytes = from_hex(
      "01 0203 04050607 08090a0b0c0d0e0f"
      "0203 04050607 08090a0b0c0d0e0f");
  Reader in(bytes);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16_le(), 0x0302);
  EXPECT_EQ(in.u32_le(), 0x07060504u);
  EXPECT_EQ(in.u64_le(), 0x0F0E0D0C0B0A0908u);
  EXPECT_EQ(in.u16_be(), 0x0203);
  EXPECT_EQ(in.u32_be(), 0x04050607u);
  EXPECT_EQ(in.u64_be(), 0x08090A0B0C0D0E0Fu);
  EXPECT_TRUE(in.finish("whole"));
}

TEST(Reader, ReadsBytesAndArrays) {
  const Bytes bytes = from_hex("00010203040506");
  Reader in(bytes);
  EXPECT_EQ(to_hex(in.bytes(2)), "0001");
  in.skip(1);
  EXPECT_EQ(to_hex(in.array<2>()), "0304");
  EXPECT_EQ(in.position(), 5u);
  EXPECT_EQ(in.remaining(), 2u);
  EXPECT_FALSE(in.finish("bytes are left"));
  EXPECT_TRUE(in.check("but nothing failed"));
  EXPECT_EQ(to_hex(in.rest()), "0506");
  EXPECT_TRUE(in.empty());
  EXPECT_TRUE(in.finish("whole"));
}

TEST(Reader, FailureSticks) {
  const Bytes bytes = from_hex("0102030405");
  Reader in(bytes);
  EXPECT_EQ(in.u32_le(), 0x04030201u);
  EXPECT_EQ(in.u16_le(), 0);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0) << "the byte that is there is not read after a failure";
  EXPECT_TRUE(in.bytes(0).empty());
  EXPECT_TRUE(in.slice(0, 1).empty());
  EXPECT_EQ(in.array<2>(), (std::array<std::uint8_t, 2>{}));
  EXPECT_EQ(in.remaining(), 0u);
  const auto verdict = in.check("cut");
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().status, Status::InvalidToken);
  EXPECT_STREQ(verdict.error().why, "cut");
}

TEST(Reader, SlicesByAbsolutePosition) {
  const Bytes bytes = from_hex("0001020304");
  Reader in(bytes);
  in.skip(3);
  EXPECT_EQ(to_hex(in.slice(1, 2)), "0102");
  EXPECT_EQ(in.position(), 3u);
  EXPECT_TRUE(in.slice(5, 0).empty());
  EXPECT_TRUE(in.ok()) << "an empty slice at the very end is inside";
  EXPECT_TRUE(in.slice(6, 0).empty());
  EXPECT_FALSE(in.ok());
}

TEST(Reader, RefusesSizesThatWrapAround) {
  constexpr std::size_t kMax = std::numeric_limits<std::size_t>::max();
  const Bytes bytes = from_hex("0001020304");
  for (const std::size_t size : {std::size_t{6}, kMax, kMax - 1}) {
    Reader by_bytes(bytes);
    by_bytes.skip(2);
    EXPECT_TRUE(by_bytes.bytes(size).empty());
    EXPECT_FALSE(by_bytes.ok());
    Reader by_slice(bytes);
    EXPECT_TRUE(by_slice.slice(2, size).empty());
    EXPECT_FALSE(by_slice.ok());
    Reader by_offset(bytes);
    EXPECT_TRUE(by_offset.slice(size, 2).empty());
    EXPECT_FALSE(by_offset.ok());
  }
}

TEST(Reader, RejectIsAFailure) {
  const Bytes bytes = from_hex("00");
  Reader in(bytes);
  in.skip(1);
  in.reject();
  EXPECT_FALSE(in.finish("the caller's own rule"));
}

}  // namespace
}  // namespace opensspi
