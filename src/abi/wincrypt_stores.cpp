// wincrypt.h: stores of certificates.
#include <cstdint>

#include "abi/arguments.h"
#include "abi/certificates.h"
#include "abi/crypt_error.h"
#include "abi/system_stores.h"
#include "abi/text.h"
#include "base/utf16.h"
#include "x509/files.h"

namespace opensspi::abi {
namespace {

enum class Provider { Memory, FileA, FileW, SystemA, SystemW };

// A provider is a small number in the guise of a pointer, or a text.
Result<Provider> provider_of(LPCSTR provider) {
  constexpr std::uintptr_t kNumbers = 0x10000;
  const auto number = reinterpret_cast<std::uintptr_t>(provider);
  const auto is = [&](LPCSTR known, const char* name) {
    if (number < kNumbers) return provider == known;
    return name != nullptr && same_name(provider, name);
  };
  if (is(CERT_STORE_PROV_MEMORY, sz_CERT_STORE_PROV_MEMORY)) return Provider::Memory;
  if (is(CERT_STORE_PROV_FILENAME_W, sz_CERT_STORE_PROV_FILENAME_W)) return Provider::FileW;
  if (is(CERT_STORE_PROV_FILENAME_A, nullptr)) return Provider::FileA;
  if (is(CERT_STORE_PROV_SYSTEM_W, sz_CERT_STORE_PROV_SYSTEM_W) ||
      is(CERT_STORE_PROV_SYSTEM_REGISTRY_W, nullptr))
    return Provider::SystemW;
  if (is(CERT_STORE_PROV_SYSTEM_A, nullptr) || is(CERT_STORE_PROV_SYSTEM_REGISTRY_A, nullptr))
    return Provider::SystemA;
  return fail_crypt(ERROR_FILE_NOT_FOUND, "there is no such kind of certificate store");
}

Result<StoreOwner> owner_of(DWORD flags) {
  switch (flags & CERT_SYSTEM_STORE_LOCATION_MASK) {
    case CERT_SYSTEM_STORE_CURRENT_USER:
      return StoreOwner::User;
    case CERT_SYSTEM_STORE_LOCAL_MACHINE:
      return StoreOwner::Machine;
    default:
      return fail_crypt(E_INVALIDARG,
                        "a system store is the current user's or the local machine's");
  }
}

// Of functions over files: what they lack, and what they cannot read.
template <class T>
Result<T> from_files(Result<T> result) {
  if (result) return result;
  return fail_crypt(
      result.error().status == Status::TargetUnknown ? ERROR_FILE_NOT_FOUND : CRYPT_E_FILE_ERROR,
      result.error().why);
}

template <class Char>
Result<HCERTSTORE> open_file(const void* name) {
  TRY_ASSIGN(const std::string path, text_from(static_cast<const Char*>(name)));
  TRY_ASSIGN(auto certificates, from_files(x509::certificates_of_file(path)));
  return new_certificate_store(std::move(certificates), StoreAccess::ReadOnly);
}

template <class Char>
Result<HCERTSTORE> open_system(const void* name, StoreOwner owner) {
  if (name == nullptr) return fail_crypt(E_INVALIDARG, "a system store needs its name");
  TRY_ASSIGN(const std::string text, text_from(static_cast<const Char*>(name)));
  TRY_ASSIGN(auto certificates, from_files(system_store(text, owner)));
  return new_certificate_store(std::move(certificates), StoreAccess::ReadOnly);
}

Result<HCERTSTORE> open_store(LPCSTR name, DWORD flags, const void* parameter) {
  TRY_ASSIGN(const Provider provider, provider_of(name));
  if ((flags & CERT_STORE_DELETE_FLAG) != 0)
    return fail_crypt(ERROR_CALL_NOT_IMPLEMENTED, "no store can be deleted");
  if (provider == Provider::Memory)
    return new_certificate_store(
        std::vector<x509::KeyPair>(),
        (flags & CERT_STORE_READONLY_FLAG) != 0 ? StoreAccess::ReadOnly : StoreAccess::Full);
  if (parameter == nullptr) return fail_crypt(E_INVALIDARG, "the store needs its name");
  if ((flags & CERT_STORE_CREATE_NEW_FLAG) != 0)
    return fail_crypt(ERROR_ACCESS_DENIED, "stores on this machine are not made here");
  if (provider == Provider::FileA) return open_file<SEC_CHAR>(parameter);
  if (provider == Provider::FileW) return open_file<SEC_WCHAR>(parameter);
  TRY_ASSIGN(const StoreOwner owner, owner_of(flags));
  return provider == Provider::SystemA ? open_system<SEC_CHAR>(parameter, owner)
                                       : open_system<SEC_WCHAR>(parameter, owner);
}

template <class Char>
HCERTSTORE open_system_store(const Char* name) noexcept {
  return guard_crypt<HCERTSTORE>(nullptr,
                                 [&] { return open_system<Char>(name, StoreOwner::User); });
}

// Hands the reference to who wants it.
void put_context(PCCERT_CONTEXT context, PCCERT_CONTEXT* out) {
  CertificateReference reference(context);
  if (out != nullptr) *out = reference.release();
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT HCERTSTORE WINAPI CertOpenStore(LPCSTR lpszStoreProvider, DWORD /*dwEncodingType*/,
                                                HCRYPTPROV_LEGACY /*hCryptProv*/, DWORD dwFlags,
                                                const void* pvPara) {
  return guard_crypt<HCERTSTORE>(nullptr,
                                 [&] { return open_store(lpszStoreProvider, dwFlags, pvPara); });
}

OPENSSPI_EXPORT HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY /*hProv*/,
                                                       LPCSTR szSubsystemProtocol) {
  return open_system_store(szSubsystemProtocol);
}
OPENSSPI_EXPORT HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY /*hProv*/,
                                                       LPCWSTR szSubsystemProtocol) {
  return open_system_store(szSubsystemProtocol);
}

OPENSSPI_EXPORT HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE hCertStore) {
  return guard_crypt<HCERTSTORE>(nullptr, [&]() -> Result<HCERTSTORE> {
    if (!add_store_reference(hCertStore))
      return fail(Status::InvalidHandle, "this is no open certificate store");
    return hCertStore;
  });
}

// NULL is allowed.
OPENSSPI_EXPORT BOOL WINAPI CertCloseStore(HCERTSTORE hCertStore, DWORD dwFlags) {
  return guard_crypt_bool([&]() -> Result<void> {
    if ((dwFlags & ~DWORD{CERT_CLOSE_STORE_FORCE_FLAG | CERT_CLOSE_STORE_CHECK_FLAG}) != 0)
      return fail_crypt(E_INVALIDARG, "dwFlags has an unknown bit");
    if (hCertStore == nullptr) return {};
    const Closed closed = close_store(hCertStore, (dwFlags & CERT_CLOSE_STORE_FORCE_FLAG) != 0);
    if (closed == Closed::NotOpen)
      return fail(Status::InvalidHandle, "this is no open certificate store");
    if (closed == Closed::Pending && (dwFlags & CERT_CLOSE_STORE_CHECK_FLAG) != 0)
      return fail_crypt(CRYPT_E_PENDING_CLOSE, "certificates of the closed store are still held");
    return {};
  });
}

OPENSSPI_EXPORT BOOL WINAPI CertAddCertificateContextToStore(HCERTSTORE hCertStore,
                                                             PCCERT_CONTEXT pCertContext,
                                                             DWORD dwAddDisposition,
                                                             PCCERT_CONTEXT* ppStoreContext) {
  return guard_crypt_bool([&]() -> Result<void> {
    const SharedState state = find_state(pCertContext);
    if (state == nullptr)
      return fail(Status::InvalidHandle, "this is no certificate of the library");
    TRY_ASSIGN(const PCCERT_CONTEXT added, add_to_store(hCertStore, *state, dwAddDisposition));
    put_context(added, ppStoreContext);
    return {};
  });
}

OPENSSPI_EXPORT BOOL WINAPI CertAddEncodedCertificateToStore(
    HCERTSTORE hCertStore, DWORD dwCertEncodingType, const BYTE* pbCertEncoded, DWORD cbCertEncoded,
    DWORD dwAddDisposition, PCCERT_CONTEXT* ppCertContext) {
  return guard_crypt_bool([&]() -> Result<void> {
    x509::KeyPair pair;
    TRY_ASSIGN(x509::Certificate certificate,
               certificate_from(dwCertEncodingType, pbCertEncoded, cbCertEncoded));
    pair.chain.push_back(std::move(certificate));
    CertificateState state;
    state.pair = std::make_shared<const x509::KeyPair>(std::move(pair));
    TRY_ASSIGN(const PCCERT_CONTEXT added,
               add_to_store(hCertStore, std::move(state), dwAddDisposition));
    put_context(added, ppCertContext);
    return {};
  });
}

OPENSSPI_EXPORT BOOL WINAPI CertDeleteCertificateFromStore(PCCERT_CONTEXT pCertContext) {
  return guard_crypt_bool([&] { return delete_from_store(pCertContext); });
}

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE hCertStore,
                                                                  PCCERT_CONTEXT pPrevCertContext) {
  return guard_crypt<PCCERT_CONTEXT>(nullptr,
                                     [&] { return next_in_store(hCertStore, pPrevCertContext); });
}
