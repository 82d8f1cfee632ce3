// All bounds checks of the project's fixed-layout formats: bytes() and slice().
#include "base/reader.h"

namespace opensspi {

ByteView Reader::bytes(std::size_t size) {
  if (failed_ || size > bytes_.size() - position_) {
    failed_ = true;
    return {};
  }
  const ByteView part = bytes_.subspan(position_, size);
  position_ += size;
  return part;
}

ByteView Reader::slice(std::size_t offset, std::size_t size) {
  if (failed_ || offset > bytes_.size() || size > bytes_.size() - offset) {
    failed_ = true;
    return {};
  }
  return bytes_.subspan(offset, size);
}

template <class T>
T Reader::integer(bool big_endian) {
  const ByteView part = bytes(sizeof(T));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::size_t shift = 8 * (big_endian ? part.size() - 1 - i : i);
    value |= std::uint64_t{part[i]} << shift;
  }
  return static_cast<T>(value);
}

std::uint8_t Reader::u8() { return integer<std::uint8_t>(false); }
std::uint16_t Reader::u16_le() { return integer<std::uint16_t>(false); }
std::uint32_t Reader::u32_le() { return integer<std::uint32_t>(false); }
std::uint64_t Reader::u64_le() { return integer<std::uint64_t>(false); }
std::uint16_t Reader::u16_be() { return integer<std::uint16_t>(true); }
std::uint32_t Reader::u32_be() { return integer<std::uint32_t>(true); }
std::uint64_t Reader::u64_be() { return integer<std::uint64_t>(true); }

Result<void> Reader::check(const char* why) const {
  if (failed_) return fail(Status::InvalidToken, why);
  return {};
}

Result<void> Reader::finish(const char* why) const {
  if (failed_ || position_ != bytes_.size()) return fail(Status::InvalidToken, why);
  return {};
}

}  // namespace opensspi
