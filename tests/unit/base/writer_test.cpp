#include "base/writer.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace opensspi {
namespace {

using test::from_hex;
using test::to_hex;

TEST(Writer, WritesIntegersOfBothByteOrders) {
  Writer out;
  out.u8(0x01).u16_le(0x0203).u32_le(0x04050607).u64_le(0x08090A0B0C0D0E0F);
  out.u16_be(0x0203).u32_be(0x04050607).u64_be(0x08090A0B0C0D0E0F);
  EXPECT_EQ(to_hex(out.view()),
            "01"
            "0302"
            "07060504"
            "0f0e0d0c0b0a0908"
            "0203"
            "04050607"
            "08090a0b0c0d0e0f");
}

TEST(Writer, WritesBytesAndZeros) {
  Writer out(8);
  out.bytes(from_hex("aabb")).zeros(3).bytes({}).bytes(view("z"));
  EXPECT_EQ(out.size(), 6u);
  EXPECT_EQ(to_hex(out.take()), "aabb0000007a");
  EXPECT_EQ(out.size(), 0u);
}

}  // namespace
}  // namespace opensspi
