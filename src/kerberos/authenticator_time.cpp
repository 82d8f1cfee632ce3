// RFC 4120 5.5.1: AP-REQ and the Authenticator in it.
#include "kerberos/authenticator_time.h"

#include <krb5.h>

#include <charconv>
#include <chrono>
#include <string_view>

#include "asn1/der_reader.h"
#include "base/secret.h"
#include "kerberos/ap_session.h"

namespace opensspi::kerberos {
namespace {

namespace tag = asn1::tag;
using asn1::DerReader;

constexpr std::uint8_t kGeneralizedTime = 0x18;
constexpr krb5_keyusage kAuthenticator = 11;  // RFC 4120 7.5.1

// KerberosTime, RFC 4120 5.2.3: YYYYMMDDHHMMSSZ.
std::optional<std::int64_t> parse_time(ByteView text) {
  const std::string_view digits(reinterpret_cast<const char*>(text.data()), text.size());
  if (digits.size() != 15 || digits.back() != 'Z') return std::nullopt;
  bool good = true;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    const char* end = digits.data() + at + size;
    good = good && std::from_chars(digits.data() + at, end, value).ptr == end;
    return value;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(6, 2))));
  const std::int64_t seconds = (number(8, 2) * 60 + number(10, 2)) * 60 + number(12, 2);
  if (!good || !day.ok()) return std::nullopt;
  const std::chrono::sys_days days(day);
  return std::chrono::seconds(days.time_since_epoch()).count() + seconds;
}

// Authenticator ::= [APPLICATION 2] SEQUENCE { vno [0], crealm [1], cname [2], cksum [3] OPTIONAL,
// cusec [4], ctime [5] KerberosTime, … }
std::optional<std::int64_t> ctime_of(ByteView authenticator) {
  DerReader outer(authenticator);
  DerReader fields = outer.enter(tag::application(2)).enter(tag::kSequence);
  while (!fields.empty() && !fields.next_is(tag::context(5))) fields.skip();
  return parse_time(fields.enter(tag::context(5)).element(kGeneralizedTime));
}

// AP-REQ ::= [APPLICATION 14] SEQUENCE { pvno [0], msg-type [1], ap-options [2], ticket [3],
// authenticator [4] EncryptedData }
struct Sealed {
  ByteView ticket;
  krb5_enctype enctype = 0;
  ByteView authenticator;
};

Sealed parts_of(ByteView ap_req) {
  DerReader outer(ap_req);
  DerReader fields = outer.enter(kApReqTag).enter(tag::kSequence);
  while (!fields.empty() && !fields.next_is(tag::context(3))) fields.skip();
  Sealed parts;
  parts.ticket = fields.element(tag::context(3));
  DerReader sealed = fields.enter(tag::context(4)).enter(tag::kSequence);
  parts.enctype = static_cast<krb5_enctype>(sealed.enter(tag::context(0)).u32());
  while (!sealed.empty() && !sealed.next_is(tag::context(2))) sealed.skip();
  parts.authenticator = sealed.enter(tag::context(2)).octet_string();
  return parts;
}

}  // namespace

std::optional<std::int64_t> authenticator_time(const Library& library, _krb5_kt& keytab,
                                               ByteView ap_req) {
  const Sealed parts = parts_of(ap_req);
  const krb5_data der = data_of(parts.ticket);
  krb5_ticket* read = nullptr;
  if (krb5_decode_ticket(&der, &read) != 0) return std::nullopt;
  const OwnTicket ticket(read, Release{library.get()});
  if (krb5_server_decrypt_ticket_keytab(library.get(), &keytab, read) != 0) return std::nullopt;
  krb5_enc_data sealed{};
  sealed.enctype = parts.enctype;
  sealed.ciphertext = data_of(parts.authenticator);
  SecretBytes plain(parts.authenticator.size());
  krb5_data out = data_of(plain.expose());
  if (krb5_c_decrypt(library.get(), read->enc_part2->session, kAuthenticator, nullptr, &sealed,
                     &out) != 0) {
    return std::nullopt;
  }
  return ctime_of(plain.expose().first(out.length));
}

}  // namespace opensspi::kerberos
