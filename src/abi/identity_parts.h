// What an identity says, whatever form it has: plain, EX, EX2, or a packed logon buffer.
#pragma once

#include <optional>

#include "abi/windows_names.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace opensspi::abi {

// Text is UTF-16LE as it came, which need not be well-formed. Nothing stands for NULL.
struct IdentityParts {
  std::optional<Bytes> user, domain;
  std::optional<SecretBytes> password;
  SecretBytes packed;  // credentials of another kind: SEC_WINNT_AUTH_PACKED_CREDENTIALS as it came
  Bytes package_list;
  std::uint32_t flags = 0;  // SEC_WINNT_AUTH_IDENTITY_, those of kIdentityFlags
};

// What remains true whatever the form is: the other flags tell about width, encryption and NULLs.
inline constexpr std::uint32_t kIdentityFlags =
    SEC_WINNT_AUTH_IDENTITY_ONLY | SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER |
    OPENSSPI_AUTH_IDENTITY_NT_HASH | SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_USE_MASK;

inline constexpr std::uint32_t kEncryptedOtherwise =
    SEC_WINNT_AUTH_IDENTITY_FLAGS_SYSTEM_PROTECTED | SEC_WINNT_AUTH_IDENTITY_FLAGS_USER_PROTECTED |
    SEC_WINNT_AUTH_IDENTITY_FLAGS_SYSTEM_ENCRYPTED;
inline constexpr std::uint32_t kEncrypted =
    SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED | kEncryptedOtherwise;

// An identity of the caller, by its first words; one that is encrypted for this process is
// decrypted in a copy. InvalidToken when it is malformed, UnknownCredentials when it is encrypted
// in another way.
Result<IdentityParts> read_identity(const void* identity);

// The flags of an identity, which lie elsewhere in each form.
Result<std::uint32_t> identity_flags(const void* identity);

// Overwrites a whole block; of a plain or EX identity the password, wherever it lies.
void erase_identity(void* identity) noexcept;

}  // namespace opensspi::abi
