// Servers on the loopback that answer, are silent, drip, hang up or send too much, and count who
// comes: datagrams and streams on one port.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "asn1/der_writer.h"
#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"

namespace opensspi::test {

// A connection that the other side may close at any time.
class Peer {
 public:
  explicit Peer(int number) : number_(number) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(number_); }

  // Empty when the other side sends no more.
  [[nodiscard]] Bytes receive() const {
    Bytes bytes(65536);
    const ssize_t size = recv(number_, bytes.data(), bytes.size(), 0);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }
  [[nodiscard]] Bytes receive_exactly(std::size_t size) const {
    Bytes bytes(size);
    const ssize_t got = size == 0 ? 0 : recv(number_, bytes.data(), size, MSG_WAITALL);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  // One message in its frame.
  [[nodiscard]] Bytes receive_message() const {
    const Bytes size = receive_exactly(4);
    return receive_exactly(Reader(size).u32_be());
  }
  // False when nobody takes it.
  bool send_all(ByteView bytes) const {
    return send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  bool send_message(ByteView message) const {
    return send_all(
        Writer().u32_be(static_cast<std::uint32_t>(message.size())).bytes(message).view());
  }
  void reset() const {
    const linger at_once{1, 0};
    setsockopt(number_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  // Until the other side closes.
  void wait_for_end() const {
    while (!receive().empty()) {
    }
  }

 private:
  int number_;
};

class FakeKdc {
 public:
  using OnDatagram = std::function<Bytes(ByteView)>;  // empty: silence
  using OnStream = std::function<void(const Peer&)>;

  // Without a function for streams nobody listens for them.
  explicit FakeKdc(OnDatagram on_datagram, OnStream on_stream = nullptr)
      : on_datagram_(std::move(on_datagram)), on_stream_(std::move(on_stream)) {
    bind_both();
    if (on_stream_ && listen(streams_, 16) != 0) throw std::runtime_error("no listener");
    if (pipe(stop_) != 0) throw std::runtime_error("no pipe");
    // Signals are for the threads of tests.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    thread_ = std::thread([this] { serve(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  FakeKdc(const FakeKdc&) = delete;
  FakeKdc& operator=(const FakeKdc&) = delete;
  ~FakeKdc() {
    close(stop_[1]);
    thread_.join();
    close(stop_[0]);
    close(datagrams_);
    close(streams_);
  }

  [[nodiscard]] std::string name() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Who has come so far, whether or not there was an answer.
  [[nodiscard]] int datagrams() const { return datagrams_come_; }
  [[nodiscard]] int streams() const { return streams_come_; }
  [[nodiscard]] int asked() const { return datagrams_come_ + streams_come_; }
  // Connections are made before they are counted.
  void wait_for(int number) const {
    while (asked() < number) std::this_thread::yield();
  }

 private:
  void bind_both() {
    for (int attempt = 0; attempt < 100; ++attempt) {
      datagrams_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      streams_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      auto* const generic = reinterpret_cast<sockaddr*>(&address);
      if (bind(datagrams_, generic, size) == 0 && getsockname(datagrams_, generic, &size) == 0 &&
          bind(streams_, generic, size) == 0) {
        port_ = ntohs(address.sin_port);
        return;
      }
      close(datagrams_);
      close(streams_);
    }
    throw std::runtime_error("no port is free");
  }

  void serve() {
    for (;;) {
      std::array<pollfd, 3> wishes{{{stop_[0], POLLIN, 0},
                                    {datagrams_, POLLIN, 0},
                                    {on_stream_ ? streams_ : -1, POLLIN, 0}}};
      if (poll(wishes.data(), wishes.size(), -1) < 0) continue;
      if (wishes[0].revents != 0) return;
      if (wishes[1].revents != 0) take_datagram();
      if (wishes[2].revents != 0) take_stream();
    }
  }

  void take_datagram() {
    Bytes bytes(65536);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto* const generic = reinterpret_cast<sockaddr*>(&from);
    const ssize_t got = recvfrom(datagrams_, bytes.data(), bytes.size(), 0, generic, &size);
    if (got < 0) return;
    ++datagrams_come_;
    bytes.resize(static_cast<std::size_t>(got));
    const Bytes answer = on_datagram_ ? on_datagram_(bytes) : Bytes();
    if (!answer.empty()) sendto(datagrams_, answer.data(), answer.size(), 0, generic, size);
  }

  void take_stream() {
    const Peer peer(accept(streams_, nullptr, nullptr));
    ++streams_come_;
    on_stream_(peer);
  }

  OnDatagram on_datagram_;
  OnStream on_stream_;
  int datagrams_ = -1, streams_ = -1;
  std::array<int, 2> stop_array_{};
  int* stop_ = stop_array_.data();
  std::uint16_t port_ = 0;
  std::atomic<int> datagrams_come_ = 0, streams_come_ = 0;
  std::thread thread_;
};

// A KRB-ERROR of this number, with what must be in one.
inline Bytes krb_error(std::uint32_t number) {
  using asn1::DerWriter;
  DerWriter out;
  out.nest(asn1::tag::application(30), [&](DerWriter& error) {
    error.nest(asn1::tag::kSequence, [&](DerWriter& sequence) {
      const auto field = [&](unsigned tag, std::uint32_t value) {
        sequence.nest(asn1::tag::context(tag), [&](DerWriter& in) { in.integer(value); });
      };
      field(0, 5);
      field(1, 30);
      field(6, number);
    });
  });
  return out.take();
}

inline FakeKdc::OnDatagram silent() {
  return [](ByteView) { return Bytes(); };
}
inline FakeKdc::OnDatagram saying(Bytes answer) {
  return [answer = std::move(answer)](ByteView) { return answer; };
}
// One message for one message.
inline FakeKdc::OnStream answering(Bytes answer) {
  return [answer = std::move(answer)](const Peer& peer) {
    static_cast<void>(peer.receive_message());
    peer.send_message(answer);
  };
}
inline FakeKdc::OnStream hanging() {
  return [](const Peer& peer) { peer.wait_for_end(); };
}

}  // namespace opensspi::test
