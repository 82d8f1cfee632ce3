// A TCP connection whose calls wait no longer than their deadline. Linear code over it is what one
// thread per connection runs.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "command_error.h"
#include "endpoint.h"

namespace opensspi::command {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

class NetworkError : public CommandError {
 public:
  enum class Kind {
    Unreachable,  // no connection came about
    Closed,       // the peer ended or reset it
    TimedOut,
    Failed,
  };
  NetworkError(Kind kind, const std::string& words)
      : CommandError(ExitCode::Network, words), kind_(kind) {}

  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

class TcpStream {
 public:
  explicit TcpStream(asio::ip::tcp::socket socket);

  // The first of the host's addresses that answers. `sockets` outlives the stream.
  static TcpStream connect(asio::io_context& sockets, const Endpoint& endpoint, Deadline deadline);

  // Appends what has come, at least one byte; false when the peer has ended its side.
  bool read_some(Bytes& to, Deadline deadline);
  // Exactly so many; NetworkError Closed when the peer ends before.
  void read_exactly(Bytes& to, std::size_t size, Deadline deadline);
  void write(ByteView bytes, Deadline deadline);
  // Ends this side and takes in what the peer still sends, because closing with unread bytes would
  // reset the connection and lose what was written last. Never throws.
  void finish(Deadline deadline) noexcept;

  // "192.0.2.1:50000"
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  std::size_t read_into(std::span<std::uint8_t> room, Deadline deadline);
  void wait(short events, Deadline deadline);

  asio::ip::tcp::socket socket_;
  std::string peer_;
};

}  // namespace opensspi::command
