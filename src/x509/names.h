// The names in a certificate: distinguished names by their attributes (RFC 5280 4.1.2.4), and the
// alternative names (4.2.1.6). All text is UTF-8.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "x509/certificate.h"

namespace opensspi::x509 {

struct NameAttribute {
  std::string oid;      // dotted
  std::string value;    // without a zero inside
  std::size_t rdn = 0;  // attributes of one RDN share the number, counted from 0
};

// The attributes of a DER Name, in its order. InvalidToken when it is none.
Result<std::vector<NameAttribute>> read_name(ByteView der);

// But for the user principal name, which Certificate has.
struct AlternativeNames {
  std::vector<std::string> emails, dns_names, urls;
  Bytes directory_name;  // the first one, a DER Name; empty when there is none
};

enum class NameOwner { Subject, Issuer };

// Empty when the certificate has no such extension, or a malformed one. Names with a zero inside
// are left out: they would be read as another one.
[[nodiscard]] AlternativeNames alternative_names(const Certificate& certificate, NameOwner owner);

}  // namespace opensspi::x509
