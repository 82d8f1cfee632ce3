// Credentials that are saved for targets, as they lie in a keyring.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
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

// InsufficientMemory for one that is larger than the kernel keeps in one key.
Result<SecretBytes> write_saved(const SavedCredential& credential);
// InternalError for what is no such payload. Text is well-formed.
Result<SavedCredential> parse_saved(ByteView payload);

}  // namespace opensspi::logon
