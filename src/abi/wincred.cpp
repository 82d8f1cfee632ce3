// The saved credentials of wincred.h, which logon/saved_credentials.h keeps for the caller's own
// logon session.
#include "abi/arguments.h"
#include "abi/credential_block.h"
#include "abi/credential_input.h"
#include "abi/module.h"
#include "abi/win32_error.h"

namespace opensspi::abi {
namespace {

logon::SavedCredentials store() {
  return Module::instance().sessions().saved();
}

// The kernel's error number gives way to what Windows has for it.
template <class T>
Result<T> from_store(Result<T> result) {
  if (!result) result.error().value = win32_error(result.error().status);
  return result;
}

Result<void> check_flags(DWORD flags, DWORD known) {
  if ((flags & ~known) == 0) return {};
  return fail_win32(ERROR_INVALID_FLAGS, "the flags have a bit that is not known");
}

template <class Char>
BOOL write(const typename WinCred<Char>::Credential* credential, DWORD flags) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(need({credential}));
    TRY(check_flags(flags, CRED_PRESERVE_CREDENTIAL_BLOB));
    const bool keeps_blob = (flags & CRED_PRESERVE_CREDENTIAL_BLOB) != 0;
    TRY_ASSIGN(auto saved, credential_from<Char>(*credential, keeps_blob));
    return from_store(store().write(std::move(saved), keeps_blob));
  });
}

template <class Char>
BOOL read(const Char* target, DWORD type, DWORD flags,
          typename WinCred<Char>::Credential** out) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(need({target, out}));
    TRY(check_flags(flags, 0));
    TRY_ASSIGN(const CredentialName name, credential_name(target, type));
    TRY_ASSIGN(const auto saved, from_store(store().read(name.target, name.type)));
    TRY_ASSIGN(auto block, credential_block<Char>(saved));
    *out = block.release();
    return {};
  });
}

template <class Char>
Result<std::string> filter_for(const Char* filter, DWORD flags) {
  TRY(check_flags(flags, CRED_ENUMERATE_ALL_CREDENTIALS));
  if (filter == nullptr) return std::string();
  if (flags != 0) return fail_win32(ERROR_INVALID_FLAGS, "all credentials, and a filter");
  return credential_filter(filter);
}

template <class Char>
BOOL enumerate(const Char* filter, DWORD flags, DWORD* count,
               typename WinCred<Char>::Credential*** out) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(need({count, out}));
    TRY_ASSIGN(const std::string wanted, filter_for(filter, flags));
    TRY_ASSIGN(const auto found, from_store(store().list(wanted)));
    if (found.empty()) return fail(Status::NoCredentials, "no such credential is saved");
    TRY_ASSIGN(auto block, credentials_block<Char>(found, flags != 0));
    *count = static_cast<DWORD>(found.size());
    *out = block.release();
    return {};
  });
}

template <class Char>
BOOL remove(const Char* target, DWORD type, DWORD flags) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(check_flags(flags, 0));
    TRY_ASSIGN(const CredentialName name, credential_name(target, type));
    return from_store(store().remove(name.target, name.type));
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT BOOL WINAPI CredWriteW(PCREDENTIALW Credential, DWORD Flags) {
  return write<SEC_WCHAR>(Credential, Flags);
}
OPENSSPI_EXPORT BOOL WINAPI CredWriteA(PCREDENTIALA Credential, DWORD Flags) {
  return write<SEC_CHAR>(Credential, Flags);
}

OPENSSPI_EXPORT BOOL WINAPI CredReadW(LPCWSTR TargetName, DWORD Type, DWORD Flags,
                                      PCREDENTIALW* Credential) {
  return read(TargetName, Type, Flags, Credential);
}
OPENSSPI_EXPORT BOOL WINAPI CredReadA(LPCSTR TargetName, DWORD Type, DWORD Flags,
                                      PCREDENTIALA* Credential) {
  return read(TargetName, Type, Flags, Credential);
}

OPENSSPI_EXPORT BOOL WINAPI CredEnumerateW(LPCWSTR Filter, DWORD Flags, DWORD* Count,
                                           PCREDENTIALW** Credential) {
  return enumerate(Filter, Flags, Count, Credential);
}
OPENSSPI_EXPORT BOOL WINAPI CredEnumerateA(LPCSTR Filter, DWORD Flags, DWORD* Count,
                                           PCREDENTIALA** Credential) {
  return enumerate(Filter, Flags, Count, Credential);
}

OPENSSPI_EXPORT BOOL WINAPI CredDeleteW(LPCWSTR TargetName, DWORD Type, DWORD Flags) {
  return remove(TargetName, Type, Flags);
}
OPENSSPI_EXPORT BOOL WINAPI CredDeleteA(LPCSTR TargetName, DWORD Type, DWORD Flags) {
  return remove(TargetName, Type, Flags);
}

OPENSSPI_EXPORT VOID WINAPI CredFree(PVOID Buffer) {
  if (Buffer == nullptr || free_block(Buffer)) return;
  remember_error({opensspi::Status::InvalidParameter, "this was not handed out by the library", 0,
                  ERROR_INVALID_PARAMETER});
}
