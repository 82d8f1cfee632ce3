#include "crypto/digest.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <random>
#include <string>

#include "support/vectors.h"

namespace opensspi::crypto {
namespace {

using test::to_hex;
using test::Vectors;

// Lengths around the block size of 64 and its padding, where digests go wrong.
constexpr std::size_t kLengths[] = {0, 1, 15, 16, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000};

Bytes pseudorandom(std::size_t size) {
  static std::mt19937 engine(1320);
  Bytes out(size);
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine());
  return out;
}

TEST(Digest, Md4OfRfc1320) {
  for (Vectors& vectors : Vectors::sections("crypto/md4.txt")) {
    SCOPED_TRACE(vectors.title());
    const std::string text = vectors.text("Text");
    EXPECT_EQ(to_hex(secret_md4({view(text)}).expose()), vectors.text("Digest"));
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(Digest, Md5OfRfc1321) {
  for (Vectors& vectors : Vectors::sections("crypto/md5.txt")) {
    SCOPED_TRACE(vectors.title());
    const std::string text = vectors.text("Text");
    const std::string digest = vectors.text("Digest");
    EXPECT_EQ(to_hex(md5({view(text)})), digest);
    EXPECT_EQ(to_hex(secret_md5({view(text)}).expose()), digest);
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(Digest, HmacMd5OfRfc2202) {
  for (Vectors& vectors : Vectors::sections("crypto/hmac_md5.txt")) {
    SCOPED_TRACE(vectors.title());
    const Bytes key = vectors.bytes("Key");
    const Bytes data = vectors.bytes("Data");
    const std::string digest = vectors.text("Digest");
    EXPECT_EQ(to_hex(hmac_md5(key, {data})), digest);
    EXPECT_EQ(to_hex(secret_hmac_md5(key, {data}).expose()), digest);
    const HmacMd5 keyed(key);
    EXPECT_EQ(to_hex(keyed.of({data})), digest);
    EXPECT_EQ(to_hex(keyed.of({data})), digest) << "used again";
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(Digest, Sha256OfFips180) {
  for (Vectors& vectors : Vectors::sections("crypto/sha256.txt")) {
    SCOPED_TRACE(vectors.title());
    const std::string text = vectors.text("Text");
    EXPECT_EQ(to_hex(sha256({view(text)})), vectors.text("Digest"));
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(Digest, PiecesAreOneMessage) {
  const Bytes whole = pseudorandom(200);
  const ByteView all(whole);
  const Bytes key = pseudorandom(16);
  for (const std::size_t cut : {0u, 1u, 63u, 64u, 65u, 200u}) {
    SCOPED_TRACE(cut);
    const ByteView head = all.first(cut);
    const ByteView tail = all.subspan(cut);
    EXPECT_EQ(to_hex(secret_md4({head, {}, tail}).expose()), to_hex(secret_md4({all}).expose()));
    EXPECT_EQ(md5({head, {}, tail}), md5({all}));
    EXPECT_EQ(hmac_md5(key, {head, {}, tail}), hmac_md5(key, {all}));
    EXPECT_EQ(sha256({head, {}, tail}), sha256({all}));
  }
  EXPECT_EQ(md5({}), md5({ByteView{}}));
}

TEST(Digest, AgreesWithOpenSsl) {
  for (const std::size_t length : kLengths) {
    SCOPED_TRACE(length);
    const Bytes data = pseudorandom(length);
    Bytes expected(16);
    ASSERT_EQ(EVP_Digest(data.data(), length, expected.data(), nullptr, EVP_md5(), nullptr), 1);
    EXPECT_EQ(to_hex(md5({data})), to_hex(expected));
    for (const std::size_t key_size : {1u, 16u, 63u, 64u, 65u, 200u}) {
      const Bytes key = pseudorandom(key_size);
      ASSERT_NE(HMAC(EVP_md5(), key.data(), static_cast<int>(key_size), data.data(), length,
                     expected.data(), nullptr),
                nullptr);
      EXPECT_EQ(to_hex(hmac_md5(key, {data})), to_hex(expected)) << "key of " << key_size;
    }
  }
}

TEST(Crc32, ChecksOut) {
  // The check value by which CRC-32/ISO-HDLC is identified.
  EXPECT_EQ(crc32(view("123456789")), 0xCBF43926u);
  EXPECT_EQ(crc32({}), 0u);
  EXPECT_EQ(crc32(Bytes(32, 0xFF)), 0xFF6CAB0Bu);
}

}  // namespace
}  // namespace opensspi::crypto
