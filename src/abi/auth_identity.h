// SEC_WINNT_AUTH_IDENTITY and SEC_WINNT_AUTH_IDENTITY_EX, of either width.
#pragma once

#include "base/result.h"
#include "sspi/identity.h"

namespace opensspi::abi {

// Identity and package list. NULL, or a structure that gives neither user, domain nor password:
// AuthData without identity, the caller's own credentials.
Result<AuthData> read_auth_identity(const void* auth_identity);

}  // namespace opensspi::abi
