// What every context answers unless its package says otherwise.
#include "sspi/context.h"

namespace opensspi {

Result<Attribute> Context::query(AttributeId /*id*/) const {
  return fail(Status::UnsupportedFunction, "this context does not have that attribute");
}

}  // namespace opensspi
