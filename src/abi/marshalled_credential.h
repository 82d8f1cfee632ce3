// Credentials in the place of user names, as CredMarshalCredential makes them: "@@", a letter for
// the type ('A' is 0), then six bits a character, those of lower value first, three bytes by three:
//
//     CertCredential            "@@B"  20 bytes: the SHA-1 of a certificate
//     UsernameTargetCredential  "@@C"  u32 size in bytes, then so many: UTF-16LE
//
// No document has the form. Wine's tests have texts that Windows takes and gives.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

struct CertificateHash {
  Bytes sha1;
};
struct UserNameTarget {
  std::string user;  // UTF-8
};
using MarshalledCredential = std::variant<CertificateHash, UserNameTarget>;

// InvalidParameter for a hash of another size, and a name that is not UTF-8.
Result<std::string> write_marshalled(const MarshalledCredential& credential);
// Nothing when it is no credential, or of another type.
[[nodiscard]] std::optional<MarshalledCredential> read_marshalled(std::string_view text);

}  // namespace opensspi::abi
