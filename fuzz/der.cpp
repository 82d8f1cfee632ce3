// asn1::DerReader and DerWriter side by side with OpenSSL's ASN.1: the same elements, the same
// numbers, the same canonical form. What only one of the two takes is listed in `agree_on_header`
// and `agree_on_number`.
#include <openssl/asn1.h>
#include <openssl/err.h>

#include <memory>
#include <optional>

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"
#include "support/fuzzing.h"

namespace {

using namespace opensspi;
using test::require;

constexpr std::uint64_t kMaxLength = std::uint64_t{1} << 31;
constexpr int kMaxDepth = 20;

struct Element {
  std::size_t header_size;
  std::size_t contents_size;
};

// OpenSSL wants an octet behind a length of several octets, also behind one that says 0.
Bytes with_one_more(ByteView bytes) {
  Bytes longer = copy(bytes);
  longer.push_back(0);
  return longer;
}

// The element that OpenSSL sees at the start, whole and of definite length.
std::optional<Element> openssl_element(ByteView bytes) {
  const Bytes longer = with_one_more(bytes);
  const std::uint8_t* at = longer.data();
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const int flags =
      ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(longer.size()));
  ERR_clear_error();
  if ((flags & 0x80) != 0 || (flags & 0x01) != 0) return std::nullopt;
  const Element element{static_cast<std::size_t>(at - longer.data()),
                        static_cast<std::size_t>(length)};
  if (element.header_size + element.contents_size > bytes.size()) return std::nullopt;
  return element;
}

// The contents of the first element, when we take it.
std::optional<ByteView> agree_on_header(ByteView bytes) {
  asn1::DerReader in(bytes);
  in.skip();
  const auto theirs = bytes.empty() ? std::nullopt : openssl_element(bytes);
  if (!in.ok()) {
    // Only OpenSSL takes tag numbers over 30, the reserved first length octet, and more than 2^31.
    const bool is_our_limit = theirs && ((bytes[0] & 0x1F) == 0x1F || bytes[1] == 0xFF ||
                                         theirs->contents_size > kMaxLength);
    require(!theirs || is_our_limit, "what OpenSSL takes, we take");
    return std::nullopt;
  }
  const std::size_t size = bytes.size() - in.rest().size();
  require(theirs.has_value(), "what we take, OpenSSL takes");
  require(theirs->header_size + theirs->contents_size == size, "the element ends in one place");
  const auto announced = asn1::element_size(bytes, size);
  require(announced && *announced == size, "element_size() sees the same element");
  require(!asn1::element_size(bytes, size - 1), "element_size() keeps the limit");
  const ByteView contents = asn1::DerReader(bytes).element(bytes[0]);
  require(contents.size() == theirs->contents_size, "the contents start in one place");
  return contents;
}

void agree_on_number(ByteView element) {
  asn1::DerReader in(element);
  const std::uint32_t ours = in.u32();
  const std::uint8_t* at = element.data();
  const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number(
      d2i_ASN1_INTEGER(nullptr, &at, static_cast<long>(element.size())), ASN1_INTEGER_free);
  std::int64_t theirs = 0;
  const bool is_64_bits = number && ASN1_INTEGER_get_int64(&theirs, number.get()) == 1;
  ERR_clear_error();
  // Only we take needless leading octets: OpenSSL's INTEGER is minimal.
  if (!number) return;
  const bool fits = is_64_bits && theirs >= INT32_MIN && theirs <= std::int64_t{UINT32_MAX};
  require(in.ok() == fits, "a number fits 32 bits or is refused");
  if (!fits) return;
  require(ours == static_cast<std::uint32_t>(theirs), "a number has one value");
  if (theirs < 0) return;
  std::uint8_t* der = nullptr;
  const int size = i2d_ASN1_INTEGER(number.get(), &der);
  asn1::DerWriter out;
  out.integer(ours);
  require(size > 0 && equal(out.view(), {der, static_cast<std::size_t>(size)}),
          "a number has one canonical form");
  OPENSSL_free(der);
}

void agree_on_octet_string(ByteView element, ByteView contents) {
  const Bytes longer = with_one_more(element);
  const std::uint8_t* at = longer.data();
  const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> text(
      d2i_ASN1_OCTET_STRING(nullptr, &at, static_cast<long>(longer.size())),
      ASN1_OCTET_STRING_free);
  require(text != nullptr, "an octet string is one to OpenSSL");
  std::uint8_t* der = nullptr;
  const int size = i2d_ASN1_OCTET_STRING(text.get(), &der);
  asn1::DerWriter out;
  out.octet_string(contents);
  require(size > 0 && equal(out.view(), {der, static_cast<std::size_t>(size)}),
          "an octet string has one canonical form");
  OPENSSL_free(der);
}

void walk(ByteView bytes, int depth) {
  while (const auto contents = agree_on_header(bytes)) {
    const ByteView element = asn1::DerReader(bytes).element_with_header(bytes[0]);
    if (bytes[0] == asn1::tag::kInteger) agree_on_number(element);
    if (bytes[0] == asn1::tag::kOctetString) agree_on_octet_string(element, *contents);
    const bool is_constructed = (bytes[0] & 0x20) != 0;
    if (is_constructed && depth < kMaxDepth) walk(*contents, depth + 1);
    bytes = bytes.subspan(element.size());
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walk({data, size}, 0);
  return 0;
}
