// What every context and credential answers unless its package says otherwise.
#include "sspi/context.h"

#include "sspi/package.h"

namespace opensspi {

Result<Attribute> Context::query(AttributeId /*id*/) const {
  return fail(Status::UnsupportedFunction, "this context does not have that attribute");
}

Result<Names> Credential::names() const {
  return fail(Status::NoCredentials, "the credential has no name");
}

}  // namespace opensspi
