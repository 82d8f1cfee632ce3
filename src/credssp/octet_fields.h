// The OCTET STRINGs of TSCredentials and what they are in: each field has a context tag of its own,
// and text is UTF-16LE. [MS-CSSP] 2.2.1.2
#pragma once

#include <string>

#include "asn1/der_reader.h"
#include "asn1/der_writer.h"
#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::credssp {

inline constexpr const char* kMalformedCredentials = "the delegated credentials are malformed";

void write_octets_field(asn1::DerWriter& out, unsigned number, ByteView value);
Result<ByteView> read_octets_field(asn1::DerReader& fields, unsigned number);
// A UTF-16LE string without the NUL that loose encoders put behind it.
Result<ByteView> read_text_field(asn1::DerReader& fields, unsigned number);
// The same in UTF-8.
Result<std::string> read_name_field(asn1::DerReader& fields, unsigned number);

}  // namespace opensspi::credssp
