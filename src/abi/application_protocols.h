// SECBUFFER_APPLICATION_PROTOCOLS: the names that a TLS caller offers by ALPN.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

// The list of SEC_APPLICATION_PROTOCOLS that is for ALPN, each name with its length in front (RFC
// 7301 3.1), inside `buffer`; empty when there is none. A list for NPN is passed over.
// InvalidToken.
Result<ByteView> read_application_protocols(ByteView buffer);

}  // namespace opensspi::abi
