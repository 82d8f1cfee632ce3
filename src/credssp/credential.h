// What Acquire for CREDSSP gives: for each direction asked for, a TLS set-up and a credential of
// Negotiate; a client's has the identity to delegate too. Immutable.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "sspi/environment.h"
#include "sspi/package.h"
#include "tls/session.h"

namespace opensspi::credssp {

class CredSspCredential final : public Credential {
 public:
  // Whom a client authenticates as, and what it delegates.
  struct Client {
    std::shared_ptr<const Credential> negotiate;
    std::shared_ptr<const Identity> identity;  // what is delegated; null: nothing can be
    FileTime expiry = kNever;                  // of what the session holds
  };
  struct Outbound {
    std::shared_ptr<const tls::Parameters> tls;
    Client client;  // the caller's, else the session's own
    // [MS-CSSP] 3.1.5 note <2>: who supplied nothing is who is saved for the target, if anybody.
    // NoCredentials when nobody is; empty when the caller supplied its own.
    std::function<Result<Client>(std::string_view target_name)> saved_for;
    bool policy_only = false;
    bool remote_guard = false;  // the negotiation's tickets are what is delegated
  };
  struct Inbound {
    std::shared_ptr<const tls::Parameters> tls;
    std::shared_ptr<const Credential> negotiate;
  };

  CredSspCredential(std::shared_ptr<const Environment> environment,
                    std::optional<Outbound> outbound, std::optional<Inbound> inbound);

  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override;
  [[nodiscard]] FileTime expiry() const override;
  [[nodiscard]] Result<Names> names() const override;
  [[nodiscard]] Result<std::shared_ptr<const Credential>> with_kdc_proxy(
      const KdcProxy& proxy) const override;

 private:
  Result<std::unique_ptr<Context>> new_client(const ContextRequest& request) const;
  Result<std::unique_ptr<Context>> new_server(const ContextRequest& request) const;
  [[nodiscard]] const Credential& negotiate() const;
  // Whether delegation waits for a proven server. DelegationPolicy when policy forbids it.
  [[nodiscard]] Result<bool> needs_mutual_auth(const Identity& identity,
                                               std::string_view target_name) const;
  [[nodiscard]] std::uint32_t oldest_version(Role role) const;
  [[nodiscard]] Client client_for(std::string_view target_name) const;

  std::shared_ptr<const Environment> environment_;
  std::optional<Outbound> outbound_;
  std::optional<Inbound> inbound_;
};

}  // namespace opensspi::credssp
