// From credentials to contexts.
#include "credssp/credential.h"

#include <algorithm>
#include <utility>

#include "credssp/client.h"
#include "credssp/context.h"
#include "credssp/server.h"
#include "credssp/ts_credentials.h"
#include "schannel/credential.h"
#include "sspi/target_name.h"

namespace opensspi::credssp {
namespace {

// [MS-CSSP] 3.1.5 asks the inner exchange for confidentiality, [MS-SPNG] for mutual
// authentication. Replay and sequence detection are not asked for: peers number their Kerberos
// wrap tokens differently. User-to-user is the caller's to ask for.
ContextRequest inner_request(const ContextRequest& request) {
  ContextRequest inner;
  inner.role = request.role;
  inner.flags = ContextFlags::MutualAuth | ContextFlags::Confidentiality | ContextFlags::Integrity |
                (request.flags & ContextFlags::UseSessionKey);
  inner.target_name = request.target_name;
  inner.inside_credssp = true;
  return inner;
}

policy::CredentialKind kind_of(const Identity& identity) {
  switch (identity.origin) {
    case Identity::Origin::Fresh:
      return policy::CredentialKind::Fresh;
    case Identity::Origin::Saved:
      return policy::CredentialKind::Saved;
    case Identity::Origin::Default:
      break;
  }
  return policy::CredentialKind::Default;
}

bool is_supplied(const Identity* identity) {
  return identity != nullptr && identity->origin == Identity::Origin::Fresh;
}

}  // namespace

CredSspCredential::CredSspCredential(std::shared_ptr<const Environment> environment,
                                     std::optional<Outbound> outbound,
                                     std::optional<Inbound> inbound)
    : environment_(std::move(environment)),
      outbound_(std::move(outbound)),
      inbound_(std::move(inbound)) {}

Result<std::unique_ptr<Context>> CredSspCredential::new_context(
    const ContextRequest& request) const {
  // What else CredSSP cannot give is not granted; these would be another protocol, another way.
  if (has(request.flags, ContextFlags::PromptForCreds)) {
    return fail(Status::UnsupportedFunction, "nobody is asked for credentials here");
  }
  if (has(request.flags, ContextFlags::Datagram)) {
    return fail(Status::UnsupportedFunction, "CredSSP is spoken over streams only");
  }
  return request.role == Role::Client ? new_client(request) : new_server(request);
}

// The soonest of what is inside.
FileTime CredSspCredential::expiry() const {
  FileTime soonest = negotiate().expiry();
  if (outbound_) soonest = std::min(soonest, outbound_->client.expiry);
  for (const tls::Parameters* tls :
       {outbound_ ? outbound_->tls.get() : nullptr, inbound_ ? inbound_->tls.get() : nullptr}) {
    if (tls != nullptr) soonest = std::min(soonest, schannel::certificate_expiry(*tls));
  }
  return soonest;
}

Result<Names> CredSspCredential::names() const {
  return negotiate().names();
}

// Negotiate is what speaks to KDCs.
Result<std::shared_ptr<const Credential>> CredSspCredential::with_kdc_proxy(
    const KdcProxy& proxy) const {
  std::optional<Outbound> outbound = outbound_;
  if (outbound) {
    TRY_ASSIGN(outbound->client.negotiate, outbound->client.negotiate->with_kdc_proxy(proxy));
  }
  if (outbound && outbound->saved_for) {
    outbound->saved_for = [saved_for = std::move(outbound->saved_for),
                           proxy](std::string_view target_name) -> Result<Client> {
      TRY_ASSIGN(Client saved, saved_for(target_name));
      TRY_ASSIGN(saved.negotiate, saved.negotiate->with_kdc_proxy(proxy));
      return saved;
    };
  }
  std::optional<Inbound> inbound = inbound_;
  if (inbound) {
    TRY_ASSIGN(inbound->negotiate, inbound->negotiate->with_kdc_proxy(proxy));
  }
  return std::make_shared<CredSspCredential>(environment_, std::move(outbound), std::move(inbound));
}

Result<std::unique_ptr<Context>> CredSspCredential::new_client(
    const ContextRequest& request) const {
  if (!outbound_) return fail(Status::NoCredentials, "the credential is for servers only");
  if (outbound_->policy_only) {
    return fail(Status::NoCredentials, "the credential was acquired to look at policy only");
  }
  const Client client = client_for(request.target_name);
  SecretBytes ts_credentials = empty_ts_credentials();
  // ISC_REQ_DELEGATE not set: an empty set of credentials is delegated.
  ClientRules rules;
  rules.delegates = has(request.flags, ContextFlags::Delegate);
  rules.oldest_version = oldest_version(request.role);
  rules.remote_guard = rules.delegates && outbound_->remote_guard;
  if (rules.delegates && !rules.remote_guard) {
    if (client.identity == nullptr) {
      return fail(Status::NoCredentials, "there are no credentials to delegate");
    }
    TRY_ASSIGN(rules.needs_mutual_auth, needs_mutual_auth(*client.identity, request.target_name));
    TRY_ASSIGN(ts_credentials, write_ts_credentials(*client.identity));
  }
  TRY_ASSIGN(auto inner, client.negotiate->new_context(inner_request(request)));
  TRY_ASSIGN(auto session, tls::Session::client(outbound_->tls, host_of(request.target_name)));
  auto protocol = std::make_unique<ClientProtocol>(environment_, std::move(inner),
                                                   std::move(ts_credentials), rules);
  ContextRequest outer = request;
  if (!is_supplied(client.identity.get()))
    outer.flags = outer.flags & ~ContextFlags::UseSuppliedCreds;
  return std::make_unique<CredSspContext>(outer, std::move(session), std::move(protocol));
}

Result<std::unique_ptr<Context>> CredSspCredential::new_server(
    const ContextRequest& request) const {
  if (!inbound_) return fail(Status::NoCredentials, "the credential is for clients only");
  TRY_ASSIGN(auto inner, inbound_->negotiate->new_context(inner_request(request)));
  TRY_ASSIGN(auto session, tls::Session::server(inbound_->tls));
  auto protocol = std::make_unique<ServerProtocol>(
      std::move(inner),
      ServerRules{oldest_version(request.role), environment_->policy()->remote_guard});
  return std::make_unique<CredSspContext>(request, std::move(session), std::move(protocol));
}

Result<bool> CredSspCredential::needs_mutual_auth(const Identity& identity,
                                                  std::string_view target_name) const {
  switch (
      policy::may_delegate(environment_->policy()->delegation, kind_of(identity), target_name)) {
    case policy::Delegation::Permitted:
      return false;
    case policy::Delegation::WithMutualAuth:
      return true;
    case policy::Delegation::Refused:
      break;
  }
  return fail(Status::DelegationPolicy,
              "policy does not let credentials of this kind be delegated to that target");
}

std::uint32_t CredSspCredential::oldest_version(Role role) const {
  return policy::oldest_credssp_version(*environment_->policy(), role == Role::Server);
}

const Credential& CredSspCredential::negotiate() const {
  return outbound_ ? *outbound_->client.negotiate : *inbound_->negotiate;
}

CredSspCredential::Client CredSspCredential::client_for(std::string_view target_name) const {
  if (outbound_->saved_for) {
    if (Result<Client> saved = outbound_->saved_for(target_name)) return *std::move(saved);
  }
  return outbound_->client;
}

}  // namespace opensspi::credssp
