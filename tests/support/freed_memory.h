// What the program frees without erasing. Replaces operator new and delete, so exactly one .cpp of
// a test program includes it.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "base/bytes.h"

namespace opensspi::test {

// Counts the blocks that hold `pattern` when they are freed, for as long as it lives. One at a
// time.
class FreedMemory {
 public:
  explicit FreedMemory(ByteView pattern) : pattern_(pattern) { current = this; }
  FreedMemory(const FreedMemory&) = delete;
  FreedMemory& operator=(const FreedMemory&) = delete;
  ~FreedMemory() { current = nullptr; }

  [[nodiscard]] int num_blocks_with_pattern() const { return found_; }

  static void inspect(void* block) noexcept {
    FreedMemory* const watcher = current;
    if (watcher == nullptr || block == nullptr) return;
    const ByteView bytes(static_cast<const std::uint8_t*>(block), ::malloc_usable_size(block));
    const ByteView pattern = watcher->pattern_;
    const auto hit = std::search(bytes.begin(), bytes.end(), pattern.begin(), pattern.end());
    if (hit != bytes.end()) ++watcher->found_;
  }

 private:
  static inline std::atomic<FreedMemory*> current = nullptr;
  ByteView pattern_;
  std::atomic<int> found_ = 0;
};

}  // namespace opensspi::test

void* operator new(std::size_t size) {
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  opensspi::test::FreedMemory::inspect(block);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  operator delete(block);
}
