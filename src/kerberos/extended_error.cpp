// [MS-KILE] 2.2.2: KERB-ERROR-DATA ::= SEQUENCE { data-type [1] INTEGER, data-value [2] OCTET
// STRING OPTIONAL }, whose extended type is 3. PA-DATA (RFC 4120 5.2.7) has the same shape.
// Windows: of an AS-REQ it comes as PA-PW-SALT, which is 3 too, in a METHOD-DATA. Samba's KDCs send
// that, or the PA-DATA bare.
#include "kerberos/extended_error.h"

#include "asn1/der_reader.h"
#include "base/reader.h"

namespace opensspi::kerberos {
namespace {

constexpr char kMalformed[] = "not a KERB-EXT-ERROR";

std::optional<std::uint32_t> status_in(asn1::DerReader data) {
  constexpr std::uint32_t kExtended = 3, kForClients = 1, kError = 3;
  asn1::DerReader type = data.enter(asn1::tag::context(1));
  asn1::DerReader value = data.enter(asn1::tag::context(2));
  if (type.u32() != kExtended) return std::nullopt;
  // [0-3] status, [4-7] reserved, [8-11] flags
  Reader error(value.octet_string());
  const std::uint32_t status = error.u32_le();
  error.skip(sizeof(std::uint32_t));
  const std::uint32_t flags = error.u32_le();
  const bool well_formed = data.finish(kMalformed) && type.finish(kMalformed) &&
                           value.finish(kMalformed) && error.finish(kMalformed);
  // A salt of that size says neither.
  if (!well_formed || flags != kForClients || status >> 30 != kError) return std::nullopt;
  return status;
}

}  // namespace

std::optional<std::uint32_t> extended_status(ByteView e_data) {
  asn1::DerReader outer(e_data);
  asn1::DerReader sequence = outer.enter(asn1::tag::kSequence);
  if (!outer.finish(kMalformed)) return std::nullopt;
  if (!sequence.next_is(asn1::tag::kSequence)) return status_in(sequence);
  while (!sequence.empty()) {
    if (const auto status = status_in(sequence.enter(asn1::tag::kSequence))) return status;
  }
  return std::nullopt;
}

}  // namespace opensspi::kerberos
