// TSRequest out of and into DER. [MS-CSSP] 2.2.1
#include "credssp/ts_request.h"

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"

namespace opensspi::credssp {
namespace {

using asn1::DerReader;
using asn1::DerWriter;
namespace tag = asn1::tag;

constexpr const char* kMalformed = "the TSRequest is malformed";

Result<std::uint32_t> integer_field(DerReader& fields, unsigned number) {
  DerReader field = fields.enter(tag::context(number));
  const std::uint32_t value = field.u32();
  TRY(field.finish(kMalformed));
  return value;
}

Result<std::optional<std::uint32_t>> optional_integer(DerReader& fields, unsigned number) {
  if (!fields.next_is(tag::context(number))) return std::nullopt;
  return integer_field(fields, number);
}

Result<std::optional<Bytes>> optional_octets(DerReader& fields, unsigned number) {
  if (!fields.next_is(tag::context(number))) return std::nullopt;
  DerReader field = fields.enter(tag::context(number));
  const ByteView value = field.octet_string();
  TRY(field.finish(kMalformed));
  return copy(value);
}

// NegoData ::= SEQUENCE OF SEQUENCE { negoToken [0] OCTET STRING }
Result<std::vector<Bytes>> nego_data(DerReader& fields) {
  std::vector<Bytes> tokens;
  if (!fields.next_is(tag::context(1))) return tokens;
  DerReader field = fields.enter(tag::context(1));
  DerReader items = field.enter(tag::kSequence);
  TRY(field.finish(kMalformed));
  while (!items.empty()) {
    DerReader item = items.enter(tag::kSequence);
    DerReader token = item.enter(tag::context(0));
    tokens.push_back(copy(token.octet_string()));
    TRY(token.finish(kMalformed));
    TRY(item.finish(kMalformed));
  }
  TRY(items.finish(kMalformed));
  return tokens;
}

void write_octets(DerWriter& out, unsigned number, const std::optional<Bytes>& value) {
  if (!value) return;
  out.nest(tag::context(number), [&](DerWriter& field) { field.octet_string(*value); });
}

void write_nego_data(DerWriter& out, const std::vector<Bytes>& tokens) {
  if (tokens.empty()) return;
  out.nest(tag::context(1), [&](DerWriter& field) {
    field.nest(tag::kSequence, [&](DerWriter& items) {
      for (const Bytes& token : tokens) {
        items.nest(tag::kSequence, [&](DerWriter& item) {
          item.nest(tag::context(0), [&](DerWriter& octets) { octets.octet_string(token); });
        });
      }
    });
  });
}

}  // namespace

Result<TsRequest> TsRequest::parse(ByteView der) {
  if (der.size() > kMaxTsRequest) return fail(Status::InvalidToken, "the TSRequest is too long");
  DerReader message(der);
  DerReader fields = message.enter(tag::kSequence);
  TRY(message.finish(kMalformed));
  TsRequest request;
  TRY_ASSIGN(request.version, integer_field(fields, 0));
  TRY_ASSIGN(request.nego_tokens, nego_data(fields));
  TRY_ASSIGN(request.auth_info, optional_octets(fields, 2));
  TRY_ASSIGN(request.pub_key_auth, optional_octets(fields, 3));
  TRY_ASSIGN(request.error_code, optional_integer(fields, 4));
  TRY_ASSIGN(request.client_nonce, optional_octets(fields, 5));
  TRY(fields.finish(kMalformed));
  return request;
}

Bytes TsRequest::write() const {
  DerWriter out;
  out.nest(tag::kSequence, [&](DerWriter& fields) {
    fields.nest(tag::context(0), [&](DerWriter& field) { field.integer(version); });
    write_nego_data(fields, nego_tokens);
    write_octets(fields, 2, auth_info);
    write_octets(fields, 3, pub_key_auth);
    if (error_code) {
      fields.nest(tag::context(4),
                  [&](DerWriter& field) { field.integer_four_octets(*error_code); });
    }
    write_octets(fields, 5, client_nonce);
  });
  return out.take();
}

}  // namespace opensspi::credssp
