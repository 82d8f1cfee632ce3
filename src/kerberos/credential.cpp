// Contexts, and what can be asked of a credential.
#include "kerberos/credential.h"

#include <algorithm>
#include <utility>

#include "kerberos/client.h"
#include "kerberos/logon_tickets.h"
#include "kerberos/server.h"
#include "kerberos/server_keys.h"

namespace opensspi::kerberos {

KerberosCredential::KerberosCredential(std::shared_ptr<const Environment> environment,
                                       Result<Source> outbound, Result<Source> inbound,
                                       std::shared_ptr<Authority> authority,
                                       std::optional<KdcProxy> kdc_proxy)
    : environment_(std::move(environment)),
      outbound_(std::move(outbound)),
      inbound_(std::move(inbound)),
      authority_(std::move(authority)),
      kdc_proxy_(std::move(kdc_proxy)) {
  const KdcWay way{environment_, kdc_proxy_};
  if (outbound_) tickets_ = std::make_shared<LogonTickets>(*outbound_, way);
  if (inbound_) keys_ = std::make_shared<ServerKeys>(*inbound_, way);
}

Result<std::unique_ptr<Context>> KerberosCredential::new_context(
    const ContextRequest& request) const {
  TRY(source(request.role));
  if (request.role == Role::Client && !request.mechanism_oid.empty()) TRY(tickets_->may_be_tried());
  if (request.role == Role::Client) return ClientContext::create(environment_, tickets_, request);
  return ServerContext::create(environment_, keys_, authority_, request);
}

FileTime KerberosCredential::expiry() const {
  FileTime soonest = kNever;
  for (const Result<Source>* source : {&outbound_, &inbound_}) {
    if (*source) soonest = std::min(soonest, (*source)->expiry);
  }
  return soonest;
}

Result<Names> KerberosCredential::names() const {
  for (const Result<Source>* source : {&outbound_, &inbound_}) {
    if (*source && !(*source)->name.empty()) return Names{(*source)->name};
  }
  return Credential::names();
}

Result<std::shared_ptr<const Credential>> KerberosCredential::with_kdc_proxy(
    const KdcProxy& proxy) const {
  auto changed =
      std::make_shared<KerberosCredential>(environment_, outbound_, inbound_, authority_, proxy);
  if (tickets_ != nullptr) changed->tickets_->heed_refusal_of(*tickets_);
  return changed;
}

}  // namespace opensspi::kerberos
