// One field at a time.
#include "credssp/octet_fields.h"

#include "base/utf16.h"

namespace opensspi::credssp {

namespace tag = asn1::tag;

void write_octets_field(asn1::DerWriter& out, unsigned number, ByteView value) {
  out.nest(tag::context(number), [&](asn1::DerWriter& field) { field.octet_string(value); });
}

Result<ByteView> read_octets_field(asn1::DerReader& fields, unsigned number) {
  asn1::DerReader field = fields.enter(tag::context(number));
  const ByteView value = field.octet_string();
  TRY(field.finish(kMalformedCredentials));
  return value;
}

Result<ByteView> read_text_field(asn1::DerReader& fields, unsigned number) {
  TRY_ASSIGN(ByteView text, read_octets_field(fields, number));
  if (text.size() % 2 != 0) return fail(Status::InvalidToken, kMalformedCredentials);
  const std::size_t size = text.size();
  if (size >= 2 && text[size - 1] == 0 && text[size - 2] == 0) text = text.first(size - 2);
  return text;
}

Result<std::string> read_name_field(asn1::DerReader& fields, unsigned number) {
  TRY_ASSIGN(const ByteView text, read_text_field(fields, number));
  auto name = utf16le_to_utf8(text);
  if (!name) return fail(Status::InvalidToken, kMalformedCredentials);
  return name;
}

}  // namespace opensspi::credssp
