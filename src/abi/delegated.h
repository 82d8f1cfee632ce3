// The credential that a CREDSSP client handed over, in the two forms that a server takes it.
#pragma once

#include "abi/objects.h"
#include "base/result.h"

namespace opensspi::abi {

// SECPKG_ATTR_CREDS and CREDS_2: a packed KERB_INTERACTIVE_LOGON, or KERB_CERTIFICATE_LOGON for a
// smart card, whose strings lie behind the structure and whose Buffer members are offsets from its
// start. NoCredentials when the client delegated nothing.
Result<void> write_client_creds(const ContextEntry& entry, SecPkgContext_ClientCreds& out);

// The same as text.
Result<void> write_identity(const ContextEntry& entry, opensspi_identity& out);

}  // namespace opensspi::abi
