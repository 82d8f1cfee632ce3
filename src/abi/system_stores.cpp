// Folders of certificate files, and the system's authorities.
#include "abi/system_stores.h"

#include <string>

#include "base/folders.h"
#include "base/utf16.h"
#include "x509/files.h"

namespace opensspi::abi {
namespace {

// Missing or unknown folders are empty ones.
std::vector<x509::KeyPair> certificates_of(StoreOwner owner, const std::string& store) {
  const std::string settings = owner == StoreOwner::User ? config_folder() : "/etc";
  if (settings.empty()) return {};
  return x509::certificates_of_folder(settings + "/opensspi/certificates/" + store);
}

}  // namespace

Result<std::vector<x509::KeyPair>> system_store(std::string_view name, StoreOwner owner) {
  if (same_name(name, "ROOT")) return x509::system_authorities();
  if (same_name(name, "CA")) return certificates_of(owner, "ca");
  if (same_name(name, "MY")) return certificates_of(owner, "my");
  return fail(Status::TargetUnknown, "the system stores are MY, CA and ROOT");
}

}  // namespace opensspi::abi
