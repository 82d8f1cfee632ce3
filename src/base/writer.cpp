// Integers to bytes.
#include "base/writer.h"

#include <array>

namespace opensspi {

Writer& Writer::integer(std::uint64_t value, std::size_t size, bool big_endian) {
  std::array<std::uint8_t, sizeof value> octets;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t shift = 8 * (big_endian ? size - 1 - i : i);
    octets[i] = static_cast<std::uint8_t>(value >> shift);
  }
  return bytes(ByteView(octets).first(size));
}

Writer& Writer::u8(std::uint8_t value) { return integer(value, 1, false); }
Writer& Writer::u16_le(std::uint16_t value) { return integer(value, 2, false); }
Writer& Writer::u32_le(std::uint32_t value) { return integer(value, 4, false); }
Writer& Writer::u64_le(std::uint64_t value) { return integer(value, 8, false); }
Writer& Writer::u16_be(std::uint16_t value) { return integer(value, 2, true); }
Writer& Writer::u32_be(std::uint32_t value) { return integer(value, 4, true); }
Writer& Writer::u64_be(std::uint64_t value) { return integer(value, 8, true); }

Writer& Writer::bytes(ByteView bytes) {
  append(out_, bytes);
  return *this;
}

Writer& Writer::zeros(std::size_t size) {
  out_.resize(out_.size() + size);
  return *this;
}

}  // namespace opensspi
