// TSRemoteGuardCreds out of and into DER, and the two forms of credBuffer. [MS-CSSP] 2.2.1.2.3,
// 2.2.1.2.3.1
#include "credssp/remote_guard.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"
#include "credssp/octet_fields.h"

namespace opensspi::credssp {
namespace {

using asn1::DerReader;
using asn1::DerWriter;
namespace tag = asn1::tag;

constexpr std::string_view kKerberos = "Kerberos", kNtlm = "NTLM";
constexpr std::uint32_t kKerbTicketLogon = 10;
constexpr std::size_t kTicketLogonSize = 32;
constexpr std::uint32_t kRemoteVersion = 0xFFFF0002;
constexpr std::uint32_t kInvalidKeyType = 0;

tl::unexpected<Error> malformed() {
  return fail(Status::InvalidToken, kMalformedCredentials);
}

Result<RemoteGuardPackageCred> read_package_cred(DerReader& from) {
  DerReader fields = from.enter(tag::kSequence);
  RemoteGuardPackageCred cred;
  TRY_ASSIGN(cred.package_name, read_name_field(fields, 0));
  if (cred.package_name.find('\0') != std::string::npos) return malformed();
  TRY_ASSIGN(const ByteView buffer, read_octets_field(fields, 1));
  TRY(fields.finish(kMalformedCredentials));
  cred.cred_buffer = SecretBytes(buffer);
  return cred;
}

// Whether the buffer is of its package's form; what other packages put there is theirs to know.
Result<void> check_buffer(const RemoteGuardPackageCred& cred) {
  const ByteView buffer = cred.cred_buffer.expose();
  if (same_name(cred.package_name, kKerberos)) TRY(parse_ticket_logon(buffer));
  if (same_name(cred.package_name, kNtlm)) TRY(parse_ntlm_supplemental(buffer));
  return {};
}

Result<void> write_package_cred(DerWriter& out, const RemoteGuardPackageCred& cred) {
  TRY_ASSIGN(const Bytes name, utf8_to_utf16le(cred.package_name));
  out.nest(tag::kSequence, [&](DerWriter& fields) {
    write_octets_field(fields, 0, name);
    write_octets_field(fields, 1, cred.cred_buffer.expose());
  });
  return {};
}

Result<ByteView> read_blob(ByteView buffer, std::uint64_t offset, std::uint32_t size) {
  Reader reader(buffer);
  const ByteView blob = reader.slice(offset, size);
  if (!reader.ok() || offset < kTicketLogonSize || size == 0) return malformed();
  return blob;
}

SecretBytes joined(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  SecretBytes out(size);
  auto at = out.expose_mutable().begin();
  for (const ByteView part : parts) at = std::copy(part.begin(), part.end(), at);
  return out;
}

}  // namespace

Result<RemoteGuardCreds> parse_remote_guard_creds(ByteView der) {
  DerReader message(der);
  DerReader fields = message.enter(tag::kSequence);
  TRY(message.finish(kMalformedCredentials));
  RemoteGuardCreds creds;
  DerReader logon = fields.enter(tag::context(0));
  TRY_ASSIGN(creds.logon, read_package_cred(logon));
  TRY(logon.finish(kMalformedCredentials));
  // [MS-CSSP] 2.2.1.2.3: the client logs on with Kerberos.
  if (!same_name(creds.logon.package_name, kKerberos)) return malformed();
  TRY(check_buffer(creds.logon));
  if (fields.next_is(tag::context(1))) {
    DerReader field = fields.enter(tag::context(1));
    DerReader items = field.enter(tag::kSequence);
    TRY(field.finish(kMalformedCredentials));
    while (!items.empty()) {
      TRY_ASSIGN(RemoteGuardPackageCred cred, read_package_cred(items));
      TRY(check_buffer(cred));
      creds.supplemental.push_back(std::move(cred));
    }
    TRY(items.finish(kMalformedCredentials));
  }
  TRY(fields.finish(kMalformedCredentials));
  return creds;
}

Result<SecretBytes> write_remote_guard_creds(const RemoteGuardCreds& creds) {
  Result<void> written;
  DerWriter out;
  out.nest(tag::kSequence, [&](DerWriter& fields) {
    fields.nest(tag::context(0),
                [&](DerWriter& logon) { written = write_package_cred(logon, creds.logon); });
    if (creds.supplemental.empty()) return;
    fields.nest(tag::context(1), [&](DerWriter& field) {
      field.nest(tag::kSequence, [&](DerWriter& items) {
        for (const RemoteGuardPackageCred& cred : creds.supplemental)
          if (written) written = write_package_cred(items, cred);
      });
    });
  });
  TRY(written);
  return SecretBytes(out.view());
}

Result<TicketLogon> parse_ticket_logon(ByteView cred_buffer) {
  Reader reader(cred_buffer);
  const std::uint32_t kind = reader.u32_le();
  TicketLogon logon;
  logon.flags = reader.u32_le();
  const std::uint32_t service_size = reader.u32_le(), granting_size = reader.u32_le();
  const std::uint64_t service_offset = reader.u64_le(), granting_offset = reader.u64_le();
  TRY(reader.check(kMalformedCredentials));
  if (kind != kKerbTicketLogon) return malformed();
  TRY_ASSIGN(const ByteView service, read_blob(cred_buffer, service_offset, service_size));
  TRY_ASSIGN(const ByteView granting, read_blob(cred_buffer, granting_offset, granting_size));
  logon.service_ticket = copy(service);
  logon.ticket_granting_ticket = SecretBytes(granting);
  return logon;
}

SecretBytes write_ticket_logon(const TicketLogon& logon) {
  const std::size_t service_size = logon.service_ticket.size();
  Writer head;
  head.u32_le(kKerbTicketLogon).u32_le(logon.flags);
  head.u32_le(static_cast<std::uint32_t>(service_size));
  head.u32_le(static_cast<std::uint32_t>(logon.ticket_granting_ticket.size()));
  head.u64_le(kTicketLogonSize).u64_le(kTicketLogonSize + service_size);
  return joined({head.view(), logon.service_ticket, logon.ticket_granting_ticket.expose()});
}

Result<NtlmRemoteSupplementalCredential> parse_ntlm_supplemental(ByteView cred_buffer) {
  using Credential = NtlmRemoteSupplementalCredential;
  constexpr std::uint32_t kKnown =
      Credential::kLmPresent | Credential::kNtPresent | Credential::kCredentialKeyPresent;
  Reader reader(cred_buffer);
  const std::uint32_t version = reader.u32_le();
  Credential credential;
  credential.flags = reader.u32_le();
  const ByteView key = reader.bytes(credential.credential_key.expose().size());
  credential.key_type = reader.u32_le();
  const ByteView encrypted = reader.bytes(reader.u32_le());
  TRY(reader.check(kMalformedCredentials));
  const bool flags_are_sane = credential.flags != 0 && (credential.flags & ~kKnown) == 0;
  if (version != kRemoteVersion || !flags_are_sane || credential.key_type == kInvalidKeyType)
    return malformed();
  std::copy(key.begin(), key.end(), credential.credential_key.expose_mutable().begin());
  credential.encrypted = SecretBytes(encrypted);
  return credential;
}

SecretBytes write_ntlm_supplemental(const NtlmRemoteSupplementalCredential& credential) {
  const ByteView encrypted = credential.encrypted.expose();
  Writer head, middle;
  head.u32_le(kRemoteVersion).u32_le(credential.flags);
  middle.u32_le(credential.key_type).u32_le(static_cast<std::uint32_t>(encrypted.size()));
  return joined({head.view(), credential.credential_key.expose(), middle.view(), encrypted});
}

}  // namespace opensspi::credssp
