// What every credential answers unless its package says otherwise, and what Acquire may take out of
// a logon session.
#include "sspi/package.h"

namespace opensspi {

Result<Names> Credential::names() const {
  return fail(Status::NoCredentials, "the credential has no name");
}

Result<std::shared_ptr<const Credential>> Credential::with_kdc_proxy(
    const KdcProxy& /*proxy*/) const {
  return fail(Status::UnsupportedFunction, "the package does not speak to KDCs");
}

Result<std::shared_ptr<const Credential>> Credential::with_added(const SecurityPackage&,
                                                                 const AcquireRequest&) const {
  return fail(Status::UnsupportedFunction, "nothing can be added to a credential of that package");
}

Result<StoredIdentity> session_identity(const AcquireRequest& request, std::string_view name) {
  if (request.supplied_only) {
    return fail(Status::NoCredentials, "only credentials that the caller supplies may be used");
  }
  if (request.session == nullptr) {
    return fail(Status::NoCredentials, "there is no logon session");
  }
  return request.session->identity(name);
}

}  // namespace opensspi
