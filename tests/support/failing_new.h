// Memory that runs out when a test says so. Replaces operator new and delete, so exactly one .cpp
// of a test program includes it. What C libraries allocate (OpenSSL, SQLite, libkrb5) does not pass
// here.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>

namespace opensspi::test {

// Lets so many allocations of this thread pass, fails the next one, and lets all later ones pass.
class FailingNew {
 public:
  explicit FailingNew(std::size_t num_before) { left = static_cast<long>(num_before); }
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
  ~FailingNew() { left = kOff; }

  [[nodiscard]] static bool fails_now() noexcept {
    if (left == kOff) return false;
    if (left == 0) {
      left = kOff;
      return true;
    }
    --left;
    return false;
  }
  // Whether it came to that.
  [[nodiscard]] bool has_failed() const { return left == kOff; }

 private:
  static constexpr long kOff = -1;
  static inline thread_local long left = kOff;
};

inline void* allocate_or_fail(std::size_t size) noexcept {
  return FailingNew::fails_now() ? nullptr : std::malloc(size == 0 ? 1 : size);
}

// Calls `body`, which returns its status, until it has all the memory it needs: each allocation
// fails once.
template <class Status>
void expect_each_to_be_told(Status told, Status success, const std::function<Status()>& body) {
  ASSERT_EQ(success, body());  // what is made once in a process is made now
  std::size_t before = 0;
  for (bool ran_out = true; ran_out; ++before) {
    Status status{};
    {
      const FailingNew memory(before);
      status = body();
      ran_out = memory.has_failed();
    }
    ASSERT_EQ(ran_out ? told : success, status) << before;
  }
  EXPECT_GT(before, 1U);
}

}  // namespace opensspi::test

void* operator new(std::size_t size) {
  if (void* block = opensspi::test::allocate_or_fail(size)) return block;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return opensspi::test::allocate_or_fail(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return opensspi::test::allocate_or_fail(size);
}
// Inlined, they look to the compiler as if free() took what operator new gave.
[[gnu::noinline]] void operator delete(void* block) noexcept {
  std::free(block);
}
[[gnu::noinline]] void operator delete[](void* block) noexcept {
  std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t /*size*/) noexcept {
  std::free(block);
}
[[gnu::noinline]] void operator delete[](void* block, std::size_t /*size*/) noexcept {
  std::free(block);
}
void operator delete(void* block, const std::nothrow_t& /*tag*/) noexcept {
  std::free(block);
}
void operator delete[](void* block, const std::nothrow_t& /*tag*/) noexcept {
  std::free(block);
}
