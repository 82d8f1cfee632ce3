// pAuthData of the packages that take an identity: SEC_WINNT_AUTH_IDENTITY, its EX form and its EX2
// form, of either width.
#pragma once

#include "base/result.h"
#include "sspi/identity.h"

namespace opensspi::abi {

// Identity and package list. NULL, or a structure that gives neither user, domain nor credentials:
// AuthData without identity, the caller's own credentials. UnknownCredentials for what is not
// understood.
Result<AuthData> read_auth_identity(const void* auth_identity);

// The same, or a packed KERB_INTERACTIVE_LOGON (CredPackAuthenticationBuffer makes those): what
// pSpnegoCred of a CREDSSP_CRED points to when its type is a submit buffer's.
Result<AuthData> read_submit_buffer(const void* buffer);

}  // namespace opensspi::abi
