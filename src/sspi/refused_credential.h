// In the place of a credential that a package would not give: what it said then is what contexts
// say.
#pragma once

#include "sspi/package.h"

namespace opensspi {

class RefusedCredential final : public Credential {
 public:
  explicit RefusedCredential(const Error& error) : error_(error) {}

  Result<std::unique_ptr<Context>> new_context(const ContextRequest& /*request*/) const override {
    return fail(error_);
  }

 private:
  Error error_;
};

}  // namespace opensspi
