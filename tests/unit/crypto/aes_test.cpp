#include "crypto/aes.h"

#include <gtest/gtest.h>

#include "support/vectors.h"

namespace opensspi::crypto {
namespace {

using test::to_hex;
using test::Vectors;

TEST(Aes256Ctr, VectorsOfNist) {
  for (Vectors& vectors : Vectors::sections("crypto/aes256_ctr.txt")) {
    SCOPED_TRACE(vectors.title());
    const Bytes key_bytes = vectors.bytes("Key");
    const Bytes counter_bytes = vectors.bytes("Counter");
    const SecretArray<32> key(ByteView(key_bytes).first<32>());
    const auto counter = ByteView(counter_bytes).first<16>();
    const Bytes plain = vectors.bytes("Plaintext");
    Bytes data = plain;
    ASSERT_TRUE(aes256_ctr(key, counter, data));
    EXPECT_EQ(to_hex(data), vectors.text("Ciphertext"));
    ASSERT_TRUE(aes256_ctr(key, counter, data));
    EXPECT_EQ(data, plain);
    // A part of a block too.
    data.resize(21);
    ASSERT_TRUE(aes256_ctr(key, counter, data));
    EXPECT_EQ(to_hex(data), vectors.text("Ciphertext").substr(0, 42));
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(Aes256Ctr, NothingIsNothing) {
  const SecretArray<32> key;
  const std::array<std::uint8_t, 16> counter{};
  EXPECT_TRUE(aes256_ctr(key, counter, {}));
}

}  // namespace
}  // namespace opensspi::crypto
