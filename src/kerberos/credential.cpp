// What can be asked of a credential.
#include "kerberos/credential.h"

#include <algorithm>

namespace opensspi::kerberos {

Result<std::unique_ptr<Context>> KerberosCredential::new_context(
    const ContextRequest& request) const {
  TRY(source(request.role));
  return fail(Status::UnsupportedFunction,
              "this version acquires credentials of Kerberos but establishes no contexts");
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
