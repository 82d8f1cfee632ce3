// The rest of what the headers declare: exported, so that programs link and find every slot of the
// tables filled, and refusing, each in the way of its kind, until it is built.
#include "abi/guard.h"
#include "abi/windows_names.h"

namespace {

SECURITY_STATUS not_built() noexcept {
  return opensspi::abi::refuse(
      {opensspi::Status::UnsupportedFunction, "this version does not have that function"});
}

}  // namespace

#define REFUSE(name, parameters)                              \
  OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY name parameters { \
    return not_built();                                       \
  }
#define REFUSE_BOOLEAN(name, parameters)              \
  OPENSSPI_EXPORT BOOLEAN SEC_ENTRY name parameters { \
    not_built();                                      \
    return FALSE;                                     \
  }
// There is nothing that these could have been given.
#define REFUSE_SILENTLY(name, parameters) \
  OPENSSPI_EXPORT VOID SEC_ENTRY name parameters {}

// secext.h
REFUSE_BOOLEAN(GetUserNameExW, (EXTENDED_NAME_FORMAT, LPWSTR, PULONG))
REFUSE_BOOLEAN(GetUserNameExA, (EXTENDED_NAME_FORMAT, LPSTR, PULONG))
REFUSE_BOOLEAN(GetComputerObjectNameW, (EXTENDED_NAME_FORMAT, LPWSTR, PULONG))
REFUSE_BOOLEAN(GetComputerObjectNameA, (EXTENDED_NAME_FORMAT, LPSTR, PULONG))
REFUSE_BOOLEAN(TranslateNameW,
               (LPCWSTR, EXTENDED_NAME_FORMAT, EXTENDED_NAME_FORMAT, LPWSTR, PULONG))
REFUSE_BOOLEAN(TranslateNameA, (LPCSTR, EXTENDED_NAME_FORMAT, EXTENDED_NAME_FORMAT, LPSTR, PULONG))

// functions.h
REFUSE(CompleteAuthToken, (PCtxtHandle, PSecBufferDesc))
REFUSE(ExportSecurityContext, (PCtxtHandle, ULONG, PSecBuffer, void**))
REFUSE(ImportSecurityContextW, (SEC_WCHAR*, PSecBuffer, void*, PCtxtHandle))
REFUSE(ImportSecurityContextA, (SEC_CHAR*, PSecBuffer, void*, PCtxtHandle))
REFUSE(DelegateSecurityContext,
       (PCtxtHandle, SEC_CHAR*, SecDelegationType, PTimeStamp, PSecBuffer, PSecBufferDesc))
REFUSE(SecAllocateAndSetIPAddress, (PUCHAR, ULONG, int*))
REFUSE(SecAllocateAndSetCallTarget, (PUCHAR, ULONG, LPWSTR, int*))
REFUSE_SILENTLY(SecFreeCallContext, ())
REFUSE(SspiSetChannelBindingFlags, (SecPkgContext_Bindings*, ULONG))
REFUSE(AddSecurityPackageW, (LPWSTR, PSECURITY_PACKAGE_OPTIONS))
REFUSE(AddSecurityPackageA, (LPSTR, PSECURITY_PACKAGE_OPTIONS))
REFUSE(DeleteSecurityPackageW, (SEC_WCHAR*))
REFUSE(DeleteSecurityPackageA, (SEC_CHAR*))

// identity.h: for credential providers
REFUSE(SspiGetCredUIContext, (HANDLE, GUID*, LUID*, PSEC_WINNT_CREDUI_CONTEXT_VECTOR*, HANDLE*))
REFUSE(SspiUpdateCredentials, (HANDLE, GUID*, ULONG, PUCHAR))
REFUSE(SspiUnmarshalCredUIContext, (PUCHAR, ULONG, PSEC_WINNT_CREDUI_CONTEXT*))

// sasl.h
REFUSE(SaslEnumerateProfilesW, (LPWSTR*, ULONG*))
REFUSE(SaslEnumerateProfilesA, (LPSTR*, ULONG*))
REFUSE(SaslGetProfilePackageW, (LPWSTR, PSecPkgInfoW*))
REFUSE(SaslGetProfilePackageA, (LPSTR, PSecPkgInfoA*))
REFUSE(SaslIdentifyPackageW, (PSecBufferDesc, PSecPkgInfoW*))
REFUSE(SaslIdentifyPackageA, (PSecBufferDesc, PSecPkgInfoA*))
REFUSE(SaslInitializeSecurityContextW,
       (PCredHandle, PCtxtHandle, LPWSTR, ULONG, ULONG, ULONG, PSecBufferDesc, ULONG, PCtxtHandle,
        PSecBufferDesc, ULONG*, PTimeStamp))
REFUSE(SaslInitializeSecurityContextA,
       (PCredHandle, PCtxtHandle, LPSTR, ULONG, ULONG, ULONG, PSecBufferDesc, ULONG, PCtxtHandle,
        PSecBufferDesc, ULONG*, PTimeStamp))
REFUSE(SaslAcceptSecurityContext, (PCredHandle, PCtxtHandle, PSecBufferDesc, ULONG, ULONG,
                                   PCtxtHandle, PSecBufferDesc, ULONG*, PTimeStamp))
REFUSE(SaslSetContextOption, (PCtxtHandle, ULONG, PVOID, ULONG))
REFUSE(SaslGetContextOption, (PCtxtHandle, ULONG, PVOID, ULONG, PULONG))

// Exports of Secur32.dll that no header declares: programs find them by name.
REFUSE(GetSecurityUserInfo, (PLUID, ULONG, void**))
REFUSE(SeciAllocateAndSetIPAddress, (PUCHAR, ULONG, int*))
REFUSE(SeciAllocateAndSetCallFlags, (ULONG, int*))
REFUSE_SILENTLY(SeciFreeCallContext, ())
