// Elements out, inside out. A buffer that is outgrown is erased before it is freed.
#include "asn1/der_writer.h"

#include <algorithm>
#include <array>

#include "base/secret.h"

namespace opensspi::asn1 {

DerWriter::~DerWriter() {
  erase(out_);
}

DerWriter& DerWriter::raw(ByteView der) {
  const std::size_t needed = out_.size() + der.size();
  if (needed > out_.capacity()) {
    Bytes larger;
    larger.reserve(std::max(needed, 2 * out_.capacity()));
    append(larger, out_);
    erase(out_);
    out_ = std::move(larger);
  }
  append(out_, der);
  return *this;
}

DerWriter& DerWriter::element(std::uint8_t tag, ByteView contents) {
  std::array<std::uint8_t, 2 + sizeof(std::size_t)> header{tag};
  std::size_t size = 1;
  // [X.690] 10.1: the length in the fewest octets.
  if (contents.size() < 0x80) {
    header[size++] = static_cast<std::uint8_t>(contents.size());
  } else {
    unsigned num_octets = 0;
    for (std::size_t rest = contents.size(); rest != 0; rest >>= 8) ++num_octets;
    header[size++] = static_cast<std::uint8_t>(0x80 | num_octets);
    while (num_octets-- != 0) {
      header[size++] = static_cast<std::uint8_t>(contents.size() >> (8 * num_octets));
    }
  }
  raw(ByteView(header).first(size));
  return raw(contents);
}

DerWriter& DerWriter::integer(std::uint32_t value, std::uint8_t tag) {
  const std::array<std::uint8_t, 5> octets{
      0, static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  // [X.690] 8.3.2: the first nine bits are not all zero.
  std::size_t first = 0;
  while (first < 4 && octets[first] == 0 && octets[first + 1] < 0x80) ++first;
  return element(tag, ByteView(octets).subspan(first));
}

DerWriter& DerWriter::integer_four_octets(std::uint32_t value) {
  const std::array<std::uint8_t, 4> octets{
      static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  return element(tag::kInteger, octets);
}

}  // namespace opensspi::asn1
