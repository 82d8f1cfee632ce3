// What follows CredSSP inside TLS: the client's MCS Connect Initial with a GCC Conference Create
// Request ([MS-RDPBCGR] 2.2.1.3), the server's answer, and the end of the conversation.
#pragma once

#include <cstdint>

#include "rdp/tpkt.h"

namespace opensspi::command::rdp {

// A whole frame. `selected_protocol`: what the server chose, repeated as [MS-RDPBCGR] 2.2.1.3.2
// wants it.
[[nodiscard]] Bytes connect_initial(std::uint32_t selected_protocol);

// A whole frame: the server ends the connection (ITU-T T.125 7, rn-provider-initiated).
[[nodiscard]] Bytes disconnect_provider_ultimatum();

enum class McsMessage { ConnectInitial, ConnectResponse, DisconnectProviderUltimatum, Other };

// What kind of message a whole frame holds.
[[nodiscard]] McsMessage mcs_message(ByteView frame);
[[nodiscard]] const char* name_of(McsMessage message);

}  // namespace opensspi::command::rdp
