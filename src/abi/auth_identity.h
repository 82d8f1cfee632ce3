// pAuthData of the packages that take an identity: SEC_WINNT_AUTH_IDENTITY, its EX form and its EX2
// form, of either width.
#pragma once

#include "base/result.h"
#include "sspi/identity.h"

namespace opensspi::abi {

// Identity and package list. NULL, or a structure that gives neither user, domain nor credentials:
// AuthData without identity, the caller's own credentials. A user name that CredMarshalCredential
// made of a certificate is a SmartCard, and so is a packed KERB_CERTIFICATE_LOGON or
// KERB_SMART_CARD_LOGON. UnknownCredentials for what is not understood.
Result<AuthData> read_auth_identity(const void* auth_identity);

// The packed buffers alone; NULL as above. What pSpnegoCred of a CREDSSP_CRED points to when its type
// is a certificate's.
Result<AuthData> read_certificate(const void* logon_buffer);

// An identity, a packed KERB_INTERACTIVE_LOGON (CredPackAuthenticationBuffer makes those) or one of
// the above: what pSpnegoCred of a CREDSSP_CRED points to when its type is a submit buffer's.
Result<AuthData> read_submit_buffer(const void* buffer);

}  // namespace opensspi::abi
