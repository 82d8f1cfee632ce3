// The credential that a CREDSSP client handed over, in the two forms that a server takes it.
#pragma once

#include "abi/objects.h"
#include "base/result.h"

namespace opensspi::abi {

// SECPKG_ATTR_CREDS: a packed KERB_INTERACTIVE_LOGON, or KERB_CERTIFICATE_LOGON for a smart card,
// whose strings lie behind the structure and whose Buffer members are offsets from its start.
// NoCredentials when the client delegated nothing.
Result<void> write_client_creds(const ContextEntry& entry, SecPkgContext_ClientCreds& out);
// SECPKG_ATTR_CREDS_2: the same, but of an online identity a marshalled
// SEC_WINNT_AUTH_IDENTITY_EX2.
Result<void> write_client_creds_2(const ContextEntry& entry, SecPkgContext_ClientCreds& out);

// The same as text.
Result<void> write_identity(const ContextEntry& entry, opensspi_identity& out);

}  // namespace opensspi::abi
