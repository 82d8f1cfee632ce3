// What Acquire for Schannel gives: the TLS of each direction asked for, with its certificates.
// Immutable, but for the sessions that its clients can take up again.
#pragma once

#include <memory>

#include "schannel/session_cache.h"
#include "sspi/package.h"
#include "sspi/tls_auth_data.h"

namespace opensspi::schannel {

class SchannelCredential final : public Credential {
 public:
  explicit SchannelCredential(std::shared_ptr<const TlsAuthData> auth_data);

  // NoCredentials for the direction that was not asked for; UnsupportedFunction for datagrams.
  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override;
  [[nodiscard]] FileTime expiry() const override;
  [[nodiscard]] const tls::Parameters* tls(Role role) const override;
  [[nodiscard]] const TlsAuthData& auth_data() const { return *auth_data_; }
  [[nodiscard]] SessionCache& sessions() const { return sessions_; }

 private:
  std::shared_ptr<const TlsAuthData> auth_data_;
  mutable SessionCache sessions_;
};

// The soonest end of a certificate's validity; kNever when there is none.
[[nodiscard]] FileTime certificate_expiry(const tls::Parameters& parameters);

}  // namespace opensspi::schannel
