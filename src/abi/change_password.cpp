// ChangeAccountPassword.
#include <string>

#include "abi/buffers.h"
#include "abi/guard.h"
#include "abi/module.h"
#include "abi/text.h"
#include "abi/wide_text.h"
#include "logon/impersonation.h"

namespace opensspi::abi {
namespace {

// What else the caller expects to be told: a domain's rules for passwords. None are known.
Result<void> tell_no_rules(SecBufferDesc* description) {
  if (description == nullptr) return {};
  TRY_ASSIGN(const std::span<SecBuffer> buffers, buffers_of(description));
  if (buffers.size() != 1 || type_of(buffers.front()) != SECBUFFER_CHANGE_PASS_RESPONSE)
    return fail(Status::InvalidToken, "pOutput is not one SECBUFFER_CHANGE_PASS_RESPONSE");
  buffers.front().pvBuffer = nullptr;
  buffers.front().cbBuffer = 0;
  return {};
}

template <class Char>
struct Names {
  const Char *package, *domain, *account, *old_password, *new_password;
};

template <class Char>
SECURITY_STATUS change_password(const Names<Char>& names, std::uint32_t reserved,
                                SecBufferDesc* output) noexcept {
  return guard([&]() -> Result<void> {
    if (reserved != 0) return fail(Status::InvalidParameter, "dwReserved is not 0");
    if (names.account == nullptr || names.old_password == nullptr || names.new_password == nullptr)
      return fail(Status::InvalidParameter, "an account needs a name and two passwords");
    TRY_ASSIGN(const std::string package_name, text_from(names.package));
    TRY_ASSIGN(const SecurityPackage* const package, Module::instance().find_package(package_name));
    PasswordChange change;
    TRY_ASSIGN(change.user, text_from(names.account));
    TRY_ASSIGN(change.domain, text_from(names.domain));
    TRY_ASSIGN(change.old_password, secret_utf16_from(names.old_password));
    TRY_ASSIGN(change.new_password, secret_utf16_from(names.new_password));
    TRY(tell_no_rules(output));
    const logon::AsProcess as_process;
    return package->change_password(change);
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY ChangeAccountPasswordW(
    SEC_WCHAR* pszPackageName, SEC_WCHAR* pszDomainName, SEC_WCHAR* pszAccountName,
    SEC_WCHAR* pszOldPassword, SEC_WCHAR* pszNewPassword, BOOLEAN /*bImpersonating*/,
    ULONG dwReserved, PSecBufferDesc pOutput) {
  return change_password<SEC_WCHAR>(
      {pszPackageName, pszDomainName, pszAccountName, pszOldPassword, pszNewPassword}, dwReserved,
      pOutput);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
ChangeAccountPasswordA(SEC_CHAR* pszPackageName, SEC_CHAR* pszDomainName, SEC_CHAR* pszAccountName,
                       SEC_CHAR* pszOldPassword, SEC_CHAR* pszNewPassword,
                       BOOLEAN /*bImpersonating*/, ULONG dwReserved, PSecBufferDesc pOutput) {
  return change_password<SEC_CHAR>(
      {pszPackageName, pszDomainName, pszAccountName, pszOldPassword, pszNewPassword}, dwReserved,
      pOutput);
}
