// Frames by the length in their header.
#include "rdp_channel.h"

#include <algorithm>

namespace opensspi::command {

std::optional<Bytes> read_frame(TcpStream& stream, Deadline deadline) {
  Bytes frame;
  stream.read_exactly(frame, rdp::kTpktHeaderSize, deadline);
  const auto size = rdp::tpkt_size(frame);
  if (!size) return std::nullopt;
  stream.read_exactly(frame, *size - rdp::kTpktHeaderSize, deadline);
  return frame;
}

RdpChannel::Reply RdpChannel::receive(Deadline deadline) {
  while (true) {
    if (gathered_.size() >= rdp::kTpktHeaderSize) {
      const std::size_t size = rdp::tpkt_size(gathered_).value_or(gathered_.size());
      if (size <= gathered_.size()) return take(size);
    }
    const auto outcome = session_.receive(gathered_, deadline);
    if (outcome != CredSspSession::Received::Data) return {outcome, {}};
  }
}

RdpChannel::Reply RdpChannel::receive_exactly(std::size_t size, Deadline deadline) {
  while (gathered_.size() < size) {
    const auto outcome = session_.receive(gathered_, deadline);
    if (outcome != CredSspSession::Received::Data) return {outcome, {}};
  }
  return take(size);
}

RdpChannel::Reply RdpChannel::take(std::size_t size) {
  const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(size);
  Reply reply{CredSspSession::Received::Data, Bytes(gathered_.begin(), end)};
  gathered_.erase(gathered_.begin(), end);
  return reply;
}

}  // namespace opensspi::command
