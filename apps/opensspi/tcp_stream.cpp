// Non-blocking sockets and poll(2); asio resolves, connects and accepts.
#include "tcp_stream.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <cerrno>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace opensspi::command {
namespace {

using asio::ip::tcp;
using Kind = NetworkError::Kind;

std::string text_of(const tcp::endpoint& endpoint) {
  return Endpoint{endpoint.address().to_string(), endpoint.port()}.text();
}

[[noreturn]] void fail(const asio::error_code& error) {
  const bool closed = error == asio::error::connection_reset || error == asio::error::broken_pipe ||
                      error == asio::error::eof;
  throw NetworkError(closed ? Kind::Closed : Kind::Failed,
                     closed ? "the peer closed the connection" : error.message());
}

// The system's resolver knows no deadline: when it is passed, its thread is left behind.
tcp::resolver::results_type resolve(const Endpoint& endpoint, Deadline deadline) {
  struct Answer {
    asio::error_code error;
    tcp::resolver::results_type addresses;
  };
  std::promise<Answer> promise;
  std::future<Answer> future = promise.get_future();
  std::thread([endpoint, promise = std::move(promise)]() mutable {
    asio::io_context context;
    Answer answer;
    answer.addresses = tcp::resolver(context).resolve(endpoint.host, std::to_string(endpoint.port),
                                                      tcp::resolver::numeric_service, answer.error);
    promise.set_value(std::move(answer));
  }).detach();
  if (future.wait_until(deadline) != std::future_status::ready)
    throw NetworkError(Kind::TimedOut,
                       "the address of " + endpoint.host + " was not found in time");
  Answer answer = future.get();
  if (answer.error)
    throw NetworkError(Kind::Unreachable, endpoint.host + ": " + answer.error.message());
  return answer.addresses;
}

}  // namespace

TcpStream::TcpStream(tcp::socket socket) : socket_(std::move(socket)) {
  asio::error_code error;
  const tcp::endpoint peer = socket_.remote_endpoint(error);
  if (error) fail(error);
  peer_ = text_of(peer);
  socket_.non_blocking(true, error);
  if (!error) socket_.set_option(tcp::no_delay(true), error);
  if (error) fail(error);
}

TcpStream TcpStream::connect(asio::io_context& sockets, const Endpoint& endpoint,
                             Deadline deadline) {
  const auto addresses = resolve(endpoint, deadline);
  tcp::socket socket(sockets);
  std::optional<asio::error_code> outcome;
  asio::async_connect(socket, addresses, [&](const asio::error_code& error, const tcp::endpoint&) {
    outcome = error;
  });
  sockets.restart();
  sockets.run_until(deadline);
  if (!outcome) {
    socket.close();
    sockets.run();
    throw NetworkError(Kind::TimedOut, endpoint.text() + " did not answer in time");
  }
  if (*outcome) throw NetworkError(Kind::Unreachable, endpoint.text() + ": " + outcome->message());
  return TcpStream(std::move(socket));
}

bool TcpStream::read_some(Bytes& to, Deadline deadline) {
  std::array<std::uint8_t, 16384> room;
  const std::size_t got = read_into(room, deadline);
  to.insert(to.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
  return got != 0;
}

void TcpStream::read_exactly(Bytes& to, std::size_t size, Deadline deadline) {
  const std::size_t before = to.size();
  to.resize(before + size);
  for (std::size_t done = 0; done < size;) {
    const std::size_t got = read_into(std::span(to).subspan(before + done), deadline);
    if (got == 0) throw NetworkError(Kind::Closed, "the peer closed the connection");
    done += got;
  }
}

void TcpStream::write(ByteView bytes, Deadline deadline) {
  while (!bytes.empty()) {
    asio::error_code error;
    const std::size_t written = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    bytes = bytes.subspan(written);
    if (error == asio::error::would_block) {
      wait(POLLOUT, deadline);
    } else if (error) {
      fail(error);
    }
  }
}

void TcpStream::finish(Deadline deadline) noexcept {
  constexpr int kMaximumReads = 64;  // a peer that never ends is not listened to for ever
  asio::error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  if (error) return;
  try {
    std::array<std::uint8_t, 4096> ignored;
    for (int i = 0; i < kMaximumReads && read_into(ignored, deadline) != 0; ++i) {
    }
  } catch (const CommandError&) {
    return;
  }
}

// 0: the peer has ended its side.
std::size_t TcpStream::read_into(std::span<std::uint8_t> room, Deadline deadline) {
  while (true) {
    asio::error_code error;
    const std::size_t got = socket_.read_some(asio::buffer(room.data(), room.size()), error);
    if (!error) return got;
    if (error == asio::error::eof) return 0;
    if (error != asio::error::would_block) fail(error);
    wait(POLLIN, deadline);
  }
}

void TcpStream::wait(short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) throw NetworkError(Kind::TimedOut, "the peer did not answer in time");
    pollfd waited{socket_.native_handle(), events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) fail(asio::error_code(errno, asio::system_category()));
  }
}

}  // namespace opensspi::command
