#include "base/bytes.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace opensspi {
namespace {

using test::from_hex;

TEST(Bytes, AreEqualOnlyWithTheSameLengthAndContents) {
  const Bytes mac = from_hex("00112233445566778899aabbccddeeff");
  EXPECT_TRUE(equal(mac, copy(mac)));
  EXPECT_TRUE(equal({}, {}));
  EXPECT_FALSE(equal(mac, ByteView(mac).first(15)));
  EXPECT_FALSE(equal(ByteView(mac).first(15), mac));
  EXPECT_FALSE(equal(mac, {}));
}

TEST(Bytes, DifferInEveryBit) {
  const Bytes mac = from_hex("00112233445566778899aabbccddeeff");
  for (std::size_t bit = 0; bit < 8 * mac.size(); ++bit) {
    Bytes other = mac;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(equal(mac, other)) << "bit " << bit;
  }
}

TEST(Bytes, Append) {
  Bytes to = from_hex("01");
  append(to, from_hex("0203"));
  append(to, {});
  append(to, view("A"));
  EXPECT_EQ(to, from_hex("01020341"));
}

}  // namespace
}  // namespace opensspi
