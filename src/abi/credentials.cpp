// AcquireCredentialsHandle, AddCredentials and FreeCredentialsHandle.
#include "abi/acquire.h"

#include <optional>

#include "abi/auth_data.h"
#include "abi/claimed_name.h"
#include "abi/file_time.h"
#include "abi/guard.h"
#include "abi/module.h"
#include "abi/objects.h"
#include "abi/text.h"

namespace opensspi::abi {
namespace {

// What comes beside the direction. DEFAULT asks for what is taken anyhow.
constexpr std::uint32_t kExtraUses =
    SECPKG_CRED_DEFAULT | SECPKG_CRED_AUTOLOGON_RESTRICTED | SECPKG_CRED_PROCESS_POLICY_ONLY;

Result<CredentialUse> read_use(std::uint32_t use, AuthDataKind kind) {
  switch (use & ~kExtraUses) {
    case SECPKG_CRED_INBOUND:
      return CredentialUse::Inbound;
    case 0:                                // as the page of CredSSP has it for outbound
      if (kind == AuthDataKind::Schannel)  // Windows
        return fail(Status::NoCredentials, "fCredentialUse is neither inbound nor outbound");
      [[fallthrough]];
    case SECPKG_CRED_OUTBOUND:
      return CredentialUse::Outbound;
    case SECPKG_CRED_BOTH:
      return CredentialUse::Both;
    default:
      return fail(Status::UnknownCredentials, "fCredentialUse is neither inbound nor outbound");
  }
}

std::optional<Luid> read_logon_id(const LUID* logon_id) {
  if (logon_id == nullptr) return std::nullopt;
  return Luid{logon_id->LowPart, logon_id->HighPart};
}

Result<AcquireRequest> read_request(const SecurityPackage& package, AcquireCall call) {
  Module& module = Module::instance();
  // Packages ask for what is theirs; that a bad file permits nothing holds for every one.
  TRY(policy::may_acquire(*module.policy().current(), false));
  AcquireRequest request;
  TRY_ASSIGN(request.use, read_use(call.use, package.info().auth_data));
  request.supplied_only = (call.use & SECPKG_CRED_AUTOLOGON_RESTRICTED) != 0;
  request.policy_only = (call.use & SECPKG_CRED_PROCESS_POLICY_ONLY) != 0;
  if (package.info().auth_data != AuthDataKind::Schannel) {  // Windows: not looked at there
    request.session_named = call.logon_id != nullptr;
    TRY_ASSIGN(request.session, module.sessions().open(read_logon_id(call.logon_id)));
  }
  const TlsRules rules{module.observers().key_log_for_now(),
                       static_cast<tls::Version>(module.policy().current()->oldest_tls)};
  TRY_ASSIGN(request.auth_data,
             read_auth_data(package.info().auth_data, request.use, call.auth_data, rules));
  request.principal = std::move(call.principal);
  request.auth_data.authority = overheard(std::move(call.authority));
  return request;
}

Result<void> add(std::string_view package_name, AcquireCall call) {
  TRY_ASSIGN(const PinnedCredential entry, find_credential(call.credential));
  TRY_ASSIGN(const SecurityPackage* const package, Module::instance().find_package(package_name));
  TRY_ASSIGN(const AcquireRequest request, read_request(*package, call));
  FileTime expires = kNever;
  TRY(entry->replace([&](const Credential& credential) {
    auto more = credential.with_added(*package, request);
    if (more) expires = (*more)->expiry();
    return more;
  }));
  put_time_stamp(expires, call.expiry);
  return {};
}

// What both calls, in both widths, have in common: `act` is acquire or add.
template <class Char>
SECURITY_STATUS with_names(const Char* principal, const Char* package,
                           Result<void> (*act)(std::string_view, AcquireCall),
                           AcquireCall call) noexcept {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const std::string package_name, text_from(package));
    TRY_ASSIGN(call.principal, text_from(principal));
    return act(package_name, std::move(call));
  });
}

}  // namespace

Result<void> acquire(std::string_view package_name, AcquireCall call) {
  Module& module = Module::instance();
  TRY_ASSIGN(const SecurityPackage* const package, module.find_package(package_name));
  SecHandle* const handle = call.credential;
  const PTimeStamp expiry = call.expiry;
  TRY_ASSIGN(const AcquireRequest request, read_request(*package, std::move(call)));
  TRY_ASSIGN(std::shared_ptr<const Credential> credential, package->acquire(request));
  if (handle == nullptr)
    return fail(Status::InvalidHandle, "there is no place for the handle of the credential");
  const FileTime expires = credential->expiry();
  TRY_ASSIGN(const Ticket ticket, module.handles().insert(std::make_unique<CredentialEntry>(
                                      *package, std::move(credential))));
  *handle = handle_of(ticket);
  put_time_stamp(expires, expiry);
  return {};
}

}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleW(
    SEC_WCHAR* pszPrincipal, SEC_WCHAR* pszPackage, ULONG fCredentialUse, void* pvLogonId,
    void* pAuthData, SEC_GET_KEY_FN /*pGetKeyFn*/, void* /*pvGetKeyArgument*/,
    PCredHandle phCredential, PTimeStamp ptsExpiry) {
  return with_names(pszPrincipal, pszPackage, acquire,
                    AcquireCall{.use = fCredentialUse,
                                .logon_id = static_cast<const LUID*>(pvLogonId),
                                .auth_data = pAuthData,
                                .credential = phCredential,
                                .expiry = ptsExpiry});
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleA(
    SEC_CHAR* pszPrincipal, SEC_CHAR* pszPackage, ULONG fCredentialUse, void* pvLogonId,
    void* pAuthData, SEC_GET_KEY_FN /*pGetKeyFn*/, void* /*pvGetKeyArgument*/,
    PCredHandle phCredential, PTimeStamp ptsExpiry) {
  return with_names(pszPrincipal, pszPackage, acquire,
                    AcquireCall{.use = fCredentialUse,
                                .logon_id = static_cast<const LUID*>(pvLogonId),
                                .auth_data = pAuthData,
                                .credential = phCredential,
                                .expiry = ptsExpiry});
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
AddCredentialsW(PCredHandle hCredentials, SEC_WCHAR* pszPrincipal, SEC_WCHAR* pszPackage,
                ULONG fCredentialUse, void* pAuthData, SEC_GET_KEY_FN /*pGetKeyFn*/,
                void* /*pvGetKeyArgument*/, PTimeStamp ptsExpiry) {
  return with_names(pszPrincipal, pszPackage, add,
                    AcquireCall{.use = fCredentialUse,
                                .auth_data = pAuthData,
                                .credential = hCredentials,
                                .expiry = ptsExpiry});
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
AddCredentialsA(PCredHandle hCredentials, SEC_CHAR* pszPrincipal, SEC_CHAR* pszPackage,
                ULONG fCredentialUse, void* pAuthData, SEC_GET_KEY_FN /*pGetKeyFn*/,
                void* /*pvGetKeyArgument*/, PTimeStamp ptsExpiry) {
  return with_names(pszPrincipal, pszPackage, add,
                    AcquireCall{.use = fCredentialUse,
                                .auth_data = pAuthData,
                                .credential = hCredentials,
                                .expiry = ptsExpiry});
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY FreeCredentialsHandle(PCredHandle phCredential) {
  return guard([&]() -> Result<void> {
    if (phCredential == nullptr ||
        !Module::instance().handles().close<CredentialEntry>(ticket_of(*phCredential)))
      return fail(Status::InvalidHandle, "this is not the handle of a credential");
    return {};
  });
}
