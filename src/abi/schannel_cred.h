// SCHANNEL_CRED (version 4) and SCH_CREDENTIALS (version 5): the TLS part of a credential.
#pragma once

#include <memory>

#include "abi/auth_data.h"
#include "base/result.h"
#include "tls/session.h"

namespace opensspi::abi {

// NULL sets up a client with the defaults; a server needs a certificate: NoCredentials.
Result<std::shared_ptr<const tls::Parameters>> read_schannel_cred(CredentialUse use,
                                                                  const void* schannel_cred,
                                                                  const KeyLog& key_log);

}  // namespace opensspi::abi
