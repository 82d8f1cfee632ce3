// One request, and the first byte of its answer.
#include "authority/kcm.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

namespace opensspi::authority {
namespace {

// Its length, big-endian; the version, 2.0; KCM_OP_NOOP.
constexpr std::array<std::uint8_t, 8> kNoOperation{0, 0, 0, 4, 2, 0, 0, 0};

class Connection {
 public:
  Connection() : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (socket_ >= 0) close(socket_);
  }

  // A local socket is connected at once, or not at all when too many wait to be.
  [[nodiscard]] bool open(const std::string& path) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_ < 0 || path.empty() || path.size() >= sizeof address.sun_path) return false;
    std::ranges::copy(path, address.sun_path);
    return connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  [[nodiscard]] bool ask() const {
    return send(socket_, kNoOperation.data(), kNoOperation.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(kNoOperation.size());
  }

  [[nodiscard]] bool is_answered(std::chrono::milliseconds patience) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd waited{socket_, POLLIN, 0};
      const int ready =
          poll(&waited, 1, static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count()));
      if (ready < 0 && errno == EINTR) continue;
      std::uint8_t first = 0;
      return ready > 0 && recv(socket_, &first, sizeof first, 0) == sizeof first;
    }
  }

 private:
  int socket_;
};

}  // namespace

bool kcm_answers(const std::string& socket_path, std::chrono::milliseconds patience) {
  const Connection connection;
  return connection.open(socket_path) && connection.ask() && connection.is_answered(patience);
}

}  // namespace opensspi::authority
