// wincrypt.h: comparisons, extensions and validity.
#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "abi/arguments.h"
#include "abi/certificate_compare.h"
#include "abi/crypt_error.h"
#include "abi/file_time.h"
#include "asn1/der_reader.h"

namespace opensspi::abi {
namespace {

std::string_view text_of(const char* text) {
  return text != nullptr ? std::string_view(text) : std::string_view();
}

// Without the octets at the end that only repeat the sign.
ByteView shortest(ByteView number) {
  while (number.size() > 1 && ((number.back() == 0x00 && (number[number.size() - 2] & 0x80) == 0) ||
                               (number.back() == 0xFF && (number[number.size() - 2] & 0x80) != 0)))
    number = number.first(number.size() - 1);
  return number;
}

PCERT_EXTENSION find_extension(std::string_view oid, DWORD count, CERT_EXTENSION* first) {
  if (first == nullptr) return nullptr;
  const std::span extensions(first, count);
  const auto at = std::ranges::find_if(
      extensions, [&](const CERT_EXTENSION& one) { return text_of(one.pszObjId) == oid; });
  return at != extensions.end() ? &*at : nullptr;
}

// RFC 5280 4.2.1.3: KeyUsage ::= BIT STRING
Result<ByteView> key_usage_of(const CERT_INFO& info) {
  const CERT_EXTENSION* const extension =
      find_extension(szOID_KEY_USAGE, info.cExtension, info.rgExtension);
  if (extension == nullptr) return ByteView();
  asn1::DerReader reader(view_of(extension->Value));
  const ByteView bits = reader.element(asn1::tag::kBitString);
  if (!reader.ok() || bits.empty())
    return fail_crypt(CRYPT_E_ASN1_ERROR, "the keyUsage extension is not as RFC 5280 has it");
  return bits.subspan(1);  // behind the count of unused bits
}

}  // namespace

bool same_bytes(ByteView a, ByteView b) {
  return std::ranges::equal(a, b);
}

bool same_integer(ByteView a, ByteView b) {
  return same_bytes(shortest(a), shortest(b));
}

bool same_certificate(const CERT_INFO& a, const CERT_INFO& b) {
  return same_bytes(view_of(a.Issuer), view_of(b.Issuer)) &&
         same_integer(view_of(a.SerialNumber), view_of(b.SerialNumber));
}

bool same_public_key(const CERT_PUBLIC_KEY_INFO& a, const CERT_PUBLIC_KEY_INFO& b) {
  return text_of(a.Algorithm.pszObjId) == text_of(b.Algorithm.pszObjId) &&
         same_bytes(view_of(a.PublicKey), view_of(b.PublicKey)) &&
         a.PublicKey.cUnusedBits == b.PublicKey.cUnusedBits;
}

}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT BOOL WINAPI CertCompareCertificate(DWORD /*dwCertEncodingType*/,
                                                   PCERT_INFO pCertId1, PCERT_INFO pCertId2) {
  return pCertId1 != nullptr && pCertId2 != nullptr && same_certificate(*pCertId1, *pCertId2);
}

OPENSSPI_EXPORT BOOL WINAPI CertCompareCertificateName(DWORD /*dwCertEncodingType*/,
                                                       PCERT_NAME_BLOB pCertName1,
                                                       PCERT_NAME_BLOB pCertName2) {
  return pCertName1 != nullptr && pCertName2 != nullptr &&
         same_bytes(view_of(*pCertName1), view_of(*pCertName2));
}

OPENSSPI_EXPORT BOOL WINAPI CertCompareIntegerBlob(PCRYPT_INTEGER_BLOB pInt1,
                                                   PCRYPT_INTEGER_BLOB pInt2) {
  return pInt1 != nullptr && pInt2 != nullptr && same_integer(view_of(*pInt1), view_of(*pInt2));
}

OPENSSPI_EXPORT BOOL WINAPI CertComparePublicKeyInfo(DWORD /*dwCertEncodingType*/,
                                                     PCERT_PUBLIC_KEY_INFO pPublicKey1,
                                                     PCERT_PUBLIC_KEY_INFO pPublicKey2) {
  return pPublicKey1 != nullptr && pPublicKey2 != nullptr &&
         same_public_key(*pPublicKey1, *pPublicKey2);
}

OPENSSPI_EXPORT PCERT_EXTENSION WINAPI CertFindExtension(LPCSTR pszObjId, DWORD cExtensions,
                                                         CERT_EXTENSION rgExtensions[]) {
  return pszObjId != nullptr ? find_extension(pszObjId, cExtensions, rgExtensions) : nullptr;
}

OPENSSPI_EXPORT LONG WINAPI CertVerifyTimeValidity(LPFILETIME pTimeToVerify, PCERT_INFO pCertInfo) {
  const FileTime time = pTimeToVerify != nullptr ? time_of(*pTimeToVerify) : system_time();
  if (pCertInfo == nullptr || time > time_of(pCertInfo->NotAfter)) return 1;
  return time < time_of(pCertInfo->NotBefore) ? -1 : 0;
}

OPENSSPI_EXPORT BOOL WINAPI CertGetIntendedKeyUsage(DWORD /*dwCertEncodingType*/,
                                                    PCERT_INFO pCertInfo, BYTE* pbKeyUsage,
                                                    DWORD cbKeyUsage) {
  ByteView usage;
  const BOOL read = guard_crypt_bool([&]() -> Result<void> {
    TRY(need({pCertInfo, pbKeyUsage}));
    TRY_ASSIGN(usage, key_usage_of(*pCertInfo));
    return {};
  });
  if (read == FALSE) return FALSE;
  std::memset(pbKeyUsage, 0, cbKeyUsage);
  std::copy_n(usage.begin(), std::min<std::size_t>(usage.size(), cbKeyUsage), pbKeyUsage);
  if (usage.empty()) remember_error({Status::Ok, ""});
  return usage.empty() ? FALSE : TRUE;
}
