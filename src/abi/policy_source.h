// The policy in force: read from its files when the library is first used and when the program says
// so. Whoever holds a snapshot keeps it.
#pragma once

#include <memory>
#include <mutex>

#include "base/result.h"
#include "policy/policy.h"

namespace opensspi::abi {

class PolicySource {
 public:
  // A bad file refuses everything, until it is put right and read again.
  PolicySource();

  // Never null.
  [[nodiscard]] std::shared_ptr<const policy::Policy> current() const;
  // InvalidParameter with the line in Error::value when a file is bad: the old policy stays.
  Result<void> reload();

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const policy::Policy> policy_;
};

}  // namespace opensspi::abi
