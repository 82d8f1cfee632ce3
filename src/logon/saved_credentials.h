// Credentials saved for targets: what CredWrite, CredRead, CredEnumerate and CredDelete keep, in
// the keyring of the user's session. Unlike on Windows they end with the keyring, whatever they ask
// for: no secret is ever on a disk.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logon/keyring.h"
#include "logon/saved_payload.h"
#include "sspi/logon_session.h"
#include "sspi/types.h"

namespace opensspi::logon {

class SavedCredentials {
 public:
  SavedCredentials(uid_t user, std::function<FileTime()> now) : user_(user), now_(std::move(now)) {}

  // Replaces what is saved for the same target and type. `keep_blob`: the old secret stays, and
  // NoCredentials when there is none. InsufficientMemory for more than the kernel keeps: of one
  // credential, or of all keys of the user.
  Result<void> write(SavedCredential credential, bool keep_blob);
  // Targets compare without regard to case. NoCredentials.
  [[nodiscard]] Result<SavedCredential> read(std::string_view target, SavedType type) const;
  Result<void> remove(std::string_view target, SavedType type);
  // Those whose target begins with `filter` (which ends in '*'), or is it; all for an empty one. By
  // target and type.
  [[nodiscard]] Result<std::vector<SavedCredential>> list(std::string_view filter) const;

  // The password saved for an SPN or host, the most special target first: the SPN, the SPN without
  // port and realm, the host, "*.domain" of it, "*Session", "*". Generic credentials count under an
  // SPN only. NoCredentials.
  [[nodiscard]] Result<StoredIdentity> find(std::string_view target_name) const;
  // Whether there is a target for which find() would find something.
  [[nodiscard]] bool any() const;

 private:
  uid_t user_;
  std::function<FileTime()> now_;
};

}  // namespace opensspi::logon
