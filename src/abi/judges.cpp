// The accounts are opened when the first inbound credential asks for its judge, which is before a
// server gives up its rights; but acquiring waits for nobody, so that what another process holds
// just then is opened by the first logon.
#include "abi/judges.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "abi/claimed_name.h"
#include "abi/file_time.h"
#include "authority/accounts_authority.h"
#include "authority/by_domain.h"
#include "authority/winbind_authority.h"
#include "logon/impersonation.h"

namespace opensspi::abi {

class Judges::AccountsWhenAsked final : public Authority {
 public:
  explicit AccountsWhenAsked(const PolicySource& policy) : policy_(policy) {}

  Result<HostNames> names() override {
    TRY_ASSIGN(const auto accounts, opened_for_logon());
    return accounts->names();
  }
  Result<NtlmLogon> validate(const NtlmResponse& response) override {
    TRY_ASSIGN(const auto accounts, opened_for_logon());
    return accounts->validate(response);
  }
  Result<void> change_password(const PasswordChange& change) override {
    TRY_ASSIGN(const auto accounts, opened_for_logon());
    return accounts->change_password(change);
  }

  // Whether there are accounts. What cannot be opened is there: its logons hear why.
  bool exist() {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return true;  // they are being opened
    const auto accounts = opened(std::chrono::milliseconds(0));
    return accounts || accounts.error().status != Status::NoAuthenticatingAuthority;
  }

  Result<void> flush() {
    const logon::AsProcess as_process;
    const auto accounts = [&] {
      const std::lock_guard lock(mutex_);
      return accounts_;
    }();
    return accounts != nullptr ? accounts->flush() : Result<void>();
  }

 private:
  // What could not be opened is tried again by the next logon, in what is left of its time when it
  // has waited for the last one's.
  Result<std::shared_ptr<authority::AccountsAuthority>> opened_for_logon() {
    const auto end = std::chrono::steady_clock::now() + policy_.current()->authority_deadline;
    const std::lock_guard lock(mutex_);
    const auto left = end - std::chrono::steady_clock::now();
    return opened(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                           std::chrono::milliseconds(0)));
  }

  // The mutex is held.
  Result<std::shared_ptr<authority::AccountsAuthority>> opened(std::chrono::milliseconds wait) {
    if (accounts_ != nullptr) return accounts_;
    TRY_ASSIGN(auto store,
               authority::AccountStore::open({.path = authority::accounts_path(),
                                              .host = authority::local_host_names(),
                                              .now = system_time,
                                              .deadline = policy_.current()->authority_deadline,
                                              .open_deadline = wait,
                                              .trace = {}},
                                             authority::Missing::Refuse));
    accounts_ = std::make_shared<authority::AccountsAuthority>(
        std::shared_ptr<authority::AccountStore>(std::move(store)), system_time);
    return accounts_;
  }

  const PolicySource& policy_;
  std::mutex mutex_;
  std::shared_ptr<authority::AccountsAuthority> accounts_;
};

Judges::Judges(const PolicySource& policy)
    : policy_(policy),
      accounts_(std::make_shared<AccountsWhenAsked>(policy)),
      accounts_judge_(overheard(accounts_)) {}

void Judges::set_own(std::shared_ptr<Authority> authority) {
  auto judge = overheard(std::move(authority));
  // The old one ends behind the lock: it tells its program.
  const std::lock_guard lock(mutex_);
  own_.swap(judge);
}

void Judges::limit(policy::Authorities authorities) {
  const std::lock_guard lock(mutex_);
  limit_ = authorities;
}

std::shared_ptr<Authority> Judges::current() {
  policy::Authorities allowed;
  {
    const std::lock_guard lock(mutex_);
    if (own_ != nullptr) return own_;
    allowed = limit_;
  }
  const logon::AsProcess as_process;
  const policy::Authorities permitted = policy_.current()->authorities;
  allowed.accounts = allowed.accounts && permitted.accounts;
  allowed.winbind = allowed.winbind && permitted.winbind;
  const bool accounts = allowed.accounts && accounts_->exist();
  // Where winbind may judge beside the accounts, a machine without winbind is one without a domain;
  // where it alone may, logons hear that it is not there.
  const bool winbind = allowed.winbind && (!allowed.accounts || authority::winbind_listens());
  if (winbind && domain().alone != nullptr)
    return accounts ? domain().with_accounts : domain().alone;
  return accounts ? accounts_judge_ : nullptr;
}

const Judges::Domain& Judges::domain() {
  std::call_once(domain_made_, [&] {
    auto client = authority::load_winbind_client();
    if (client == nullptr) return;
    const auto winbind = std::make_shared<authority::WinbindAuthority>(
        std::move(client), [this] { return policy_.current()->authority_deadline; });
    domain_.alone = overheard(winbind);
    domain_.with_accounts = overheard(std::make_shared<authority::ByDomain>(accounts_, winbind));
  });
  return domain_;
}

Result<void> Judges::flush() {
  return accounts_->flush();
}

}  // namespace opensspi::abi
