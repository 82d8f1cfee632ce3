// TPKT, the frame around everything in RDP before and inside TLS (RFC 1006 6):
//   [0] 3   [1] 0   [2-3] length of the whole, big-endian   [4-] the TPDU
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace opensspi::command::rdp {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline constexpr std::size_t kTpktHeaderSize = 4;

// The TPDU in its frame.
[[nodiscard]] Bytes tpkt(ByteView tpdu);

// How long the frame is that begins here, header included. std::nullopt when this is no TPKT; at
// least kTpktHeaderSize bytes are needed.
[[nodiscard]] std::optional<std::size_t> tpkt_size(ByteView bytes);

// A Data TPDU of X.224 in its frame (ITU-T X.224 13.7): 02 F0 80, then the payload.
[[nodiscard]] Bytes data_tpdu(ByteView payload);

// The payload of a whole Data TPDU; std::nullopt when the frame holds none.
[[nodiscard]] std::optional<ByteView> data_payload(ByteView frame);

}  // namespace opensspi::command::rdp
