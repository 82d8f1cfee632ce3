// libwbclient blocks without a deadline of the caller's, so each question has a thread of its own,
// which is left behind when the answer does not come in time.
#include "authority/winbind_authority.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

#include "base/utf16.h"

namespace opensspi::authority {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kTooLate = "winbind did not answer in time";
constexpr std::chrono::seconds kLeftAlone{10};
// A domain controller may have to ask another one for it.
constexpr std::chrono::milliseconds kPatienceForChanges{30'000};
// More than wait at a busy server whose domain answers; beyond, winbindd hangs.
constexpr int kMaxWaiting = 128;

tl::unexpected<Error> nobody_can_judge(const char* why) {
  return fail(Status::NoAuthenticatingAuthority, why, nt_status::kNoLogonServers);
}

// It is this machine that cannot ask.
tl::unexpected<Error> overloaded(const char* why) {
  return fail(Status::NoAuthenticatingAuthority, why, nt_status::kInsufficientResources);
}

// The program's signals are not for threads that it does not know.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// The answer of what has none but success.
struct Done {};

class Counted {
 public:
  explicit Counted(std::shared_ptr<std::atomic<int>> count) : count_(std::move(count)) {
    before_ = count_->fetch_add(1);
  }
  Counted(Counted&& other) noexcept = default;
  Counted& operator=(Counted&&) = delete;
  ~Counted() {
    if (count_ != nullptr) count_->fetch_sub(1);
  }

  [[nodiscard]] int before() const { return before_; }

 private:
  std::shared_ptr<std::atomic<int>> count_;
  int before_ = 0;
};

Result<SecretBytes> terminated_utf8(const SecretBytes& utf16le) {
  TRY_ASSIGN(const SecretBytes utf8, secret_utf16le_to_utf8(utf16le.expose()));
  if (std::ranges::find(utf8.expose(), 0) != utf8.expose().end())
    return fail(Status::InvalidParameter, "a password has a character of value zero");
  SecretBytes text(utf8.size() + 1);
  std::ranges::copy(utf8.expose(), text.expose_mutable().begin());
  return text;
}

std::shared_ptr<const AccessToken> token_of(DomainLogon logon) {
  auto token = std::make_shared<AccessToken>();
  token->user = std::move(logon.user);
  token->domain = std::move(logon.domain);
  if (!logon.sids.empty()) {
    token->user_sid = std::move(logon.sids.front());
    token->group_sids.assign(std::make_move_iterator(logon.sids.begin() + 1),
                             std::make_move_iterator(logon.sids.end()));
  }
  return token;
}

}  // namespace

WinbindAuthority::WinbindAuthority(std::shared_ptr<WinbindClient> client, Deadline deadline)
    : client_(std::move(client)), deadline_(std::move(deadline)) {}

// After fork the questions of the parent are none of the child's.
WinbindAuthority::Waiting WinbindAuthority::waiting() {
  const std::lock_guard lock(mutex_);
  if (process_ != getpid()) {
    waiting_ = std::make_shared<std::atomic<int>>(0);
    process_ = getpid();
  }
  return waiting_;
}

template <class Answer>
Result<Answer> WinbindAuthority::in_time(std::chrono::milliseconds patience, const char* too_late,
                                         std::function<Result<Answer>(WinbindClient&)> ask) {
  Counted counted(waiting());
  if (counted.before() >= kMaxWaiting)
    return overloaded("winbind hangs: too many logons wait for it");
  std::promise<Result<Answer>> promise;
  std::future<Result<Answer>> answer = promise.get_future();
  try {
    const NoSignals quiet;
    std::thread([client = client_, ask = std::move(ask), promise = std::move(promise),
                 counted = std::move(counted)]() mutable {
      try {
        promise.set_value(ask(*client));
      } catch (...) {
        promise.set_exception(std::current_exception());  // for whoever waits
      }
    }).detach();
  } catch (const std::system_error&) {
    return overloaded("the system gives no thread to ask winbind with");
  }
  if (answer.wait_for(patience) != std::future_status::ready) return nobody_can_judge(too_late);
  return answer.get();
}

Result<HostNames> WinbindAuthority::names() {
  {
    const std::lock_guard lock(mutex_);
    if (names_) return *names_;
    if (Clock::now() < hangs_until_) return nobody_can_judge(kTooLate);
  }
  const auto patience = deadline_();
  const auto asked = Clock::now();
  Result<HostNames> names = in_time<HostNames>(
      patience, kTooLate, [](WinbindClient& client) { return client.machine(); });
  const std::lock_guard lock(mutex_);
  if (names) names_ = *names;
  if (!names && Clock::now() - asked >= patience) hangs_until_ = Clock::now() + kLeftAlone;
  return names;
}

Result<void> WinbindAuthority::check_controller() {
  const auto done = in_time<Done>(deadline_(), kTooLate, [](WinbindClient& client) -> Result<Done> {
    TRY(client.ping_controller());
    return Done();
  });
  if (!done) return fail(done.error());
  return {};
}

Result<NtlmLogon> WinbindAuthority::validate(const NtlmResponse& response) {
  TRY_ASSIGN(DomainLogon logon,
             in_time<DomainLogon>(deadline_(), kTooLate,
                                  [question = NtlmQuestion(response)](WinbindClient& client) {
                                    return client.log_on(question);
                                  }));
  SecretArray<16> key = std::move(logon.session_base_key);
  return NtlmLogon{token_of(std::move(logon)), std::move(key)};
}

// CVE-2020-25719: a name alone may be another's by now, or look like another's.
Result<std::shared_ptr<const AccessToken>> WinbindAuthority::identify(ByteView pac) {
  if (pac.empty()) {
    return fail(Status::LogonDenied, "the ticket does not say who its user is to the domain",
                nt_status::kLogonFailure);
  }
  TRY_ASSIGN(DomainLogon logon,
             in_time<DomainLogon>(deadline_(), kTooLate, [pac = copy(pac)](WinbindClient& client) {
               return client.identify(pac);
             }));
  return token_of(std::move(logon));
}

Result<void> WinbindAuthority::change_password(const PasswordChange& change) {
  auto question = std::make_shared<PasswordQuestion>();
  question->user = change.user;
  question->domain = change.domain;
  TRY_ASSIGN(question->old_password, terminated_utf8(change.old_password));
  TRY_ASSIGN(question->new_password, terminated_utf8(change.new_password));
  const auto done =
      in_time<Done>(std::max(deadline_(), kPatienceForChanges),
                    "winbind did not answer in time: the password may be changed all the same",
                    [question](WinbindClient& client) -> Result<Done> {
                      TRY(client.change_password(*question));
                      return Done();
                    });
  if (!done) return fail(done.error());
  return {};
}

}  // namespace opensspi::authority
