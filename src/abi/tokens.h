// The token of a server's client, as contexts show it.
#pragma once

#include "abi/objects.h"

namespace opensspi::abi {

// Under the context's lock. UnsupportedFunction when the context has no client.
Result<SharedToken> token_of(const ContextEntry& entry);

// SECPKG_ATTR_ACCESS_TOKEN and those of CREDSSP. Nothing is restricted here as it is by Windows'
// UAC, so that they are one.
Result<void> write_access_token(const ContextEntry& entry, SecPkgContext_AccessToken& out);

}  // namespace opensspi::abi
