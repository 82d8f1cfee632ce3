// What Acquire for Schannel gives: the TLS of each direction asked for, with its certificates.
// Immutable.
#pragma once

#include <memory>

#include "sspi/package.h"
#include "sspi/tls_auth_data.h"

namespace opensspi::schannel {

class SchannelCredential final : public Credential {
 public:
  explicit SchannelCredential(std::shared_ptr<const TlsAuthData> auth_data);

  // NoCredentials for the direction that was not asked for; UnsupportedFunction.
  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override;
  [[nodiscard]] FileTime expiry() const override;
  [[nodiscard]] const tls::Parameters* tls(Role role) const override;

 private:
  std::shared_ptr<const TlsAuthData> auth_data_;
};

// The soonest end of a certificate's validity; kNever when there is none.
[[nodiscard]] FileTime certificate_expiry(const tls::Parameters& parameters);

}  // namespace opensspi::schannel
