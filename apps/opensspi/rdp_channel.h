// Whole frames of RDP over TCP before TLS, and over a CredSSP session after it.
#pragma once

#include <optional>

#include "credssp_session.h"
#include "rdp/tpkt.h"
#include "tcp_stream.h"

namespace opensspi::command {

// Reads one frame and not a byte more; std::nullopt when the peer sends something else than TPKT.
[[nodiscard]] std::optional<Bytes> read_frame(TcpStream& stream, Deadline deadline);

// One frame out of encrypted messages, which may be cut anywhere.
class RdpChannel {
 public:
  explicit RdpChannel(CredSspSession& session) : session_(session) {}

  struct Reply {
    CredSspSession::Received outcome;
    Bytes frame;  // when Data: a whole one, or what came instead of one
  };
  [[nodiscard]] Reply receive(Deadline deadline);
  // So many bytes that are in no frame.
  [[nodiscard]] Reply receive_exactly(std::size_t size, Deadline deadline);

 private:
  Reply take(std::size_t size);

  CredSspSession& session_;
  Bytes gathered_;
};

}  // namespace opensspi::command
