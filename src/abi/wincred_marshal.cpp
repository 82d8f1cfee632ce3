// wincred.h: credentials in the place of user names.
#include <cstring>

#include "abi/arguments.h"
#include "abi/guard.h"
#include "abi/marshalled_credential.h"
#include "abi/text.h"
#include "abi/win32_error.h"
#include "wincred.h"

namespace opensspi::abi {
namespace {

tl::unexpected<Error> of_another_type() {
  return fail(Status::UnsupportedFunction,
              "only certificates and user names stand in the place of user names", 0,
              ERROR_NOT_SUPPORTED);
}

Result<MarshalledCredential> credential_of(CRED_MARSHAL_TYPE type, const void* given) {
  if (type == CertCredential) {
    const auto* certificate = static_cast<const CERT_CREDENTIAL_INFO*>(given);
    if (certificate->cbSize < sizeof *certificate)
      return fail_win32(ERROR_INVALID_PARAMETER, "the size of CERT_CREDENTIAL_INFO is wrong");
    return CertificateHash{copy(certificate->rgbHashOfCert)};
  }
  if (type != UsernameTargetCredential) return of_another_type();
  const auto* target = static_cast<const USERNAME_TARGET_CREDENTIAL_INFO*>(given);
  TRY(need({target->UserName}));
  TRY_ASSIGN(std::string user, text_from(target->UserName));
  if (user.empty()) return fail_win32(ERROR_INVALID_PARAMETER, "the user's name is empty");
  return UserNameTarget{std::move(user)};
}

template <class Char>
BOOL marshal(CRED_MARSHAL_TYPE type, const void* given, Char** out) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(need({given, out}));
    TRY_ASSIGN(const MarshalledCredential credential, credential_of(type, given));
    TRY_ASSIGN(const std::string text, write_marshalled(credential));
    TRY_ASSIGN(auto block, text_block<Char>(text));
    *out = block.release();
    return {};
  });
}

Block<void> block_of(const CertificateHash& certificate) {
  auto info = make_block<CERT_CREDENTIAL_INFO>();
  info->cbSize = sizeof *info;
  std::copy(certificate.sha1.begin(), certificate.sha1.end(), info->rgbHashOfCert);
  return Block<void>(info.release());
}

// The name lies behind the structure.
Result<Block<void>> block_of(const UserNameTarget& target) {
  TRY_ASSIGN(const auto user, text_to<SEC_WCHAR>(target.user));
  const std::size_t size = (user.size() + 1) * sizeof(SEC_WCHAR);
  auto info =
      make_block<USERNAME_TARGET_CREDENTIAL_INFO>(sizeof(USERNAME_TARGET_CREDENTIAL_INFO) + size);
  info->UserName = reinterpret_cast<LPWSTR>(info.get() + 1);
  std::memcpy(info->UserName, user.c_str(), size);
  return Block<void>(info.release());
}

template <class Char>
Result<MarshalledCredential> read(const Char* text) {
  TRY(need({text}));
  TRY_ASSIGN(const std::string utf8, text_from(text));
  auto credential = read_marshalled(utf8);
  if (!credential) return fail_win32(ERROR_INVALID_PARAMETER, "this is no marshalled credential");
  return *std::move(credential);
}

template <class Char>
BOOL unmarshal(const Char* text, CRED_MARSHAL_TYPE* type, void** out) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(need({type, out}));
    TRY_ASSIGN(const MarshalledCredential credential, read(text));
    TRY_ASSIGN(auto block,
               std::visit([](const auto& held) { return Result<Block<void>>(block_of(held)); },
                          credential));
    *type = std::holds_alternative<CertificateHash>(credential) ? CertCredential
                                                                : UsernameTargetCredential;
    *out = block.release();
    return {};
  });
}

template <class Char>
BOOL is_marshalled(const Char* text) noexcept {
  return guard_bool([&]() -> Result<void> {
    TRY(read(text));
    return {};
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT BOOL WINAPI CredMarshalCredentialA(CRED_MARSHAL_TYPE CredType, PVOID Credential,
                                                   LPSTR* MarshaledCredential) {
  return marshal(CredType, Credential, MarshaledCredential);
}
OPENSSPI_EXPORT BOOL WINAPI CredMarshalCredentialW(CRED_MARSHAL_TYPE CredType, PVOID Credential,
                                                   LPWSTR* MarshaledCredential) {
  return marshal(CredType, Credential, MarshaledCredential);
}

OPENSSPI_EXPORT BOOL WINAPI CredUnmarshalCredentialA(LPCSTR MarshaledCredential,
                                                     PCRED_MARSHAL_TYPE CredType,
                                                     PVOID* Credential) {
  return unmarshal(MarshaledCredential, CredType, Credential);
}
OPENSSPI_EXPORT BOOL WINAPI CredUnmarshalCredentialW(LPCWSTR MarshaledCredential,
                                                     PCRED_MARSHAL_TYPE CredType,
                                                     PVOID* Credential) {
  return unmarshal(MarshaledCredential, CredType, Credential);
}

OPENSSPI_EXPORT BOOL WINAPI CredIsMarshaledCredentialA(LPCSTR MarshaledCredential) {
  return is_marshalled(MarshaledCredential);
}
OPENSSPI_EXPORT BOOL WINAPI CredIsMarshaledCredentialW(LPCWSTR MarshaledCredential) {
  return is_marshalled(MarshaledCredential);
}
