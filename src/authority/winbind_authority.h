// The judge over the accounts of the domain that this machine belongs to, through winbindd.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "authority/winbind_client.h"
#include "sspi/authority.h"

namespace opensspi::authority {

class WinbindAuthority final : public Authority {
 public:
  // `deadline`: what a logon waits for the domain at most.
  WinbindAuthority(std::shared_ptr<WinbindClient> client, std::chrono::milliseconds deadline);

  // What the joined machine is called: a domain controller refuses responses that speak of another.
  // Kept once they are known.
  Result<HostNames> names() override;
  // LogonDenied with the domain's reason; NoAuthenticatingAuthority when the domain cannot be asked
  // or does not answer in time. Takes as long as the domain takes.
  Result<NtlmLogon> validate(const NtlmResponse& response) override;
  Result<void> change_password(const PasswordChange& change) override;

 private:
  template <class Answer>
  Result<Answer> in_time(std::function<Result<Answer>(WinbindClient&)> ask);

  const std::shared_ptr<WinbindClient> client_;
  const std::chrono::milliseconds deadline_;
  // Questions that wait, also those that nobody waits for any more.
  const std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
  std::mutex mutex_;
  std::optional<HostNames> names_;
};

}  // namespace opensspi::authority
