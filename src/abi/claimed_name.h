// Whom the client of an acceptor says it is. The judge hears the name in the middle of a step; the
// leg that runs the step in the same thread keeps it, also when the judge refuses.
#pragma once

#include <memory>
#include <string>

#include "sspi/authority.h"

namespace opensspi::abi {

// While it lives, names that judges in this thread hear go into `name`.
class ClaimedNameScope {
 public:
  explicit ClaimedNameScope(std::string& name) noexcept;
  ClaimedNameScope(const ClaimedNameScope&) = delete;
  ClaimedNameScope& operator=(const ClaimedNameScope&) = delete;
  ~ClaimedNameScope();

 private:
  std::string* outer_;
};

// The same judge, overheard. Null stays null.
std::shared_ptr<Authority> overheard(std::shared_ptr<Authority> authority);

}  // namespace opensspi::abi
