// Keytabs: the principals whose keys a server, or the machine itself, has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "kerberos/library.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {

struct KeytabKey {
  std::string principal;  // Principal::text
  std::uint32_t version = 0;
  std::int32_t enctype = 0;
};

struct Keytab {
  std::string name;                   // for libkrb5, with its type
  std::vector<Principal> principals;  // in the order of their first keys; at least one
  std::vector<KeytabKey> keys;        // in the file's order
};

// The keytab of this name, libkrb5's default for an empty one. NoCredentials when there is none,
// or nothing in it; NotOwner when there is one that the caller may not read.
Result<Keytab> read_keytab(const Library& library, const std::string& name);

// "aes256-cts-hmac-sha1-96"; its number for one that libkrb5 does not know.
[[nodiscard]] std::string enctype_name(std::int32_t enctype);
// DES, RC4 and what else has been broken.
[[nodiscard]] bool is_weak(std::int32_t enctype);

// The principal whose name fits best; null when none does.
[[nodiscard]] const Principal* find_principal(const Keytab& keytab, const PrincipalName& name);
// As whom the machine is a client: the account that a domain gave it (NAME$), else its host/…;
// null without either.
[[nodiscard]] const Principal* machine_principal(const Keytab& keytab);
// The machine's account alone, which in a domain all names of services of the machine belong to.
[[nodiscard]] const Principal* machine_account(const Keytab& keytab);

}  // namespace opensspi::kerberos
