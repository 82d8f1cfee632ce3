// Acquire for CREDSSP.
#include "credssp/package.h"

#include <optional>
#include <utility>

#include "credssp/credential.h"
#include "sspi/refused_credential.h"
#include "sspi/tls_auth_data.h"

namespace opensspi::credssp {
namespace {

class CredSspPackage final : public SecurityPackage {
 public:
  CredSspPackage(std::shared_ptr<const Environment> environment, const SecurityPackage& negotiate)
      : environment_(std::move(environment)), negotiate_(negotiate) {}

  [[nodiscard]] const PackageInfo& info() const override { return package_info(); }
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const override;

 private:
  [[nodiscard]] Result<CredSspCredential::Outbound> outbound(const AcquireRequest& request) const;
  [[nodiscard]] Result<CredSspCredential::Inbound> inbound(const AcquireRequest& request) const;
  [[nodiscard]] Result<std::shared_ptr<Credential>> acquire_negotiate(const AcquireRequest& request,
                                                                      CredentialUse use) const;
  [[nodiscard]] Result<std::shared_ptr<Credential>> acquire_negotiate_as(
      const AcquireRequest& request, std::shared_ptr<const Identity> identity) const;
  [[nodiscard]] Result<CredSspCredential::Client> saved_for(const AcquireRequest& request,
                                                            std::string_view target_name) const;

  std::shared_ptr<const Environment> environment_;
  const SecurityPackage& negotiate_;
};

Result<std::shared_ptr<Credential>> CredSspPackage::acquire(const AcquireRequest& request) const {
  std::optional<CredSspCredential::Outbound> out;
  std::optional<CredSspCredential::Inbound> in;
  if (request.use != CredentialUse::Inbound) {
    TRY_ASSIGN(out, outbound(request));
  }
  if (request.use != CredentialUse::Outbound) {
    TRY_ASSIGN(in, inbound(request));
  }
  return std::make_shared<CredSspCredential>(environment_, std::move(out), std::move(in));
}

Result<CredSspCredential::Outbound> CredSspPackage::outbound(const AcquireRequest& request) const {
  CredSspCredential::Outbound out;
  if (request.auth_data.tls != nullptr) out.tls = request.auth_data.tls->client;
  if (out.tls == nullptr) {
    TRY_ASSIGN(out.tls, tls::Parameters::client(tls::Options{}));
  }
  out.policy_only = request.policy_only;
  out.remote_guard = request.auth_data.remote_guard;
  out.client.identity = request.auth_data.identity;
  if (out.client.identity != nullptr) {
    TRY_ASSIGN(out.client.negotiate, acquire_negotiate(request, CredentialUse::Outbound));
    return out;
  }
  Result<StoredIdentity> own = session_identity(request, request.principal);
  if (own) {
    out.client.identity = own->identity;
    out.client.expiry = own->expiry;
  }
  const bool may_save = request.session != nullptr && !request.supplied_only;
  if (may_save && request.principal.empty()) {
    out.saved_for = [this, request](std::string_view target_name) {
      return saved_for(request, target_name);
    };
  }
  const bool any_saved = out.saved_for && request.session->has_saved();
  const auto negotiate = acquire_negotiate_as(request, out.client.identity);
  // Where the session's own is of no use, what is saved in it may be.
  if (!negotiate && !any_saved) return fail(negotiate.error());
  out.client.negotiate =
      negotiate ? *negotiate : std::make_shared<RefusedCredential>(negotiate.error());
  // Windows always has somebody who runs the program. Here there may be nobody: then it is said
  // now.
  const bool anybody =
      own || any_saved || (request.principal.empty() && out.client.negotiate->names());
  if (!anybody) return fail(own.error());
  return out;
}

Result<CredSspCredential::Inbound> CredSspPackage::inbound(const AcquireRequest& request) const {
  CredSspCredential::Inbound in;
  if (request.auth_data.tls != nullptr) in.tls = request.auth_data.tls->server;
  if (in.tls == nullptr || !in.tls->has_certificate()) {
    return fail(Status::NoCredentials, "a CredSSP server needs a certificate and its private key");
  }
  TRY_ASSIGN(in.negotiate, acquire_negotiate(request, CredentialUse::Inbound));
  return in;
}

Result<std::shared_ptr<Credential>> CredSspPackage::acquire_negotiate_as(
    const AcquireRequest& request, std::shared_ptr<const Identity> identity) const {
  AcquireRequest inner = request;
  inner.auth_data.identity = std::move(identity);
  return acquire_negotiate(inner, CredentialUse::Outbound);
}

Result<CredSspCredential::Client> CredSspPackage::saved_for(const AcquireRequest& request,
                                                            std::string_view target_name) const {
  TRY_ASSIGN(const StoredIdentity saved, request.session->saved(target_name));
  TRY_ASSIGN(auto negotiate, acquire_negotiate_as(request, saved.identity));
  return CredSspCredential::Client{std::move(negotiate), saved.identity, saved.expiry};
}

// Negotiate gets the identity and the authority, not the TLS part.
Result<std::shared_ptr<Credential>> CredSspPackage::acquire_negotiate(const AcquireRequest& request,
                                                                      CredentialUse use) const {
  AcquireRequest inner = request;
  inner.use = use;
  inner.auth_data.tls = nullptr;
  inner.inside_credssp = true;
  // No response of a password's leaves the machine either.
  if (inner.auth_data.remote_guard) inner.auth_data.package_list += ",!ntlm";
  return negotiate_.acquire(inner);
}

}  // namespace

const PackageInfo& package_info() {
  static const PackageInfo info = [] {
    PackageInfo credssp;
    credssp.name = "CREDSSP";
    credssp.comment = "Microsoft CredSSP Security Provider";
    credssp.capabilities = 0x00810733;
    credssp.rpc_id = 0xFFFF;
    credssp.max_token = 73032;
    credssp.auth_data = AuthDataKind::CredSsp;
    return credssp;
  }();
  return info;
}

std::unique_ptr<SecurityPackage> make_package(std::shared_ptr<const Environment> environment,
                                              const SecurityPackage& negotiate) {
  return std::make_unique<CredSspPackage>(std::move(environment), negotiate);
}

}  // namespace opensspi::credssp
