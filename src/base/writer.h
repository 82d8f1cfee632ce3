// The one writer of fixed-layout messages: appends little- and big-endian integers and bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/bytes.h"

namespace opensspi {

class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t expected_size) { out_.reserve(expected_size); }

  Writer& u8(std::uint8_t value);
  Writer& u16_le(std::uint16_t value);
  Writer& u32_le(std::uint32_t value);
  Writer& u64_le(std::uint64_t value);
  Writer& u16_be(std::uint16_t value);
  Writer& u32_be(std::uint32_t value);
  Writer& u64_be(std::uint64_t value);
  Writer& bytes(ByteView bytes);
  Writer& zeros(std::size_t size);

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] ByteView view() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  Writer& integer(std::uint64_t value, std::size_t size, bool big_endian);

  Bytes out_;
};

}  // namespace opensspi
