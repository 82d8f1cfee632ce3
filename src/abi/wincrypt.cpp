// wincrypt.h: certificates out of PFX files, their references and their hash.
#include <cstring>
#include <string_view>
#include <utility>

#include "abi/arguments.h"
#include "abi/certificates.h"
#include "abi/guard.h"
#include "abi/win32_error.h"
#include "base/secret.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

// PKCS#12 passwords come as W strings, the decoder takes UTF-8.
Result<SecretBytes> password_of(LPCWSTR password) {
  if (password == nullptr) return SecretBytes();
  const std::basic_string_view<WCHAR> text(password);
  return secret_utf16le_to_utf8(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size() * sizeof(WCHAR)});
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

// Flags say where Windows keeps the key; here it lives with the store.
OPENSSPI_EXPORT HCERTSTORE WINAPI PFXImportCertStore(CRYPT_DATA_BLOB* pPFX, LPCWSTR szPassword,
                                                     DWORD /*dwFlags*/) {
  return guard_value<HCERTSTORE>(nullptr, [&]() -> Result<HCERTSTORE> {
    if (pPFX == nullptr || pPFX->pbData == nullptr)
      return fail(Status::InvalidParameter, "there is no PFX");
    TRY_ASSIGN(const SecretBytes password, password_of(szPassword));
    TRY_ASSIGN(x509::KeyPair pair,
               x509::key_pair_from_pfx({pPFX->pbData, pPFX->cbData}, password.expose()));
    return new_certificate_store(std::move(pair));
  });
}

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE hCertStore,
                                                                  PCCERT_CONTEXT pPrevCertContext) {
  return guard_value<PCCERT_CONTEXT>(nullptr,
                                     [&] { return next_in_store(hCertStore, pPrevCertContext); });
}

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT pCertContext) {
  return guard_value<PCCERT_CONTEXT>(nullptr, [&]() -> Result<PCCERT_CONTEXT> {
    if (!add_certificate_reference(pCertContext))
      return fail(Status::InvalidHandle, "this is no certificate of the library");
    return pCertContext;
  });
}

// NULL is allowed.
OPENSSPI_EXPORT BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT pCertContext) {
  if (pCertContext == nullptr || drop_certificate_reference(pCertContext)) return TRUE;
  refuse({Status::InvalidHandle, "this is no certificate of the library"});
  return FALSE;
}

OPENSSPI_EXPORT BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT pCertContext,
                                                              DWORD dwPropId, void* pvData,
                                                              DWORD* pcbData) {
  return guard_bool([&]() -> Result<void> {
    TRY(need({pcbData}));
    const auto pair = find_certificate(pCertContext);
    if (pair == nullptr)
      return fail(Status::InvalidHandle, "this is no certificate of the library");
    if (dwPropId != CERT_SHA1_HASH_PROP_ID)
      return fail_win32(static_cast<DWORD>(CRYPT_E_NOT_FOUND), "that property is not kept");
    TRY_ASSIGN(const Bytes hash, pair->chain.front().sha1_thumbprint());
    const DWORD room = std::exchange(*pcbData, static_cast<DWORD>(hash.size()));
    if (pvData == nullptr) return {};
    if (room < hash.size()) return fail_win32(ERROR_MORE_DATA, "the hash needs 20 bytes");
    std::memcpy(pvData, hash.data(), hash.size());
    return {};
  });
}

OPENSSPI_EXPORT BOOL WINAPI CertCloseStore(HCERTSTORE hCertStore, DWORD /*dwFlags*/) {
  if (hCertStore == nullptr || close_store(hCertStore)) return TRUE;
  refuse({Status::InvalidHandle, "this is no open certificate store"});
  return FALSE;
}
