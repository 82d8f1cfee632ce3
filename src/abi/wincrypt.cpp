// wincrypt.h: certificate contexts, their properties, and PFX files.
#include <cstring>
#include <string_view>

#include "abi/arguments.h"
#include "abi/certificate_properties.h"
#include "abi/crypt_error.h"
#include "base/secret.h"
#include "base/utf16.h"
#include "ntstatus.h"

namespace opensspi::abi {
namespace {

constexpr DWORD kImportFlags =
    CRYPT_EXPORTABLE | CRYPT_USER_PROTECTED | CRYPT_MACHINE_KEYSET | CRYPT_USER_KEYSET |
    PKCS12_INCLUDE_EXTENDED_PROPERTIES | PKCS12_IMPORT_SILENT | PKCS12_PREFER_CNG_KSP |
    PKCS12_ALWAYS_CNG_KSP | PKCS12_ONLY_CERTIFICATES | PKCS12_ONLY_NOT_ENCRYPTED_CERTIFICATES |
    PKCS12_ALLOW_OVERWRITE_KEY | PKCS12_NO_PERSIST_KEY | PKCS12_IMPORT_RESERVED_MASK;
constexpr DWORD kWithoutKeys = PKCS12_ONLY_CERTIFICATES | PKCS12_ONLY_NOT_ENCRYPTED_CERTIFICATES;
constexpr DWORD kSetFlags = CERT_SET_PROPERTY_IGNORE_PERSIST_ERROR_FLAG |
                            CERT_SET_PROPERTY_INHIBIT_PERSIST_FLAG |
                            CERT_STORE_NO_CRYPT_RELEASE_FLAG;

// PKCS#12 passwords come as W strings, the decoder takes UTF-8.
Result<SecretBytes> password_of(LPCWSTR password) {
  if (password == nullptr) return SecretBytes();
  const std::basic_string_view<WCHAR> text(password);
  return secret_utf16le_to_utf8(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size() * sizeof(WCHAR)});
}

Error with_pfx_code(Error error) {
  error.value = static_cast<std::uint32_t>(CRYPT_E_BAD_ENCODE);
  if (error.nt_status == static_cast<std::uint32_t>(STATUS_WRONG_PASSWORD))
    error.value = ERROR_INVALID_PASSWORD;
  return error;
}

Result<SharedState> living(PCCERT_CONTEXT context) {
  auto state = find_state(context);
  if (state == nullptr) return fail(Status::InvalidHandle, "this is no certificate of the library");
  return state;
}

Result<void> give(const Bytes& value, void* data, DWORD& size) {
  const DWORD room = data != nullptr ? size : 0;
  size = static_cast<DWORD>(value.size());
  if (data == nullptr) return {};
  if (room < value.size()) return fail_crypt(ERROR_MORE_DATA, "the property needs more room");
  if (!value.empty()) std::memcpy(data, value.data(), value.size());
  return {};
}

Result<Bytes> property_for(const CertificateState& state, DWORD id, const void* address) {
  if (id == 0) return fail_crypt(E_INVALIDARG, "no property has the number 0");
  if (id != CERT_KEY_PROV_INFO_PROP_ID) return certificate_property(state, id);
  TRY_ASSIGN(const KeyLocation location, key_location(state));
  return key_location_block(location, address);
}

}  // namespace

Result<x509::Certificate> certificate_from(DWORD encoding, const BYTE* encoded, DWORD size) {
  if (GET_CERT_ENCODING_TYPE(encoding) != X509_ASN_ENCODING || encoded == nullptr)
    return fail_crypt(E_INVALIDARG, "certificates are given in X509_ASN_ENCODING");
  auto certificate = x509::Certificate::from_der({encoded, size});
  if (!certificate && certificate.error().status != Status::InsufficientMemory)
    return fail_crypt(CRYPT_E_ASN1_ERROR, certificate.error().why);
  return certificate;
}

}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI CertCreateCertificateContext(DWORD dwCertEncodingType,
                                                                   const BYTE* pbCertEncoded,
                                                                   DWORD cbCertEncoded) {
  return guard_crypt<PCCERT_CONTEXT>(nullptr, [&]() -> Result<PCCERT_CONTEXT> {
    x509::KeyPair pair;
    TRY_ASSIGN(x509::Certificate certificate,
               certificate_from(dwCertEncodingType, pbCertEncoded, cbCertEncoded));
    pair.chain.push_back(std::move(certificate));
    return new_certificate_context(std::move(pair));
  });
}

OPENSSPI_EXPORT PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT pCertContext) {
  return guard_crypt<PCCERT_CONTEXT>(nullptr, [&]() -> Result<PCCERT_CONTEXT> {
    if (!add_certificate_reference(pCertContext))
      return fail(Status::InvalidHandle, "this is no certificate of the library");
    return pCertContext;
  });
}

// NULL is allowed.
OPENSSPI_EXPORT BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT pCertContext) {
  return guard_crypt_bool([&]() -> Result<void> {
    if (pCertContext == nullptr || drop_certificate_reference(pCertContext)) return {};
    return fail(Status::InvalidHandle, "this is no certificate of the library");
  });
}

OPENSSPI_EXPORT BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT pCertContext,
                                                              DWORD dwPropId, void* pvData,
                                                              DWORD* pcbData) {
  return guard_crypt_bool([&]() -> Result<void> {
    TRY(need({pcbData}));
    TRY_ASSIGN(const SharedState state, living(pCertContext));
    TRY_ASSIGN(const Bytes value, property_for(*state, dwPropId, pvData));
    return give(value, pvData, *pcbData);
  });
}

// The flags say whether a failure to persist counts: nothing is persisted.
OPENSSPI_EXPORT BOOL WINAPI CertSetCertificateContextProperty(PCCERT_CONTEXT pCertContext,
                                                              DWORD dwPropId, DWORD dwFlags,
                                                              const void* pvData) {
  return guard_crypt_bool([&]() -> Result<void> {
    if ((dwFlags & ~kSetFlags) != 0) return fail_crypt(E_INVALIDARG, "dwFlags has an unknown bit");
    return change_state(pCertContext, [&](const CertificateState& state) {
      return with_property(state, dwPropId, pvData);
    });
  });
}

OPENSSPI_EXPORT DWORD WINAPI CertEnumCertificateContextProperties(PCCERT_CONTEXT pCertContext,
                                                                  DWORD dwPropId) {
  return guard_crypt<DWORD>(0, [&]() -> Result<DWORD> {
    TRY_ASSIGN(const SharedState state, living(pCertContext));
    return property_after(*state, dwPropId);
  });
}

// Flags say where Windows keeps the key; here it lives with the store.
OPENSSPI_EXPORT HCERTSTORE WINAPI PFXImportCertStore(CRYPT_DATA_BLOB* pPFX, LPCWSTR szPassword,
                                                     DWORD dwFlags) {
  return guard_crypt<HCERTSTORE>(nullptr, [&]() -> Result<HCERTSTORE> {
    if ((dwFlags & ~kImportFlags) != 0)
      return fail_crypt(E_INVALIDARG, "dwFlags has an unknown bit");
    if (pPFX == nullptr || pPFX->pbData == nullptr)
      return fail(Status::InvalidParameter, "there is no PFX");
    TRY_ASSIGN(const SecretBytes password, password_of(szPassword));
    auto pairs = x509::certificates_from_pfx({pPFX->pbData, pPFX->cbData}, password.expose());
    if (!pairs) return fail(with_pfx_code(pairs.error()));
    if ((dwFlags & kWithoutKeys) != 0)
      for (x509::KeyPair& pair : *pairs) pair.key = nullptr;
    return new_certificate_store(*std::move(pairs));
  });
}
