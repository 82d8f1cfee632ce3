// Which authority judges inbound logons that bring none of their own: the program's, else what the
// policy names of the accounts of this machine and its domain, as far as they are there.
#pragma once

#include <memory>
#include <mutex>

#include "abi/policy_source.h"
#include "policy/policy.h"
#include "sspi/authority.h"

namespace opensspi::abi {

class Judges {
 public:
  explicit Judges(const PolicySource& policy);

  // The program's own judge; null: back to the policy's.
  void set_own(std::shared_ptr<Authority> authority);
  // Of those that the policy permits, only these judge from now on.
  void limit(policy::Authorities authorities);
  // Who judges now. Null when nobody is configured: policy says so, or there are no accounts.
  // Never waits.
  [[nodiscard]] std::shared_ptr<Authority> current();
  // Writes last logons and failures that the accounts still hold in this process.
  Result<void> flush();

 private:
  class AccountsWhenAsked;
  struct Domain {
    std::shared_ptr<Authority> alone, with_accounts;  // null: this machine has no libwbclient
  };

  const Domain& domain();

  const PolicySource& policy_;
  const std::shared_ptr<AccountsWhenAsked> accounts_;
  const std::shared_ptr<Authority> accounts_judge_;
  std::once_flag domain_made_;
  Domain domain_;
  std::mutex mutex_;
  std::shared_ptr<Authority> own_;
  policy::Authorities limit_;
};

}  // namespace opensspi::abi
