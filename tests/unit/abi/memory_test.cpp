// Blocks handed to callers.
#include "abi/memory.h"

#include <gtest/gtest.h>

#include <array>

namespace opensspi::abi {
namespace {

TEST(Memory, BlocksAreZeroAndFreedOnce) {
  void* block = allocate_block(64);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(static_cast<char*>(block)[i], 0);
  EXPECT_TRUE(free_block(block));
  EXPECT_FALSE(free_block(block));
}

TEST(Memory, AnEmptyBlockIsStillABlock) {
  void* block = allocate_block(0);
  EXPECT_NE(block, nullptr);
  EXPECT_TRUE(free_block(block));
}

TEST(Memory, RefusesForeignPointers) {
  std::array<char, 32> mine{};
  EXPECT_FALSE(free_block(mine.data()));
  EXPECT_FALSE(free_block(nullptr));
  void* block = allocate_block(64);
  EXPECT_FALSE(free_block(static_cast<char*>(block) + 8));
  EXPECT_TRUE(free_block(block));
}

TEST(Memory, CopiesBytes) {
  const Bytes bytes{1, 2, 3};
  const auto block = copy_to_block(bytes);
  EXPECT_TRUE(equal({block.get(), 3}, bytes));
}

}  // namespace
}  // namespace opensspi::abi
