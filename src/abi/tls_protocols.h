// SP_PROT_: Schannel's bits for the versions of TLS, one for each side.
#pragma once

#include <cstdint>

#include "sspi/types.h"
#include "tls/connection_info.h"

namespace opensspi::abi {

[[nodiscard]] std::uint32_t protocol_of(tls::Version version, Role role);

}  // namespace opensspi::abi
