// The two messages that open an RDP connection and agree how it is secured: X.224 Connection
// Request and Connection Confirm, [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2.
#pragma once

#include <cstdint>
#include <optional>

#include "rdp/tpkt.h"

namespace opensspi::command::rdp {

// requestedProtocols and selectedProtocol.
inline constexpr std::uint32_t kProtocolRdp = 0, kProtocolSsl = 1, kProtocolHybrid = 2;
inline constexpr std::uint32_t kProtocolHybridEx = 8;  // and a word on authorization behind it

// flags of RDP_NEG_REQ and RDP_NEG_RSP: Remote Credential Guard.
inline constexpr std::uint8_t kRedirectedAuthenticationRequired = 0x02;
inline constexpr std::uint8_t kRedirectedAuthenticationSupported = 0x10;

// failureCode of RDP_NEG_FAILURE.
inline constexpr std::uint32_t kHybridRequiredByServer = 5;

struct ConnectionRequest {
  std::optional<std::uint32_t> requested_protocols;  // none: a client from before the negotiation
  std::uint8_t flags = 0;
};

// What the server answers: one of the two is set, or none by a server from before the negotiation.
struct ConnectionConfirm {
  std::optional<std::uint32_t> selected_protocol;
  std::optional<std::uint32_t> failure_code;
  std::uint8_t flags = 0;  // of a selected protocol
};

[[nodiscard]] Bytes write(const ConnectionRequest& request);
[[nodiscard]] Bytes write(const ConnectionConfirm& confirm);

// From a whole TPKT frame; std::nullopt when it is something else.
[[nodiscard]] std::optional<ConnectionRequest> read_connection_request(ByteView frame);
[[nodiscard]] std::optional<ConnectionConfirm> read_connection_confirm(ByteView frame);

// Whether CredSSP follows.
[[nodiscard]] constexpr bool is_hybrid(std::uint32_t selected_protocol) {
  return selected_protocol == kProtocolHybrid || selected_protocol == kProtocolHybridEx;
}

// "CredSSP (NLA)", and why a server refused.
[[nodiscard]] const char* protocol_words(std::uint32_t selected_protocol);
[[nodiscard]] const char* failure_words(std::uint32_t failure_code);

}  // namespace opensspi::command::rdp
