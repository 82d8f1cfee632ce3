// What the headers beside sspi.h declare and nothing stands behind yet (schannel.h, ntsecapi.h,
// wincred.h): exported, so that programs link, and refusing, each in the way of its kind.
// SslGenerateRandomBits alone works: it has no way to refuse.
#include "wincred.h"

#include <exception>

#include "abi/guard.h"
#include "abi/windows_names.h"
#include "crypto/random.h"
#include "ntstatus.h"

namespace {

SECURITY_STATUS not_built() noexcept {
  return opensspi::abi::refuse(
      {opensspi::Status::UnsupportedFunction, "this version does not have that function"});
}

}  // namespace

#define REFUSE_WITH(type, answer, name, parameters) \
  OPENSSPI_EXPORT type WINAPI name parameters {     \
    not_built();                                    \
    return answer;                                  \
  }
#define REFUSE(name, parameters) \
  REFUSE_WITH(SECURITY_STATUS, SEC_E_UNSUPPORTED_FUNCTION, name, parameters)
#define REFUSE_BOOL(name, parameters) REFUSE_WITH(BOOL, FALSE, name, parameters)
#define REFUSE_NT(name, parameters) REFUSE_WITH(NTSTATUS, STATUS_NOT_IMPLEMENTED, name, parameters)
// A Win32 error instead of a status.
#define REFUSE_ERROR(name, parameters) \
  REFUSE_WITH(DWORD, ERROR_CALL_NOT_IMPLEMENTED, name, parameters)
// There is nothing that these could have been given.
#define REFUSE_SILENTLY(name, parameters) \
  OPENSSPI_EXPORT VOID WINAPI name parameters {}

// schannel.h
REFUSE(SslGetServerIdentity, (PBYTE, DWORD, PBYTE*, PDWORD, DWORD))
REFUSE(SslGetExtensions,
       (const BYTE*, DWORD, SCH_EXTENSION_DATA*, BYTE, DWORD*, SchGetExtensionsOptions))
REFUSE(SslDeserializeCertificateStore, (CERT_BLOB, PCCERT_CONTEXT*))
REFUSE_BOOL(SslCrackCertificate, (PUCHAR, DWORD, DWORD, PX509Certificate*))
REFUSE_SILENTLY(SslFreeCertificate, (PX509Certificate))
REFUSE_BOOL(SslGenerateKeyPair, (PSSL_CREDENTIAL_CERTIFICATE, PSTR, PSTR, DWORD))
REFUSE_WITH(DWORD, 0, SslGetMaximumKeySize, (DWORD))
REFUSE_BOOL(SslGetDefaultIssuers, (PBYTE, DWORD*))

OPENSSPI_EXPORT VOID WINAPI SslGenerateRandomBits(PUCHAR pRandomData, LONG cRandomData) {
  if (pRandomData == nullptr || cRandomData <= 0) return;
  // The caller could not tell that nothing was written.
  if (!opensspi::crypto::random({pRandomData, static_cast<std::size_t>(cRandomData)}))
    std::terminate();
}

// ntsecapi.h
REFUSE_NT(LsaConnectUntrusted, (PHANDLE))
REFUSE_NT(LsaRegisterLogonProcess, (PLSA_STRING, PHANDLE, PLSA_OPERATIONAL_MODE))
REFUSE_NT(LsaDeregisterLogonProcess, (HANDLE))
REFUSE_NT(LsaLookupAuthenticationPackage, (HANDLE, PLSA_STRING, PULONG))
REFUSE_NT(LsaLogonUser,
          (HANDLE, PLSA_STRING, SECURITY_LOGON_TYPE, ULONG, PVOID, ULONG, PTOKEN_GROUPS,
           PTOKEN_SOURCE, PVOID*, PULONG, PLUID, PHANDLE, PQUOTA_LIMITS, PNTSTATUS))
REFUSE_NT(LsaCallAuthenticationPackage, (HANDLE, ULONG, PVOID, ULONG, PVOID*, PULONG, PNTSTATUS))

// wincred.h
REFUSE_ERROR(CredUIPromptForWindowsCredentialsA,
             (PCREDUI_INFOA, DWORD, ULONG*, LPCVOID, ULONG, LPVOID*, ULONG*, BOOL*, DWORD))
REFUSE_ERROR(CredUIPromptForWindowsCredentialsW,
             (PCREDUI_INFOW, DWORD, ULONG*, LPCVOID, ULONG, LPVOID*, ULONG*, BOOL*, DWORD))
