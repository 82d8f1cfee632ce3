// Folders of certificate files, and the system's authorities.
#include "abi/system_stores.h"

#include "base/utf16.h"

namespace opensspi::abi {

Result<std::vector<x509::KeyPair>> system_store(std::string_view name, StoreOwner owner) {
  if (same_name(name, "ROOT")) return x509::system_authorities();
  if (same_name(name, "CA")) return x509::certificates_of_store(owner, "ca");
  if (same_name(name, "MY")) return x509::certificates_of_store(owner, "my");
  return fail(Status::TargetUnknown, "the system stores are MY, CA and ROOT");
}

}  // namespace opensspi::abi
