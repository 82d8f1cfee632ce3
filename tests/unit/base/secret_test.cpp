#include "base/secret.h"

#include <gtest/gtest.h>

#include <memory>
#include <type_traits>
#include <utility>

#include "base/utf16.h"
#include "support/freed_memory.h"
#include "support/hex.h"

namespace opensspi {
namespace {

using test::FreedMemory;
using test::to_hex;

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_copy_constructible_v<SecretArray<16>>);
static_assert(!std::is_copy_assignable_v<SecretArray<16>>);

// A pattern that nothing else in the program has; made at run time so that it is in no constant.
Bytes secret_pattern() {
  Bytes pattern(16);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    pattern[i] = static_cast<std::uint8_t>(0xA5 ^ (37 * i));
  }
  return pattern;
}

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Makes the compiler believe that the memory is read here.
void pretend_to_use(const void* memory) {
  asm volatile("" : : "r"(memory) : "memory");
}

TEST(FreedMemory, SeesASecretThatIsNotErased) {
  const Bytes pattern = secret_pattern();
  const FreedMemory freed(pattern);
  {
    const Bytes unprotected = copy(pattern);
    pretend_to_use(unprotected.data());
  }
  EXPECT_EQ(freed.num_blocks_with_pattern(), 1);
}

TEST(Secret, EraseOverwrites) {
  Bytes bytes = secret_pattern();
  erase(ByteSpan(bytes).first(15));
  EXPECT_TRUE(all_zero(ByteView(bytes).first(15)));
  EXPECT_EQ(bytes[15], secret_pattern()[15]);
  erase({});
}

TEST(SecretBytes, ErasesOnDeath) {
  const Bytes pattern = secret_pattern();
  const FreedMemory freed(pattern);
  {
    const SecretBytes secret((ByteView(pattern)));
    pretend_to_use(secret.expose().data());
    ASSERT_TRUE(equal(secret.expose(), pattern));
  }
  EXPECT_EQ(freed.num_blocks_with_pattern(), 0);
}

TEST(SecretBytes, ErasesWhatAnAssignmentReplaces) {
  const Bytes pattern = secret_pattern();
  const FreedMemory freed(pattern);
  SecretBytes secret((ByteView(pattern)));
  pretend_to_use(secret.expose().data());
  secret = SecretBytes(4);
  EXPECT_EQ(secret.size(), 4u);
  EXPECT_TRUE(all_zero(secret.expose()));
  EXPECT_EQ(freed.num_blocks_with_pattern(), 0);
}

TEST(SecretBytes, MovesWithoutCopying) {
  const Bytes pattern = secret_pattern();
  SecretBytes from((ByteView(pattern)));
  const std::uint8_t* const place = from.expose().data();
  SecretBytes to(std::move(from));
  EXPECT_EQ(to.expose().data(), place);
  EXPECT_TRUE(from.empty());
  from = std::move(to);
  EXPECT_EQ(from.expose().data(), place);
  EXPECT_TRUE(to.expose().empty());
  SecretBytes& itself = from;
  from = std::move(itself);
  EXPECT_TRUE(equal(from.expose(), pattern));
}

TEST(SecretBytes, ClonesAndEmpty) {
  const Bytes pattern = secret_pattern();
  SecretBytes secret((ByteView(pattern)));
  SecretBytes twin = secret.clone();
  secret.expose_mutable()[0] = 0;
  EXPECT_EQ(to_hex(twin.expose()), to_hex(pattern));
  EXPECT_TRUE(SecretBytes(std::size_t{0}).expose().empty());
  EXPECT_TRUE(SecretBytes().clone().empty());
}

TEST(SecretArray, ErasesOnDeath) {
  const Bytes pattern = secret_pattern();
  const FreedMemory freed(pattern);
  {
    const auto secret = std::make_unique<SecretArray<16>>(ByteView(pattern).first<16>());
    pretend_to_use(secret.get());
    ASSERT_TRUE(equal(secret->expose(), pattern));
  }
  EXPECT_EQ(freed.num_blocks_with_pattern(), 0);
}

TEST(SecretArray, ErasesWhatWasMovedFrom) {
  const Bytes pattern = secret_pattern();
  SecretArray<16> from(ByteView(pattern).first<16>());
  SecretArray<16> to(std::move(from));
  EXPECT_TRUE(all_zero(from.expose()));
  EXPECT_TRUE(equal(to.expose(), pattern));
  from = std::move(to);
  EXPECT_TRUE(all_zero(to.expose()));
  EXPECT_TRUE(equal(from.expose(), pattern));
  SecretArray<16>& itself = from;
  from = std::move(itself);
  EXPECT_TRUE(equal(from.expose(), pattern));
  EXPECT_TRUE(equal(from.clone().expose(), pattern));
}

TEST(Secret, TextConversionsLeaveNoCopyBehind) {
  const std::string password = "correct horse battery staple, and then some more of it";
  Bytes as_utf8 = copy(view(password));
  Bytes as_utf16;
  for (const std::uint8_t byte : as_utf8) {
    as_utf16.push_back(byte);
    as_utf16.push_back(0);
  }
  const Bytes utf8_part = copy(ByteView(as_utf8).first(12));
  const Bytes utf16_part = copy(ByteView(as_utf16).first(24));
  const auto blocks_freed_with = [&](const Bytes& part) {
    const FreedMemory freed(part);
    {
      const auto utf16 = secret_utf8_to_utf16le(as_utf8);
      EXPECT_TRUE(utf16 && equal(utf16->expose(), as_utf16));
      const auto utf8 = secret_utf16le_to_utf8(utf16->expose());
      EXPECT_TRUE(utf8 && equal(utf8->expose(), as_utf8));
    }
    return freed.num_blocks_with_pattern();
  };
  EXPECT_EQ(blocks_freed_with(utf8_part), 0);
  EXPECT_EQ(blocks_freed_with(utf16_part), 0);
}

}  // namespace
}  // namespace opensspi
