// What an identity is to the store of saved credentials (wincred.h), and the host that a target
// names.
#include <string>
#include <string_view>

#include "abi/arguments.h"
#include "abi/guard.h"
#include "abi/identity_parts.h"
#include "abi/memory.h"
#include "abi/packed_credentials.h"
#include "abi/text.h"
#include "abi/wide_text.h"
#include "sspi/target_name.h"
#include "wincred.h"

namespace opensspi::abi {
namespace {

// Saved credentials are names with passwords.
Result<void> check_password(const IdentityParts& parts) {
  if (!parts.packed.empty()) return fail(no_password(parts.packed.expose()));
  if ((parts.flags & OPENSSPI_AUTH_IDENTITY_NT_HASH) != 0)
    return fail(Status::UnknownCredentials, "an NT hash cannot be saved as a password");
  return {};
}

Bytes qualified_name(const IdentityParts& parts) {
  AccountName name;
  if (parts.domain) name.domain = *parts.domain;
  if (parts.user) name.user = *parts.user;
  return join_account_name(name);
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SspiGetTargetHostName(PCWSTR pszTargetName,
                                                                PWSTR* pszHostName) {
  return guard([&]() -> Result<void> {
    TRY(need({pszTargetName, pszHostName}));
    TRY_ASSIGN(const std::string target, text_from(pszTargetName));
    const std::string_view host = host_of(target);
    if (host.empty()) return fail(Status::InvalidParameter, "the target names no host");
    TRY_ASSIGN(auto block, text_block<SEC_WCHAR>(host));
    *pszHostName = block.release();
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiPrepareForCredRead(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, PCWSTR pszTargetName,
                       PULONG pCredmanCredentialType, PCWSTR* ppszCredmanTargetName) {
  return guard([&]() -> Result<void> {
    TRY(need({pszTargetName, pCredmanCredentialType, ppszCredmanTargetName}));
    if (AuthIdentity != nullptr) {
      TRY_ASSIGN(const IdentityParts parts, read_identity(AuthIdentity));
      TRY(check_password(parts));
    }
    TRY_ASSIGN(auto target, wide_block(units_of(pszTargetName)));
    *pCredmanCredentialType = CRED_TYPE_DOMAIN_PASSWORD;
    *ppszCredmanTargetName = target.release();
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SspiPrepareForCredWrite(
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, PCWSTR pszTargetName,
    PULONG pCredmanCredentialType, PCWSTR* ppszCredmanTargetName, PCWSTR* ppszCredmanUserName,
    PUCHAR* ppCredentialBlob, PULONG pCredentialBlobSize) {
  return guard([&]() -> Result<void> {
    TRY(need({AuthIdentity, pCredmanCredentialType, ppszCredmanTargetName, ppszCredmanUserName,
              ppCredentialBlob, pCredentialBlobSize}));
    TRY_ASSIGN(const IdentityParts parts, read_identity(AuthIdentity));
    TRY(check_password(parts));
    const Bytes name = qualified_name(parts);
    // Without a target it is the user's credential for whatever asks for that user.
    TRY_ASSIGN(auto target,
               wide_block(pszTargetName != nullptr ? units_of(pszTargetName) : ByteView(name)));
    TRY_ASSIGN(auto user, wide_block(name));
    const ByteView password = parts.password ? parts.password->expose() : ByteView();
    auto blob = copy_to_block(password);
    *pCredmanCredentialType = CRED_TYPE_DOMAIN_PASSWORD;
    *ppszCredmanTargetName = target.release();
    *ppszCredmanUserName = user.release();
    *ppCredentialBlob = blob.release();
    *pCredentialBlobSize = static_cast<ULONG>(password.size());
    return {};
  });
}
