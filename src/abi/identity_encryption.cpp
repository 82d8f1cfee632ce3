// SspiEncryptAuthIdentity and its kin: identities of one block are encrypted where they lie, for
// this process. There is nobody on this system who could keep a key for a logon session or for the
// system, so those options are refused.
#include "abi/guard.h"
#include "abi/identity_block.h"
#include "abi/identity_cipher.h"

namespace opensspi::abi {
namespace {

Result<void> check_options(std::uint32_t options) {
  switch (options) {
    case SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_PROCESS:
      return {};
    case SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_LOGON:
    case SEC_WINNT_AUTH_IDENTITY_ENCRYPT_FOR_SYSTEM:
      return fail(Status::UnsupportedFunction,
                  "identities can be encrypted for the process, not for a logon session or the "
                  "system");
    default:
      return fail(Status::InvalidParameter, "the options are not one way to encrypt an identity");
  }
}

Result<ByteSpan> block_of(void* identity) {
  if (identity == nullptr) return fail(Status::InvalidParameter, "there is no identity");
  if (!is_identity_block(identity))
    return fail(Status::InvalidParameter,
                "only an identity in one block (EX2) can be encrypted in place; "
                "SspiCopyAuthIdentity makes one");
  TRY_ASSIGN(const ByteView block, identity_block_at(identity));
  TRY_ASSIGN(const auto header, read_identity_header(block));
  if ((header.Flags & kEncryptedOtherwise) != 0)
    return fail(Status::UnsupportedFunction,
                "the identity is encrypted for a logon session or for the system");
  return ByteSpan(static_cast<std::uint8_t*>(identity), block.size());
}

SECURITY_STATUS encrypt(std::uint32_t options, void* identity) noexcept {
  return guard([&]() -> Result<void> {
    TRY(check_options(options));
    TRY_ASSIGN(const ByteSpan block, block_of(identity));
    return encrypt_identity_block(block);
  });
}

SECURITY_STATUS decrypt(std::uint32_t options, void* identity) noexcept {
  return guard([&]() -> Result<void> {
    TRY(check_options(options));
    TRY_ASSIGN(const ByteSpan block, block_of(identity));
    return decrypt_identity_block(block);
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiEncryptAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData) {
  return encrypt(SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_PROCESS, AuthData);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiEncryptAuthIdentityEx(ULONG Options, PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData) {
  return encrypt(Options, AuthData);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiDecryptAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE EncryptedAuthData) {
  return decrypt(SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_PROCESS, EncryptedAuthData);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiDecryptAuthIdentityEx(ULONG Options, PSEC_WINNT_AUTH_IDENTITY_OPAQUE EncryptedAuthData) {
  return decrypt(Options, EncryptedAuthData);
}

OPENSSPI_EXPORT BOOLEAN SEC_ENTRY
SspiIsAuthIdentityEncrypted(PSEC_WINNT_AUTH_IDENTITY_OPAQUE EncryptedAuthData) {
  if (EncryptedAuthData == nullptr) return FALSE;
  const auto flags = identity_flags(EncryptedAuthData);
  return flags && (*flags & kEncrypted) != 0 ? TRUE : FALSE;
}
