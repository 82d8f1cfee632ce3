// pAuthData of AcquireCredentialsHandle: SEC_WINNT_AUTH_IDENTITY and its kin, SCHANNEL_CRED,
// CREDSSP_CRED. All of it is copied; nothing is read beyond the lengths that the caller gives.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "sspi/identity.h"
#include "sspi/package_info.h"
#include "sspi/types.h"
#include "tls/connection_info.h"

namespace opensspi::abi {

// Receives key log lines of the TLS that is set up; empty: none.
using KeyLog = std::function<void(std::string_view line)>;

// What the library says of the TLS of a credential, whatever pAuthData says.
struct TlsRules {
  KeyLog key_log;
  tls::Version oldest = tls::Version::Tls12;
};

// UnknownCredentials for a form that is not understood, NoCredentials for a server without a
// certificate.
Result<AuthData> read_auth_data(AuthDataKind kind, CredentialUse use, const void* auth_data,
                                const TlsRules& rules);

}  // namespace opensspi::abi
