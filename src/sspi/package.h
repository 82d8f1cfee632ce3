// A security package and its credentials.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "sspi/authority.h"
#include "sspi/context.h"
#include "sspi/identity.h"
#include "sspi/kdc_transport.h"
#include "sspi/logon_session.h"
#include "sspi/package_info.h"
#include "sspi/types.h"

namespace opensspi {

namespace tls {
class Parameters;
}

struct AcquireRequest {
  std::string principal;  // UTF-8; empty: the caller
  CredentialUse use = CredentialUse::Outbound;
  AuthData auth_data;
  std::shared_ptr<const LogonSession> session;  // whose credentials count without auth_data's
  bool session_named = false;                   // the caller asked for this session by its number
  bool supplied_only = false;   // SECPKG_CRED_AUTOLOGON_RESTRICTED: nothing out of the session
  bool policy_only = false;     // SECPKG_CRED_PROCESS_POLICY_ONLY: no context authenticates
  bool inside_credssp = false;  // for the inner leg of CREDSSP, where nobody is anonymous
};

// The session's own identity, where the request lets it be used. NoCredentials, NotOwner.
[[nodiscard]] Result<StoredIdentity> session_identity(const AcquireRequest& request,
                                                      std::string_view name);

class SecurityPackage;

// What Acquire gave. Immutable; contexts keep it alive through shared_from_this().
class Credential : public std::enable_shared_from_this<Credential> {
 public:
  virtual ~Credential() = default;

  // NoCredentials when the credential is not good for that role.
  virtual Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const = 0;

  [[nodiscard]] virtual FileTime expiry() const { return kNever; }
  // DOMAIN\user for SECPKG_CRED_ATTR_NAMES; NoCredentials when it has no name.
  [[nodiscard]] virtual Result<Names> names() const;
  // The TLS that sessions of that role speak; null when this is no credential of TLS.
  [[nodiscard]] virtual const tls::Parameters* tls(Role /*role*/) const { return nullptr; }

  // The same credential, whose contexts reach KDCs that way. UnsupportedFunction when the package
  // does not speak to KDCs.
  [[nodiscard]] virtual Result<std::shared_ptr<const Credential>> with_kdc_proxy(
      const KdcProxy& proxy) const;
  // The same credential with one more inside, which `package` acquires. UnsupportedFunction when
  // this one does not consist of others.
  [[nodiscard]] virtual Result<std::shared_ptr<const Credential>> with_added(
      const SecurityPackage& package, const AcquireRequest& request) const;
};

class SecurityPackage {
 public:
  virtual ~SecurityPackage() = default;
  [[nodiscard]] virtual const PackageInfo& info() const = 0;
  // Never waits.
  virtual Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const = 0;
  // Asks who judges the account's logons, and waits for it. Errors as Authority::change_password().
  virtual Result<void> change_password(const PasswordChange& /*change*/) const {
    return fail(Status::UnsupportedFunction, "that package changes no passwords");
  }
};

}  // namespace opensspi
