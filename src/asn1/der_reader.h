// Distinguished Encoding Rules, reading. A cursor over TLV elements with base::Reader's sticky
// failure. Takes non-minimal definite lengths (rdesktop sends them), refuses indefinite ones,
// multi-byte tags, and lengths over 2^31.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::asn1 {

// Identifier octets, [X.690] 8.1.2.
namespace tag {
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kOid = 0x06;
inline constexpr std::uint8_t kEnumerated = 0x0A;
inline constexpr std::uint8_t kGeneralString = 0x1B;
inline constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t application(unsigned n) { return static_cast<std::uint8_t>(0x60 | n); }
constexpr std::uint8_t context(unsigned n) { return static_cast<std::uint8_t>(0xA0 | n); }
}  // namespace tag

class DerReader {
 public:
  explicit DerReader(ByteView bytes) : rest_(bytes) {}

  // The tag of the next element; nothing at the end or after a failure.
  [[nodiscard]] std::optional<std::uint8_t> peek() const;
  [[nodiscard]] bool next_is(std::uint8_t wanted) const { return peek() == wanted; }

  // The contents of the next element, which must have this tag. A reader over them fails this one
  // only when its own finish() is asked, so finish() inner readers too.
  ByteView element(std::uint8_t wanted);
  DerReader enter(std::uint8_t wanted) { return DerReader(element(wanted)); }
  // The next element whole, tag and length included.
  ByteView element_with_header(std::uint8_t wanted);
  // Skips one element of any tag.
  void skip();

  // INTEGER or ENUMERATED that fits 32 bits, two's complement or a positive number of five octets.
  std::uint32_t u32(std::uint8_t wanted = tag::kInteger);
  ByteView octet_string() { return element(tag::kOctetString); }

  void reject() { failed_ = true; }
  [[nodiscard]] bool empty() const { return failed_ || rest_.empty(); }
  [[nodiscard]] bool ok() const { return !failed_; }
  [[nodiscard]] ByteView rest() const { return rest_; }
  // InvalidToken with `why` after any failure, or when bytes are left.
  [[nodiscard]] Result<void> finish(const char* why) const;

 private:
  ByteView rest_;
  bool failed_ = false;
};

// How long the element that starts here is, header included; nothing yet when the header itself is
// cut. InvalidToken when it is no DER header or longer than `limit`.
Result<std::optional<std::size_t>> element_size(ByteView start, std::size_t limit);

}  // namespace opensspi::asn1
