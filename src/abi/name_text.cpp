// The forms of CertNameToStr.
#include "abi/name_text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace opensspi::abi {
namespace {

constexpr DWORD kTypeMask = 0xFFFF;

struct Key {
  std::string_view oid, key;
};
// Windows: these names and no others; any other attribute is written by its number.
constexpr std::array kKeys = {
    Key{szOID_COMMON_NAME, "CN"},
    Key{szOID_LOCALITY_NAME, "L"},
    Key{szOID_ORGANIZATION_NAME, "O"},
    Key{szOID_ORGANIZATIONAL_UNIT_NAME, "OU"},
    Key{szOID_RSA_emailAddr, "E"},
    Key{szOID_COUNTRY_NAME, "C"},
    Key{szOID_STATE_OR_PROVINCE_NAME, "S"},
    Key{szOID_STREET_ADDRESS, "STREET"},
    Key{szOID_TITLE, "T"},
    Key{szOID_GIVEN_NAME, "G"},
    Key{szOID_INITIALS, "I"},
    Key{szOID_SUR_NAME, "SN"},
    Key{szOID_DOMAIN_COMPONENT, "DC"},
    Key{szOID_DEVICE_SERIAL_NUMBER, "SERIALNUMBER"},
    Key{szOID_DESCRIPTION, "Description"},
    Key{szOID_POSTAL_CODE, "PostalCode"},
    Key{szOID_TELEPHONE_NUMBER, "Phone"},
    Key{szOID_DN_QUALIFIER, "dnQualifier"},
};

std::string key_of(const std::string& oid, DWORD type) {
  if (type == CERT_SIMPLE_NAME_STR) return {};
  if (type == CERT_OID_NAME_STR) return oid + '=';
  const auto* known = std::ranges::find_if(kKeys, [&](const Key& key) { return key.oid == oid; });
  return known != kKeys.end() ? std::string(known->key) + '=' : "OID." + oid + '=';
}

bool wants_quotes(std::string_view value) {
  constexpr std::string_view kSpace = " \t\r\n", kSpecial = ",+=\"\n<>#;";
  return !value.empty() && (kSpace.find(value.front()) != std::string_view::npos ||
                            kSpace.find(value.back()) != std::string_view::npos ||
                            value.find_first_of(kSpecial) != std::string_view::npos);
}

std::string value_of(const std::string& value, DWORD flags) {
  if ((flags & CERT_NAME_STR_NO_QUOTING_FLAG) != 0 || !wants_quotes(value)) return value;
  std::string quoted = "\"";
  for (const char character : value) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + '"';
}

std::string_view separator(DWORD flags) {
  if ((flags & CERT_NAME_STR_SEMICOLON_FLAG) != 0) return "; ";
  if ((flags & CERT_NAME_STR_CRLF_FLAG) != 0) return "\r\n";
  return ", ";
}

}  // namespace

std::string name_text(const std::vector<x509::NameAttribute>& name, DWORD type) {
  const DWORD kind = type & kTypeMask;
  if (kind < CERT_SIMPLE_NAME_STR || kind > CERT_X500_NAME_STR) return {};
  auto attributes = name;
  if ((type & CERT_NAME_STR_REVERSE_FLAG) != 0)
    std::ranges::stable_sort(attributes, std::ranges::greater(), &x509::NameAttribute::rdn);
  const std::string_view inside =
      (type & CERT_NAME_STR_NO_PLUS_FLAG) != 0 ? std::string_view(" ") : " + ";
  std::string text;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (i != 0) text += attributes[i].rdn == attributes[i - 1].rdn ? inside : separator(type);
    text += key_of(attributes[i].oid, kind) + value_of(attributes[i].value, type);
  }
  return text;
}

std::string name_text(ByteView der, DWORD type) {
  const auto name = x509::read_name(der);
  return name ? name_text(*name, type) : std::string();
}

}  // namespace opensspi::abi
