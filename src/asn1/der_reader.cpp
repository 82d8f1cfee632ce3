// All bounds checks of DER: read_header(). [X.690] 8.1.2 identifier octets, 8.1.3 length octets.
#include "asn1/der_reader.h"

namespace opensspi::asn1 {

namespace {

constexpr std::uint64_t kMaxLength = std::uint64_t{1} << 31;

struct Header {
  std::size_t size = 0;  // of tag and length octets
  std::size_t contents_size = 0;
};

enum class HeaderError { Cut, Malformed };

tl::expected<Header, HeaderError> read_header(ByteView bytes) {
  if (bytes.empty()) return tl::unexpected(HeaderError::Cut);
  // [X.690] 8.1.2.4: tag number 31 announces further tag octets; no message here has any.
  if ((bytes[0] & 0x1F) == 0x1F) return tl::unexpected(HeaderError::Malformed);
  if (bytes.size() < 2) return tl::unexpected(HeaderError::Cut);
  const std::uint8_t first = bytes[1];
  if (first < 0x80) return Header{2, first};
  // [X.690] 10.1: no indefinite form; 8.1.3.5 c): 0xFF is reserved.
  if (first == 0x80 || first == 0xFF) return tl::unexpected(HeaderError::Malformed);
  const std::size_t num_octets = first & 0x7F;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < num_octets; ++i) {
    if (2 + i == bytes.size()) return tl::unexpected(HeaderError::Cut);
    length = length << 8 | bytes[2 + i];
    if (length > kMaxLength) return tl::unexpected(HeaderError::Malformed);
  }
  return Header{2 + num_octets, static_cast<std::size_t>(length)};
}

}  // namespace

std::optional<std::uint8_t> DerReader::peek() const {
  if (empty()) return std::nullopt;
  return rest_[0];
}

ByteView DerReader::element_with_header(std::uint8_t wanted) {
  const auto header = read_header(rest_);
  if (failed_ || !header || rest_[0] != wanted ||
      header->contents_size > rest_.size() - header->size) {
    failed_ = true;
    return {};
  }
  const ByteView whole = rest_.first(header->size + header->contents_size);
  rest_ = rest_.subspan(whole.size());
  return whole;
}

ByteView DerReader::element(std::uint8_t wanted) {
  const ByteView whole = element_with_header(wanted);
  if (failed_) return {};
  return whole.subspan(read_header(whole)->size);
}

void DerReader::skip() {
  if (const auto next = peek()) {
    element_with_header(*next);
  } else {
    failed_ = true;
  }
}

std::uint32_t DerReader::u32(std::uint8_t wanted) {
  ByteView contents = element(wanted);
  // A positive number with the top bit set has a zero octet before its four.
  const bool is_five_octets = contents.size() == 5 && contents[0] == 0;
  if (is_five_octets) contents = contents.subspan(1);
  if (contents.empty() || contents.size() > 4) {
    failed_ = true;
    return 0;
  }
  const bool is_negative = (contents[0] & 0x80) != 0;
  std::uint32_t value = is_negative ? 0xFFFFFFFF : 0;
  for (const std::uint8_t octet : contents) value = value << 8 | octet;
  return value;
}

Result<void> DerReader::finish(const char* why) const {
  if (failed_ || !rest_.empty()) return fail(Status::InvalidToken, why);
  return {};
}

Result<std::optional<std::size_t>> element_size(ByteView start, std::size_t limit) {
  const auto header = read_header(start);
  if (!header && header.error() == HeaderError::Cut) return std::nullopt;
  if (!header) return fail(Status::InvalidToken, "not a DER element");
  const std::size_t size = header->size + header->contents_size;
  if (size > limit) return fail(Status::InvalidToken, "the DER element is too long");
  return size;
}

}  // namespace opensspi::asn1
