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
                                       Result<Source> outbound, Result<Source> inbound)
    : environment_(std::move(environment)),
      outbound_(std::move(outbound)),
      inbound_(std::move(inbound)) {
  if (outbound_) tickets_ = std::make_shared<LogonTickets>(*outbound_);
  if (inbound_) keys_ = std::make_shared<ServerKeys>(*inbound_);
}

Result<std::unique_ptr<Context>> KerberosCredential::new_context(
    const ContextRequest& request) const {
  TRY(source(request.role));
  const bool direct = !kdc_proxy_ || !kdc_proxy_->forced;
  if (request.role == Role::Client && !direct) {
    return fail(Status::UnsupportedFunction, "this version speaks to no KDC through a proxy");
  }
  if (request.role == Role::Client && !request.mechanism_oid.empty()) TRY(tickets_->may_be_tried());
  if (request.role == Role::Client) return ClientContext::create(environment_, tickets_, request);
  return ServerContext::create(environment_, keys_, request);
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
  auto changed = std::make_shared<KerberosCredential>(*this);
  changed->kdc_proxy_ = proxy;
  return changed;
}

}  // namespace opensspi::kerberos
