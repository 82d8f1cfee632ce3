// TSCredentials out of and into DER. [MS-CSSP] 2.2.1.2, 2.2.1.2.1, 2.2.1.2.2
#include "credssp/ts_credentials.h"

#include "base/utf16.h"
#include "credssp/octet_fields.h"

namespace opensspi::credssp {
namespace {

using asn1::DerReader;
using asn1::DerWriter;
namespace tag = asn1::tag;

enum CredType : std::uint32_t { kPassword = 1, kSmartCard = 2, kRemoteGuard = 6 };

// An absent name is not there at all, unlike an empty one.
Result<void> name_field(DerWriter& out, unsigned number, const std::string& name) {
  if (name.empty()) return {};
  TRY_ASSIGN(const Bytes text, utf8_to_utf16le(name));
  write_octets_field(out, number, text);
  return {};
}

SecretBytes write(CredType type, ByteView credentials) {
  DerWriter out;
  out.nest(tag::kSequence, [&](DerWriter& fields) {
    fields.nest(tag::context(0), [&](DerWriter& field) { field.integer(type); });
    write_octets_field(fields, 1, credentials);
  });
  return SecretBytes(out.view());
}

SecretBytes write_password(ByteView domain, ByteView user, ByteView password) {
  DerWriter creds;
  creds.nest(tag::kSequence, [&](DerWriter& fields) {
    write_octets_field(fields, 0, domain);
    write_octets_field(fields, 1, user);
    write_octets_field(fields, 2, password);
  });
  return write(kPassword, creds.view());
}

Result<void> write_csp_data(const SmartCard& card, DerWriter& fields) {
  fields.nest(tag::context(0), [&](DerWriter& field) { field.integer(card.key_spec); });
  TRY(name_field(fields, 1, card.card_name));
  TRY(name_field(fields, 2, card.reader_name));
  TRY(name_field(fields, 3, card.container_name));
  return name_field(fields, 4, card.csp_name);
}

Result<SecretBytes> write_smart_card(const Identity& identity, const SmartCard& card) {
  Result<void> written;
  DerWriter creds;
  creds.nest(tag::kSequence, [&](DerWriter& fields) {
    write_octets_field(fields, 0, card.pin.expose());
    fields.nest(tag::context(1), [&](DerWriter& field) {
      field.nest(tag::kSequence, [&](DerWriter& csp) { written = write_csp_data(card, csp); });
    });
    if (written) written = name_field(fields, 2, identity.user);
    if (written) written = name_field(fields, 3, identity.domain);
  });
  TRY(written);
  return write(kSmartCard, creds.view());
}

Result<Identity> read_password_creds(ByteView der) {
  DerReader creds(der);
  DerReader fields = creds.enter(tag::kSequence);
  TRY(creds.finish(kMalformedCredentials));
  TRY_ASSIGN(const ByteView domain, read_text_field(fields, 0));
  TRY_ASSIGN(const ByteView user, read_text_field(fields, 1));
  TRY_ASSIGN(const ByteView password, read_text_field(fields, 2));
  TRY(fields.finish(kMalformedCredentials));
  Identity identity;
  TRY_ASSIGN(identity.domain, utf16le_to_utf8(domain));
  TRY_ASSIGN(identity.user, utf16le_to_utf8(user));
  identity.secret.emplace<SecretBytes>(password);
  return identity;
}

Result<SecretBytes> write_tickets(const TicketLogon& tickets) {
  RemoteGuardCreds creds;
  creds.logon = {"Kerberos", write_ticket_logon(tickets)};
  return write_ts_credentials(creds);
}

Result<Identity> read_remote_guard_creds(ByteView der) {
  TRY_ASSIGN(const RemoteGuardCreds creds, parse_remote_guard_creds(der));
  Identity identity;
  TRY_ASSIGN(identity.secret, parse_ticket_logon(creds.logon.cred_buffer.expose()));
  return identity;
}

Result<std::string> read_optional_name(DerReader& fields, unsigned number) {
  if (!fields.next_is(tag::context(number))) return std::string();
  return read_name_field(fields, number);
}

Result<void> read_csp_data(DerReader& creds, SmartCard& card) {
  DerReader field = creds.enter(tag::context(1));
  DerReader fields = field.enter(tag::kSequence);
  TRY(field.finish(kMalformedCredentials));
  DerReader key_spec = fields.enter(tag::context(0));
  card.key_spec = key_spec.u32();
  TRY(key_spec.finish(kMalformedCredentials));
  TRY_ASSIGN(card.card_name, read_optional_name(fields, 1));
  TRY_ASSIGN(card.reader_name, read_optional_name(fields, 2));
  TRY_ASSIGN(card.container_name, read_optional_name(fields, 3));
  TRY_ASSIGN(card.csp_name, read_optional_name(fields, 4));
  return fields.finish(kMalformedCredentials);
}

Result<Identity> read_smart_card_creds(ByteView der) {
  DerReader creds(der);
  DerReader fields = creds.enter(tag::kSequence);
  TRY(creds.finish(kMalformedCredentials));
  TRY_ASSIGN(const ByteView pin, read_text_field(fields, 0));
  SmartCard card;
  card.pin = SecretBytes(pin);
  TRY(read_csp_data(fields, card));
  Identity identity;
  TRY_ASSIGN(identity.user, read_optional_name(fields, 2));
  TRY_ASSIGN(identity.domain, read_optional_name(fields, 3));
  TRY(fields.finish(kMalformedCredentials));
  identity.secret = std::move(card);
  return identity;
}

}  // namespace

Result<SecretBytes> write_ts_credentials(const Identity& identity) {
  if (identity.nt_hash() != nullptr) {
    return fail(Status::NoCredentials, "a hash cannot be delegated: CredSSP carries passwords");
  }
  if (const SmartCard* card = identity.smart_card()) return write_smart_card(identity, *card);
  if (const TicketLogon* tickets = identity.tickets()) return write_tickets(*tickets);
  TRY_ASSIGN(const Bytes domain, utf8_to_utf16le(identity.domain));
  TRY_ASSIGN(const Bytes user, utf8_to_utf16le(identity.user));
  const SecretBytes* password = identity.password();
  return write_password(domain, user, password != nullptr ? password->expose() : ByteView{});
}

Result<SecretBytes> write_ts_credentials(const RemoteGuardCreds& creds) {
  TRY_ASSIGN(const SecretBytes written, write_remote_guard_creds(creds));
  return write(kRemoteGuard, written.expose());
}

SecretBytes empty_ts_credentials() {
  return write_password({}, {}, {});
}

Result<Identity> parse_ts_credentials(ByteView der) {
  DerReader message(der);
  DerReader fields = message.enter(tag::kSequence);
  TRY(message.finish(kMalformedCredentials));
  DerReader type_field = fields.enter(tag::context(0));
  const std::uint32_t type = type_field.u32();
  TRY(type_field.finish(kMalformedCredentials));
  TRY_ASSIGN(const ByteView credentials, read_octets_field(fields, 1));
  TRY(fields.finish(kMalformedCredentials));
  switch (type) {
    case kPassword:
      return read_password_creds(credentials);
    case kSmartCard:
      return read_smart_card_creds(credentials);
    case kRemoteGuard:
      return read_remote_guard_creds(credentials);
    default:
      return fail(Status::InvalidToken, "the client delegated credentials of an unknown type");
  }
}

}  // namespace opensspi::credssp
