// What callers of wincred.h hand in, read no further than Windows' limits and checked: errors have
// their Win32 error (win32_error.h).
#pragma once

#include <string>

#include "abi/credential_block.h"
#include "base/result.h"
#include "logon/saved_payload.h"

namespace opensspi::abi {

struct CredentialName {
  logon::SavedType type = logon::SavedType::Generic;
  std::string target;
};

// TargetName and Type; the target may be named in full.
template <class Char>
Result<CredentialName> credential_name(const Char* target, DWORD type);

// A filter of CredEnumerate that is not NULL.
template <class Char>
Result<std::string> credential_filter(const Char* filter);

// `keeps_blob`: CRED_PRESERVE_CREDENTIAL_BLOB.
template <class Char>
Result<logon::SavedCredential> credential_from(const typename WinCred<Char>::Credential& credential,
                                               bool keeps_blob);

}  // namespace opensspi::abi
