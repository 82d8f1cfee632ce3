// Sockets that do not block, and poll.
#include "authority/race.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "sspi/types.h"

namespace opensspi::authority {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Socket {
 public:
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (number_ >= 0) close(number_);
  }

  // False when it cannot be; true also when a stream's connection is still being made.
  bool connect_to(const Endpoint& endpoint, bool datagrams) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = datagrams ? SOCK_DGRAM : SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;  // nobody is asked
    const std::string port = std::to_string(endpoint.port);
    if (getaddrinfo(endpoint.address.c_str(), port.c_str(), &hints, &found) != 0) return false;
    number_ = socket(found->ai_family, hints.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const bool begun = number_ >= 0 && (connect(number_, found->ai_addr, found->ai_addrlen) == 0 ||
                                        errno == EINPROGRESS || errno == EINTR);
    freeaddrinfo(found);
    return begun;
  }

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = -1;
};

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

class Attempt {
 public:
  explicit Attempt(const Call& call) : datagrams_(call.datagrams), conversation_(call.converse()) {
    if (!socket_.connect_to(call.endpoint, datagrams_)) give_up();
  }

  // Nothing, as its error, when the server could not be reached.
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::optional<Bytes>& answer() { return answer_; }
  [[nodiscard]] bool needs_stream() const { return needs_stream_; }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] pollfd wish() const {
    const bool writes = !connected_ || !unsent_.empty();
    return {socket_.number(), static_cast<short>(writes ? POLLOUT : POLLIN), 0};
  }

  // After poll said something of the socket. A first call makes `connected`, and sends nothing yet.
  void go_on() {
    if (!connected_) return connect_now();
    if (unsent_.empty()) receive();
    if (!failed_ && !unsent_.empty()) send_rest();
  }

 private:
  void connect_now() {
    int failed = 0;
    socklen_t size = sizeof failed;
    if (getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &failed, &size) != 0 || failed != 0) {
      return give_up();
    }
    connected_ = true;
    settle(conversation_->begin().map([](Bytes first) { return Turn{{}, std::move(first)}; }));
  }

  void send_rest() {
    const ssize_t sent = send(socket_.number(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (!would_block()) give_up();
      return;
    }
    unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
  }

  void receive() {
    std::array<std::uint8_t, 65536> buffer;
    const ssize_t size = recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (size < 0) {
      if (!would_block()) give_up();
      return;
    }
    if (size == 0 && !datagrams_) {
      settle(conversation_->hear_end().map([](Bytes end) { return Turn{std::move(end)}; }));
    } else {
      settle(conversation_->hear(ByteView(buffer).first(static_cast<std::size_t>(size))));
    }
  }

  void give_up() { failed_ = true; }

  void settle(Result<Turn> turn) {
    if (!turn) {
      error_ = turn.error();
      return give_up();
    }
    answer_ = std::move(turn->answer);
    needs_stream_ = turn->needs_stream;
    append(unsent_, turn->to_send);
  }

  bool datagrams_;
  std::unique_ptr<Conversation> conversation_;
  Socket socket_;
  bool connected_ = false, needs_stream_ = false, failed_ = false;
  Bytes unsent_;
  std::optional<Bytes> answer_;
  std::optional<Error> error_;
};

class Race {
 public:
  Race(const std::vector<Call>& calls, milliseconds deadline, Sending sending,
       milliseconds patience)
      : calls_(calls),
        sending_(sending),
        deadline_(deadline),
        end_(Clock::now() + deadline),
        patience_(
            sending == Sending::ToAnybody
                ? std::min<Clock::duration>(
                      patience, Clock::duration(deadline) /
                                    static_cast<Clock::rep>(std::max<std::size_t>(calls.size(), 1)))
                : Clock::duration(patience)) {}

  Outcome run() {
    while (!answer_) {
      const auto now = Clock::now();
      if (now >= end_) return nobody(true);
      if (next_ < calls_.size() && (attempts_.empty() || now >= next_start_)) {
        start(now);
      } else if (attempts_.empty()) {
        return nobody(false);
      } else {
        wait(now);
      }
    }
    return {*std::move(answer_), false, sent_};
  }

 private:
  void start(Clock::time_point now) {
    const Call& call = calls_[next_++];
    if (stream_only_ && call.datagrams) return;
    next_start_ = now + patience_;
    attempts_.push_back(std::make_unique<Attempt>(call));
    sweep();
  }

  void wait(Clock::time_point now) {
    const auto until = next_ < calls_.size() ? std::min(end_, next_start_) : end_;
    std::vector<pollfd> wishes;
    for (const auto& attempt : attempts_) wishes.push_back(attempt->wish());
    const auto left = std::chrono::ceil<milliseconds>(until - now);
    if (poll(wishes.data(), wishes.size(), static_cast<int>(left.count())) <= 0) return;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      if (wishes[i].revents == 0) continue;
      const bool was_connected = attempts_[i]->connected();
      attempts_[i]->go_on();
      sent_ = sent_ || (was_connected && !attempts_[i]->failed());
      const bool is_the_one = !was_connected && attempts_[i]->connected();
      if (is_the_one && sending_ == Sending::ToOne) return keep_only(i);
      if (attempts_[i]->answer()) {
        answer_ = std::move(attempts_[i]->answer());
        return;
      }
      if (attempts_[i]->needs_stream()) return leave_datagrams();
    }
    sweep();
  }

  void keep_only(std::size_t index) {
    auto kept = std::move(attempts_[index]);
    attempts_.clear();
    attempts_.push_back(std::move(kept));
    next_ = calls_.size();
    sweep();
  }

  void leave_datagrams() {
    stream_only_ = true;
    std::erase_if(attempts_, [](const auto& attempt) { return attempt->needs_stream(); });
    next_start_ = Clock::now();
    sweep();
  }

  // Those that have failed go, and the next one's turn has come.
  void sweep() {
    for (const auto& attempt : attempts_) {
      if (!attempt->failed()) continue;
      if (!told_) told_ = attempt->error();
      next_start_ = Clock::now();
    }
    std::erase_if(attempts_, [](const auto& attempt) { return attempt->failed(); });
  }

  [[nodiscard]] Outcome nobody(bool silence) const {
    if (told_) return {fail(*told_), silence, sent_};
    if (silence) {
      return {fail(Status::NoAuthenticatingAuthority, "no KDC of the realm answers",
                   nt_status::kNoLogonServers, deadline_.count()),
              true, sent_};
    }
    return {fail(Status::NoAuthenticatingAuthority, "no KDC of the realm can be reached",
                 nt_status::kNoLogonServers),
            false, sent_};
  }

  const std::vector<Call>& calls_;
  Sending sending_;
  milliseconds deadline_;
  Clock::time_point end_, next_start_{};
  Clock::duration patience_;
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  bool stream_only_ = false, sent_ = false;
  std::optional<Bytes> answer_;
  std::optional<Error> told_;  // what a server that was reached made of it
};

}  // namespace

Outcome race(const std::vector<Call>& calls, milliseconds deadline, Sending sending,
             milliseconds patience) {
  return Race(calls, deadline, sending, patience).run();
}

}  // namespace opensspi::authority
