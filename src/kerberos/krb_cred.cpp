// A walk through the DER, stricter than libkrb5's.
#include "kerberos/krb_cred.h"

#include "asn1/der_reader.h"

namespace opensspi::kerberos {
namespace {

namespace tag = asn1::tag;
using asn1::DerReader;

constexpr std::uint32_t kVersion = 5, kKrbCred = 22;
constexpr char kMalformed[] = "the tickets that the client hands over are malformed";

// KrbCredInfo ::= SEQUENCE { key [0], prealm [1] OPTIONAL, pname [2] OPTIONAL, …,
//                            srealm [8] OPTIONAL, sname [9] OPTIONAL, caddr [10] OPTIONAL }
bool says_whose_and_for_whom(DerReader info) {
  constexpr unsigned kNeeded = 1U << 0 | 1U << 1 | 1U << 2 | 1U << 8 | 1U << 9;
  constexpr unsigned kFields = 11;
  unsigned seen = 0;
  for (unsigned field = 0; field < kFields; ++field) {
    if (!info.next_is(tag::context(field))) continue;
    info.skip();
    seen |= 1U << field;
  }
  return info.finish(kMalformed) && (seen & kNeeded) == kNeeded;
}

}  // namespace

Result<KrbCred> KrbCred::parse(ByteView message) {
  DerReader outer(message);
  DerReader fields = outer.enter(tag::application(kKrbCred)).enter(tag::kSequence);
  KrbCred parsed;
  const std::uint32_t version = fields.enter(tag::context(0)).u32();
  if (version != kVersion || fields.enter(tag::context(1)).u32() != kKrbCred) fields.reject();
  DerReader tickets = fields.enter(tag::context(2)).enter(tag::kSequence);
  for (; !tickets.empty(); ++parsed.num_tickets) tickets.element(tag::application(1));
  DerReader sealed = fields.enter(tag::context(3)).enter(tag::kSequence);
  parsed.enctype = sealed.enter(tag::context(0)).u32();
  if (sealed.next_is(tag::context(1))) sealed.skip();  // kvno
  DerReader cipher = sealed.enter(tag::context(2));
  parsed.cipher = cipher.octet_string();
  for (const DerReader* reader : {&outer, &fields, &tickets, &sealed, &cipher}) {
    TRY(reader->finish(kMalformed));
  }
  return parsed;
}

Result<void> check_enc_krb_cred_part(ByteView part, std::size_t num_tickets) {
  constexpr unsigned kEncKrbCredPart = 29;
  DerReader outer(part);
  DerReader fields = outer.enter(tag::application(kEncKrbCredPart)).enter(tag::kSequence);
  DerReader list = fields.enter(tag::context(0)).enter(tag::kSequence);
  std::size_t num_infos = 0;
  for (; !list.empty(); ++num_infos) {
    if (!says_whose_and_for_whom(list.enter(tag::kSequence))) list.reject();
  }
  TRY(list.finish(kMalformed));
  if (!outer.ok() || !fields.ok() || num_infos == 0 || num_infos != num_tickets) {
    return fail(Status::InvalidToken, kMalformed);
  }
  return {};
}

}  // namespace opensspi::kerberos
