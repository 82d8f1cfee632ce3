// SCHANNEL_CRED (version 4) and SCH_CREDENTIALS (version 5): the TLS part of a credential. Schannel
// and CREDSSP read the same.
#pragma once

#include <memory>

#include "abi/auth_data.h"
#include "base/result.h"
#include "sspi/tls_auth_data.h"

namespace opensspi::abi {

// Who speaks the TLS. CREDSSP takes no session up again and begins none anew.
enum class TlsSpeaker { Schannel, CredSsp };

// NULL sets up a client with the defaults; for a server that is NoCredentials. A server may come
// without a certificate; packages say whether that will do.
//   UnknownCredentials   a version or form that is not known, a certificate that is none
//   InsufficientMemory   version 3, as Windows 10 has it
//   NoCredentials        a certificate without its private key
//   AlgorithmMismatch    protocols or algorithms of which none is left for a direction
//   UnsupportedFunction  what is understood and cannot be done
Result<std::shared_ptr<const TlsAuthData>> read_schannel_cred(TlsSpeaker speaker, CredentialUse use,
                                                              const void* schannel_cred,
                                                              const TlsRules& rules);

}  // namespace opensspi::abi
