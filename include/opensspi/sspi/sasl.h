/*
 * sspi/sasl.h, a part of sspi.h: SASL profiles over security packages (RFC 4422, RFC 4752).
 */
#ifndef OPENSSPI_SSPI_SASL_H
#define OPENSSPI_SSPI_SASL_H

#include "functions.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Options of SaslSetContextOption and SaslGetContextOption. */
#define SASL_OPTION_SEND_SIZE 1        /* ULONG, bytes of the largest buffer to send */
#define SASL_OPTION_RECV_SIZE 2        /* ULONG, bytes of the largest buffer to take */
#define SASL_OPTION_AUTHZ_STRING 3     /* bytes: whom to act for */
#define SASL_OPTION_AUTHZ_PROCESSING 4 /* SASL_AUTHZID_STATE */

typedef enum _SASL_AUTHZID_STATE OPENSSPI_ENUM32 {
  Sasl_AuthZIDForbidden,
  Sasl_AuthZIDProcessed
} SASL_AUTHZID_STATE;

/* Profile names, each with a terminating zero, and one more zero behind the last. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslEnumerateProfilesA(LPSTR *ProfileList,
                                                              ULONG *ProfileCount);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslEnumerateProfilesW(LPWSTR *ProfileList,
                                                              ULONG *ProfileCount);

/* The package behind a profile; one block. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslGetProfilePackageA(LPSTR ProfileName,
                                                              PSecPkgInfoA *PackageInfo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslGetProfilePackageW(LPWSTR ProfileName,
                                                              PSecPkgInfoW *PackageInfo);

/* The package that the first bytes of a negotiation belong to; one block. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslIdentifyPackageA(PSecBufferDesc pInput,
                                                            PSecPkgInfoA *PackageInfo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslIdentifyPackageW(PSecBufferDesc pInput,
                                                            PSecPkgInfoW *PackageInfo);

/* As InitializeSecurityContext and AcceptSecurityContext, with one TOKEN buffer each way. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslInitializeSecurityContextA(
    PCredHandle phCredential, PCtxtHandle phContext, LPSTR pszTargetName, ULONG fContextReq,
    ULONG Reserved1, ULONG TargetDataRep, PSecBufferDesc pInput, ULONG Reserved2,
    PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG *pfContextAttr, PTimeStamp ptsExpiry);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslInitializeSecurityContextW(
    PCredHandle phCredential, PCtxtHandle phContext, LPWSTR pszTargetName, ULONG fContextReq,
    ULONG Reserved1, ULONG TargetDataRep, PSecBufferDesc pInput, ULONG Reserved2,
    PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG *pfContextAttr, PTimeStamp ptsExpiry);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslAcceptSecurityContext(
    PCredHandle phCredential, PCtxtHandle phContext, PSecBufferDesc pInput, ULONG fContextReq,
    ULONG TargetDataRep, PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG *pfContextAttr,
    PTimeStamp ptsExpiry);

/* `Size` is in bytes. SEC_E_BUFFER_TOO_SMALL, and with Get the bytes in *Needed. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslSetContextOption(PCtxtHandle ContextHandle, ULONG Option,
                                                            PVOID Value, ULONG Size);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SaslGetContextOption(PCtxtHandle ContextHandle, ULONG Option,
                                                            PVOID Value, ULONG Size, PULONG Needed);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define SaslEnumerateProfiles SaslEnumerateProfilesW
#define SaslGetProfilePackage SaslGetProfilePackageW
#define SaslIdentifyPackage SaslIdentifyPackageW
#define SaslInitializeSecurityContext SaslInitializeSecurityContextW
#else
#define SaslEnumerateProfiles SaslEnumerateProfilesA
#define SaslGetProfilePackage SaslGetProfilePackageA
#define SaslIdentifyPackage SaslIdentifyPackageA
#define SaslInitializeSecurityContext SaslInitializeSecurityContextA
#endif

#endif /* OPENSSPI_SSPI_SASL_H */
