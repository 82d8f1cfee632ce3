// Credentials saved for targets: what CredWrite, CredRead, CredEnumerate and CredDelete keep, in
// the keyring of the user's session. Unlike on Windows they end with the keyring, whatever they ask
// for: no secret is ever on a disk.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "logon/keyring.h"
#include "sspi/logon_session.h"
#include "sspi/types.h"

namespace opensspi::logon {

enum class SavedType : std::uint32_t {  // CRED_TYPE_
  Generic = 1,
  DomainPassword = 2,
  DomainCertificate = 3,
  DomainVisiblePassword = 4,
  GenericCertificate = 5,
  DomainExtended = 6,
};

struct SavedAttribute {
  std::string keyword;
  std::uint32_t flags = 0;
  Bytes value;
};

// CREDENTIALW in this library's terms; text is UTF-8.
struct SavedCredential {
  SavedType type = SavedType::Generic;
  std::uint32_t flags = 0;    // CRED_FLAGS_
  std::uint32_t persist = 1;  // CRED_PERSIST_
  std::string target, target_alias, comment, user;
  FileTime last_written = 0;
  SecretBytes blob;
  std::vector<SavedAttribute> attributes;
};

class SavedCredentials {
 public:
  SavedCredentials(uid_t user, std::function<FileTime()> now) : user_(user), now_(std::move(now)) {}

  // Replaces what is saved for the same target and type. `keep_blob`: the old secret stays, and
  // NoCredentials when there is none.
  Result<void> write(SavedCredential credential, bool keep_blob);
  // Targets compare without regard to case. NoCredentials.
  [[nodiscard]] Result<SavedCredential> read(std::string_view target, SavedType type) const;
  Result<void> remove(std::string_view target, SavedType type);
  // Those whose target begins with `filter` (which ends in '*'), or is it; all for an empty one. By
  // target and type.
  [[nodiscard]] Result<std::vector<SavedCredential>> list(std::string_view filter) const;

  // The password saved for an SPN or host, the most special target first: the SPN, the host,
  // "*.domain" of it, "*". NoCredentials.
  [[nodiscard]] Result<StoredIdentity> find(std::string_view target_name) const;
  [[nodiscard]] bool any() const;

 private:
  uid_t user_;
  std::function<FileTime()> now_;
};

}  // namespace opensspi::logon
