// The one reader of peer bytes: a cursor over a span whose failure is sticky. After a read past
// the end every later read gives zeros or nothing, so a message is read straight through and
// asked once at the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi {

class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16_le();
  std::uint32_t u32_le();
  std::uint64_t u64_le();
  std::uint16_t u16_be();
  std::uint32_t u32_be();
  std::uint64_t u64_be();
  ByteView bytes(std::size_t size);
  ByteView rest() { return bytes(remaining()); }
  void skip(std::size_t size) { bytes(size); }

  // A part of the whole message by absolute position; the cursor does not move.
  ByteView slice(std::size_t offset, std::size_t size);

  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    const ByteView part = bytes(N);
    std::copy(part.begin(), part.end(), out.begin());
    return out;
  }

  // Marks the message as malformed: for rules that the caller checks itself.
  void reject() { failed_ = true; }

  [[nodiscard]] std::size_t remaining() const { return failed_ ? 0 : bytes_.size() - position_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] bool empty() const { return remaining() == 0; }
  [[nodiscard]] bool ok() const { return !failed_; }

  // InvalidToken with `why` when any read failed.
  [[nodiscard]] Result<void> check(const char* why) const;
  // The same, and also when bytes are left over.
  [[nodiscard]] Result<void> finish(const char* why) const;

 private:
  template <class T>
  T integer(bool big_endian);

  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace opensspi
