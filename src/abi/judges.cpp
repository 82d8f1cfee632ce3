// The accounts are opened when the first inbound credential asks for its judge.
#include "abi/judges.h"

#include "abi/claimed_name.h"
#include "abi/file_time.h"

namespace opensspi::abi {
namespace {

// In place of accounts that are there but cannot be opened: every logon hears why.
class RefusingAuthority final : public Authority {
 public:
  explicit RefusingAuthority(const Error& error) : error_(error) {}
  Result<HostNames> names() override { return fail(error_); }
  Result<NtlmLogon> validate(const NtlmResponse& /*response*/) override { return fail(error_); }

 private:
  Error error_;
};

}  // namespace

void Judges::set_own(std::shared_ptr<Authority> authority) {
  auto overheard_judge = overheard(std::move(authority));
  const std::lock_guard lock(mutex_);
  own_ = std::move(overheard_judge);
}

std::shared_ptr<Authority> Judges::current() {
  const std::lock_guard lock(mutex_);
  if (own_ != nullptr) return own_;
  if (policy_.current()->authority == policy::AuthorityKind::None) return nullptr;
  return accounts_judge();
}

std::shared_ptr<Authority> Judges::accounts_judge() {
  if (accounts_ != nullptr) return accounts_overheard_;
  auto store = authority::AccountStore::open({.path = authority::accounts_path(),
                                              .host = authority::local_host_names(),
                                              .now = system_time,
                                              .deadline = policy_.current()->authority_deadline,
                                              .trace = {}},
                                             authority::Missing::Refuse);
  if (!store) {
    if (store.error().status == Status::NoAuthenticatingAuthority) return nullptr;
    return std::make_shared<RefusingAuthority>(store.error());
  }
  accounts_ = std::make_shared<authority::AccountsAuthority>(
      std::shared_ptr<authority::AccountStore>(*std::move(store)), system_time);
  accounts_overheard_ = overheard(accounts_);
  return accounts_overheard_;
}

Result<void> Judges::flush() {
  std::shared_ptr<authority::AccountsAuthority> accounts;
  {
    const std::lock_guard lock(mutex_);
    accounts = accounts_;
  }
  return accounts != nullptr ? accounts->flush() : Result<void>();
}

}  // namespace opensspi::abi
