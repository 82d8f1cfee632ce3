// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }
#include "abi/certificate_info.h"

#include <chrono>

#include "abi/file_time.h"
#include "asn1/der_reader.h"
#include "base/reader.h"

namespace opensspi::abi {
namespace {

using asn1::DerReader;
namespace tag = asn1::tag;

constexpr std::uint8_t kIssuerUniqueId = 0x81, kSubjectUniqueId = 0x82;  // [1], [2] IMPLICIT
constexpr std::uint8_t kBoolean = 0x01;
constexpr std::uint8_t kUtcTime = 0x17, kGeneralizedTime = 0x18;

template <class Blob>
void set_blob(Blob& blob, ByteView bytes) {
  blob.cbData = static_cast<DWORD>(bytes.size());
  blob.pbData = const_cast<BYTE*>(bytes.data());  // Windows' type; nobody writes
}

// Two decimal digits of a number up to `most`; anything else fails the reader.
int two_digits(Reader& reader, int most = 99) {
  int value = 0;
  for (int i = 0; i < 2; ++i) {
    const std::uint8_t digit = reader.u8();
    if (digit < '0' || digit > '9') reader.reject();
    value = value * 10 + (digit - '0');
  }
  if (value > most) reader.reject();
  return value;
}

// RFC 5280 4.1.2.5: UTCTime YYMMDDHHMMSSZ, of 1950 to 2049, or GeneralizedTime YYYYMMDDHHMMSSZ.
FILETIME read_time(DerReader& der) {
  const bool utc_time = der.next_is(kUtcTime);
  Reader text(der.element(utc_time ? kUtcTime : kGeneralizedTime));
  const int century = utc_time ? 0 : two_digits(text);
  int year = two_digits(text);
  year += utc_time ? (year < 50 ? 2000 : 1900) : century * 100;
  const auto month = std::chrono::month(static_cast<unsigned>(two_digits(text)));
  const auto day = std::chrono::day(static_cast<unsigned>(two_digits(text)));
  const int hour = two_digits(text, 23), minute = two_digits(text, 59),
            second = two_digits(text, 59);
  if (text.u8() != 'Z' || !text.empty()) text.reject();
  const std::chrono::year_month_day date(std::chrono::year(year), month, day);
  if (!text.ok() || !date.ok()) {
    der.reject();
    return {};
  }
  const std::chrono::seconds since_epoch = std::chrono::sys_days(date).time_since_epoch() +
                                           std::chrono::hours(hour) + std::chrono::minutes(minute) +
                                           std::chrono::seconds(second);
  const auto time = static_cast<FileTime>(static_cast<std::int64_t>(kUnixEpoch) +
                                          since_epoch.count() * static_cast<std::int64_t>(kSecond));
  return {static_cast<DWORD>(time), static_cast<DWORD>(time >> 32)};
}

// AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
void read_algorithm(DerReader& der, CRYPT_ALGORITHM_IDENTIFIER& out, std::string& oid) {
  DerReader algorithm = der.enter(tag::kSequence);
  oid = dotted_oid(algorithm.element(tag::kOid));
  out.pszObjId = oid.data();
  set_blob(out.Parameters, algorithm.rest());
  if (!algorithm.ok()) der.reject();
}

// The first octet of a BIT STRING's contents counts unused bits.
void set_bits(CRYPT_BIT_BLOB& blob, ByteView contents) {
  if (contents.empty()) return;
  set_blob(blob, contents.subspan(1));
  blob.cUnusedBits = contents[0];
}

void read_public_key(DerReader& der, CERT_PUBLIC_KEY_INFO& out, std::string& oid) {
  DerReader key = der.enter(tag::kSequence);
  read_algorithm(key, out.Algorithm, oid);
  const ByteView bits = key.element(tag::kBitString);
  if (!key.ok() || bits.empty()) return der.reject();
  set_bits(out.PublicKey, bits);
}

}  // namespace

Result<void> CertificateInfo::read(ByteView der) {
  DerReader outer(der);
  DerReader certificate = outer.enter(tag::kSequence);
  DerReader tbs = certificate.enter(tag::kSequence);
  if (tbs.next_is(tag::context(0))) {
    DerReader version = tbs.enter(tag::context(0));
    info_.dwVersion = version.u32();
  }
  const ByteView serial = tbs.element(tag::kInteger);
  serial_.assign(serial.rbegin(), serial.rend());
  set_blob(info_.SerialNumber, serial_);
  read_algorithm(tbs, info_.SignatureAlgorithm, signature_oid_);
  set_blob(info_.Issuer, tbs.element_with_header(tag::kSequence));
  DerReader validity = tbs.enter(tag::kSequence);
  info_.NotBefore = read_time(validity);
  info_.NotAfter = read_time(validity);
  set_blob(info_.Subject, tbs.element_with_header(tag::kSequence));
  read_public_key(tbs, info_.SubjectPublicKeyInfo, key_oid_);
  if (tbs.next_is(kIssuerUniqueId)) set_bits(info_.IssuerUniqueId, tbs.element(kIssuerUniqueId));
  if (tbs.next_is(kSubjectUniqueId)) set_bits(info_.SubjectUniqueId, tbs.element(kSubjectUniqueId));
  if (tbs.next_is(tag::context(3))) read_extensions(tbs);
  if (!tbs.ok() || !validity.ok())
    return fail(Status::InvalidToken, "the certificate is not as RFC 5280 has it", 0,
                static_cast<std::uint32_t>(CRYPT_E_ASN1_ERROR));
  return {};
}

// Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE,
//                          extnValue OCTET STRING }
void CertificateInfo::read_extensions(DerReader& tbs) {
  DerReader field = tbs.enter(tag::context(3));
  DerReader list = field.enter(tag::kSequence);
  while (!list.empty()) {
    DerReader extension = list.enter(tag::kSequence);
    CERT_EXTENSION& out = extensions_.emplace_back();
    out.pszObjId = extension_oids_.emplace_back(dotted_oid(extension.element(tag::kOid))).data();
    if (extension.next_is(kBoolean)) {
      const ByteView critical = extension.element(kBoolean);
      out.fCritical = !critical.empty() && critical[0] != 0 ? TRUE : FALSE;
    }
    set_blob(out.Value, extension.element(tag::kOctetString));
    if (!extension.ok()) list.reject();
  }
  if (!field.ok() || !list.ok()) tbs.reject();
  info_.cExtension = static_cast<DWORD>(extensions_.size());
  info_.rgExtension = extensions_.empty() ? nullptr : extensions_.data();
}

std::string dotted_oid(ByteView contents) {
  std::string text;
  std::uint64_t arc = 0;
  bool inside = false;
  for (const std::uint8_t octet : contents) {
    if (arc >> 57 != 0) return {};
    arc = arc << 7 | (octet & 0x7F);
    inside = (octet & 0x80) != 0;
    if (inside) continue;
    if (text.empty()) {  // the first two arcs share one number
      const std::uint64_t root = arc < 80 ? arc / 40 : 2;
      text = std::to_string(root);
      arc -= root * 40;
    }
    text += '.' + std::to_string(arc);
    arc = 0;
  }
  return inside ? std::string() : text;
}

}  // namespace opensspi::abi
