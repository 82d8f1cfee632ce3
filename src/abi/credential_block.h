// CREDENTIAL structures as CredRead and CredEnumerate hand them out: all that they point to lies in
// the same block.
#pragma once

#include <span>

#include "abi/memory.h"
#include "abi/windows_names.h"
#include "base/result.h"
#include "logon/saved_payload.h"
#include "wincred.h"

namespace opensspi::abi {

// The structures of either width.
template <class Char>
struct WinCred;
template <>
struct WinCred<SEC_CHAR> {
  using Credential = CREDENTIALA;
  using Attribute = CREDENTIAL_ATTRIBUTEA;
};
template <>
struct WinCred<SEC_WCHAR> {
  using Credential = CREDENTIALW;
  using Attribute = CREDENTIAL_ATTRIBUTEW;
};

// "Domain:target=" or "LegacyGeneric:target=": before the target of a credential of that type when
// it is named in full.
[[nodiscard]] std::string_view target_namespace(logon::SavedType type);

template <class Char>
Result<Block<typename WinCred<Char>::Credential>> credential_block(
    const logon::SavedCredential& credential);

// The array of pointers comes first. `in_full`: with the targets' namespaces.
template <class Char>
Result<Block<typename WinCred<Char>::Credential*>> credentials_block(
    std::span<const logon::SavedCredential> credentials, bool in_full);

}  // namespace opensspi::abi
