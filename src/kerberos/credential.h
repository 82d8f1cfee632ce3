// What Acquire for Kerberos gave: for each direction where its tickets or keys are, or why there
// are none. Immutable but for the tickets it has got.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "kerberos/library.h"
#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::kerberos {

struct CacheName {
  std::string name;                                 // for libkrb5, with its type
  std::shared_ptr<const DelegatedTickets> owner{};  // with whom the cache ends; null: nobody
};
struct KeytabName {
  std::string name;
};

// One direction.
struct Source {
  // A ticket cache; a keytab; or an identity, from whose secret tickets and keys can be had.
  std::variant<CacheName, KeytabName, std::shared_ptr<const Identity>> where;
  std::string principal;  // as it is written there; empty: any of the keytab's, or the identity's
  std::string name;       // for people and programs: user@REALM
  FileTime expiry = kNever;
  Configuration configuration = Configuration::Machines;
};

class LogonTickets;
class ServerKeys;

class KerberosCredential final : public Credential {
 public:
  // A direction that was not asked for, or that there is nothing for, has the error that its
  // contexts answer with.
  // `authority`: the caller's own judge, null for the environment's.
  KerberosCredential(std::shared_ptr<const Environment> environment, Result<Source> outbound,
                     Result<Source> inbound, std::shared_ptr<Authority> authority,
                     std::optional<KdcProxy> kdc_proxy = std::nullopt);

  Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override;
  // The soonest of both directions.
  [[nodiscard]] FileTime expiry() const override;
  // user@REALM: the client's, else the server's.
  [[nodiscard]] Result<Names> names() const override;
  [[nodiscard]] Result<std::shared_ptr<const Credential>> with_kdc_proxy(
      const KdcProxy& proxy) const override;

  [[nodiscard]] const Result<Source>& source(Role role) const {
    return role == Role::Client ? outbound_ : inbound_;
  }
  [[nodiscard]] const std::optional<KdcProxy>& kdc_proxy() const { return kdc_proxy_; }

 private:
  std::shared_ptr<const Environment> environment_;
  Result<Source> outbound_, inbound_;
  std::shared_ptr<Authority> authority_;
  std::shared_ptr<LogonTickets> tickets_;  // null: no client
  std::shared_ptr<ServerKeys> keys_;       // null: no server
  std::optional<KdcProxy> kdc_proxy_;
};

}  // namespace opensspi::kerberos
