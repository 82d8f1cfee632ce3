// The judge over the accounts of the domain that this machine belongs to, through winbindd.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "authority/winbind_client.h"
#include "sspi/authority.h"

namespace opensspi::authority {

class WinbindAuthority final : public Authority {
 public:
  // What a question waits for the domain at most, asked for each.
  using Deadline = std::function<std::chrono::milliseconds()>;

  WinbindAuthority(std::shared_ptr<WinbindClient> client, Deadline deadline);

  // What the joined machine is called: a domain controller refuses responses that speak of another.
  // Kept once they are known; a winbindd that hung is left alone for ten seconds.
  Result<HostNames> names() override;
  // Whether the domain can be asked at all.
  Result<void> check_controller();
  // LogonDenied with the domain's reason; NoAuthenticatingAuthority when the domain cannot be asked
  // or does not answer in time, and kInsufficientResources when too many wait for it already. Takes
  // as long as the domain takes.
  Result<NtlmLogon> validate(const NtlmResponse& response) override;
  // LogonDenied without a PAC, which a domain gives every user.
  Result<std::shared_ptr<const AccessToken>> identify(ByteView pac) override;
  // Has at least thirty seconds. NoAuthenticatingAuthority after that leaves it open whether the
  // domain has taken the new password.
  Result<void> change_password(const PasswordChange& change) override;

 private:
  // The questions that wait, also those that nobody waits for any more; of this process alone.
  using Waiting = std::shared_ptr<std::atomic<int>>;

  Waiting waiting();
  template <class Answer>
  Result<Answer> in_time(std::chrono::milliseconds patience, const char* too_late,
                         std::function<Result<Answer>(WinbindClient&)> ask);

  const std::shared_ptr<WinbindClient> client_;
  const Deadline deadline_;
  std::mutex mutex_;
  std::optional<HostNames> names_;
  std::chrono::steady_clock::time_point hangs_until_{};
  int process_ = 0;
  Waiting waiting_;
};

}  // namespace opensspi::authority
