// Reading the standard files.
#include "abi/policy_source.h"

#include "logon/impersonation.h"
#include "policy/file.h"

namespace opensspi::abi {

PolicySource::PolicySource() {
  auto read = policy::load(policy::standard_paths());
  policy_ = std::make_shared<const policy::Policy>(
      read ? *std::move(read) : policy::refuse_everything(read.error().line));
}

std::shared_ptr<const policy::Policy> PolicySource::current() const {
  const std::lock_guard lock(mutex_);
  return policy_;
}

Result<void> PolicySource::reload() {
  // A client's files have no say over the process.
  const logon::AsProcess as_process;
  auto read = policy::load(policy::standard_paths());
  if (!read)
    return fail(Status::InvalidParameter, "a policy file has an error in this line", 0,
                read.error().line);
  auto fresh = std::make_shared<const policy::Policy>(*std::move(read));
  const std::lock_guard lock(mutex_);
  policy_ = std::move(fresh);
  return {};
}

}  // namespace opensspi::abi
