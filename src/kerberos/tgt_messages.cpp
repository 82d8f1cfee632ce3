// Reading and writing them.
#include "kerberos/tgt_messages.h"

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"

namespace opensspi::kerberos {
namespace {

namespace tag = asn1::tag;
using asn1::DerReader;
using asn1::DerWriter;

constexpr std::uint32_t kVersion = 5, kRequest = 16, kReply = 17;
constexpr std::uint8_t kTicket = tag::application(1);

void write_head(DerWriter& fields, std::uint32_t type) {
  fields.nest(tag::context(0), [](DerWriter& field) { field.integer(kVersion); });
  fields.nest(tag::context(1), [&](DerWriter& field) { field.integer(type); });
}

// Rejects a message of another type.
void read_head(DerReader& fields, std::uint32_t type) {
  const std::uint32_t version = fields.enter(tag::context(0)).u32();
  if (version != kVersion || fields.enter(tag::context(1)).u32() != type) fields.reject();
}

std::string text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// PrincipalName ::= SEQUENCE { name-type [0] Int32, name-string [1] SEQUENCE OF GeneralString }
void write_name(DerWriter& field, const TgtRequest& request) {
  field.nest(tag::kSequence, [&](DerWriter& name) {
    name.nest(tag::context(0), [&](DerWriter& type) { type.integer(request.name_type); });
    name.nest(tag::context(1), [&](DerWriter& strings) {
      strings.nest(tag::kSequence, [&](DerWriter& list) {
        for (const std::string& part : request.server_name) {
          list.element(tag::kGeneralString, view(part));
        }
      });
    });
  });
}

bool read_name(DerReader field, TgtRequest& request) {
  DerReader name = field.enter(tag::kSequence);
  request.name_type = name.enter(tag::context(0)).u32();
  DerReader list = name.enter(tag::context(1)).enter(tag::kSequence);
  while (!list.empty()) request.server_name.push_back(text_of(list.element(tag::kGeneralString)));
  return field.ok() && name.ok() && list.ok();
}

}  // namespace

Bytes TgtRequest::write() const {
  DerWriter out;
  out.nest(tag::kSequence, [&](DerWriter& fields) {
    write_head(fields, kRequest);
    if (!server_name.empty()) {
      fields.nest(tag::context(2), [&](DerWriter& field) { write_name(field, *this); });
    }
    if (!realm.empty()) {
      fields.nest(tag::context(3),
                  [&](DerWriter& field) { field.element(tag::kGeneralString, view(realm)); });
    }
  });
  return out.take();
}

Result<TgtRequest> TgtRequest::parse(ByteView message) {
  DerReader outer(message);
  DerReader fields = outer.enter(tag::kSequence);
  TgtRequest request;
  read_head(fields, kRequest);
  if (fields.next_is(tag::context(2)) && !read_name(fields.enter(tag::context(2)), request)) {
    fields.reject();
  }
  if (fields.next_is(tag::context(3))) {
    request.realm = text_of(fields.enter(tag::context(3)).element(tag::kGeneralString));
  }
  TRY(fields.finish("not a KERB-TGT-REQUEST"));
  TRY(outer.finish("bytes behind a KERB-TGT-REQUEST"));
  return request;
}

Bytes write_tgt_reply(ByteView ticket) {
  DerWriter out;
  out.nest(tag::kSequence, [&](DerWriter& fields) {
    write_head(fields, kReply);
    fields.nest(tag::context(2), [&](DerWriter& field) { field.raw(ticket); });
  });
  return out.take();
}

Result<ByteView> parse_tgt_reply(ByteView message) {
  DerReader outer(message);
  DerReader fields = outer.enter(tag::kSequence);
  read_head(fields, kReply);
  DerReader field = fields.enter(tag::context(2));
  const ByteView ticket = field.element_with_header(kTicket);
  TRY(field.finish("a KERB-TGT-REPLY without a ticket"));
  TRY(fields.finish("not a KERB-TGT-REPLY"));
  TRY(outer.finish("bytes behind a KERB-TGT-REPLY"));
  return ticket;
}

}  // namespace opensspi::kerberos
