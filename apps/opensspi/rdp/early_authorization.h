// Early User Authorization Result PDU, [MS-RDPBCGR] 2.2.10.2: what a server says first inside TLS
// when PROTOCOL_HYBRID_EX was agreed. Four bytes, little-endian, in no frame:
//   0x00000000 the user may use the server   0x00000005 it is authenticated, but may not
#pragma once

#include <cstddef>
#include <optional>

#include "rdp/tpkt.h"

namespace opensspi::command::rdp {

inline constexpr std::size_t kEarlyAuthorizationSize = 4;

enum class EarlyAuthorization { Success, AccessDenied };

[[nodiscard]] Bytes write(EarlyAuthorization result);
// std::nullopt when these bytes are no such PDU.
[[nodiscard]] std::optional<EarlyAuthorization> read_early_authorization(ByteView bytes);

}  // namespace opensspi::command::rdp
