// Big-endian lengths around bytes.
#include "rdp/tpkt.h"

#include <algorithm>
#include <array>

namespace opensspi::command::rdp {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::size_t kSmallest = 7;  // RFC 1006 6: the header and the smallest TPDU
constexpr std::array<std::uint8_t, 3> kDataHeader = {0x02, 0xF0, 0x80};

}  // namespace

Bytes tpkt(ByteView tpdu) {
  const std::size_t size = kTpktHeaderSize + tpdu.size();
  Bytes frame = {kVersion, 0, static_cast<std::uint8_t>(size >> 8),
                 static_cast<std::uint8_t>(size)};
  frame.insert(frame.end(), tpdu.begin(), tpdu.end());
  return frame;
}

std::optional<std::size_t> tpkt_size(ByteView bytes) {
  if (bytes.size() < kTpktHeaderSize || bytes[0] != kVersion) return std::nullopt;
  const std::size_t size = std::size_t{bytes[2]} << 8 | bytes[3];
  if (size < kSmallest) return std::nullopt;
  return size;
}

Bytes data_tpdu(ByteView payload) {
  Bytes tpdu(kDataHeader.begin(), kDataHeader.end());
  tpdu.insert(tpdu.end(), payload.begin(), payload.end());
  return tpkt(tpdu);
}

std::optional<ByteView> data_payload(ByteView frame) {
  if (tpkt_size(frame) != frame.size()) return std::nullopt;
  const ByteView tpdu = frame.subspan(kTpktHeaderSize);
  if (!std::equal(kDataHeader.begin(), kDataHeader.end(), tpdu.begin())) return std::nullopt;
  return tpdu.subspan(kDataHeader.size());
}

}  // namespace opensspi::command::rdp
