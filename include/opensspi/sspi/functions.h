/*
 * sspi/functions.h, a part of sspi.h: the functions of packages, credentials, contexts and
 * messages. The rules for all of them stand in sspi.h.
 */
#ifndef OPENSSPI_SSPI_FUNCTIONS_H
#define OPENSSPI_SSPI_FUNCTIONS_H

#include "attributes.h"
#include "buffers.h"
#include "flags.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Packages ------------------------------------------------------------------------------- */

/* All packages in one block: one FreeContextBuffer releases the array with its texts. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesW(ULONG *pcPackages,
                                                                  PSecPkgInfoW *ppPackageInfo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY EnumerateSecurityPackagesA(ULONG *pcPackages,
                                                                  PSecPkgInfoA *ppPackageInfo);

/* One package, in one block. Names are looked up without regard to case.
 * SEC_E_SECPKG_NOT_FOUND. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoW(SEC_WCHAR *pszPackageName,
                                                                 PSecPkgInfoW *ppPackageInfo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QuerySecurityPackageInfoA(SEC_CHAR *pszPackageName,
                                                                 PSecPkgInfoA *ppPackageInfo);

OPENSSPI_API SECURITY_STATUS SEC_ENTRY AddSecurityPackageA(LPSTR pszPackageName,
                                                           PSECURITY_PACKAGE_OPTIONS pOptions);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY AddSecurityPackageW(LPWSTR pszPackageName,
                                                           PSECURITY_PACKAGE_OPTIONS pOptions);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY DeleteSecurityPackageA(SEC_CHAR *pszPackageName);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY DeleteSecurityPackageW(SEC_WCHAR *pszPackageName);

/* ---- Credentials ---------------------------------------------------------------------------- */

/* Not called: pGetKeyFn is reserved. */
typedef void(SEC_ENTRY *SEC_GET_KEY_FN)(void *Arg, void *Principal, ULONG KeyVer, void **Key,
                                        SECURITY_STATUS *Status);

/* A credential of a package for one side, SECPKG_CRED_. `pAuthData` is what the package takes
 * (SEC_WINNT_AUTH_IDENTITY; CREDSSP_CRED; SCHANNEL_CRED); it is copied, and NULL means the default.
 * The principal, the logon id and the key function are usually NULL; `ptsExpiry` may be. Release
 * the handle with FreeCredentialsHandle. SEC_E_SECPKG_NOT_FOUND, SEC_E_UNKNOWN_CREDENTIALS,
 * SEC_E_NO_CREDENTIALS, SEC_E_NOT_OWNER, SEC_E_NO_AUTHENTICATING_AUTHORITY. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleW(
    SEC_WCHAR *pszPrincipal, SEC_WCHAR *pszPackage, ULONG fCredentialUse, void *pvLogonId,
    void *pAuthData, SEC_GET_KEY_FN pGetKeyFn, void *pvGetKeyArgument, PCredHandle phCredential,
    PTimeStamp ptsExpiry);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY AcquireCredentialsHandleA(
    SEC_CHAR *pszPrincipal, SEC_CHAR *pszPackage, ULONG fCredentialUse, void *pvLogonId,
    void *pAuthData, SEC_GET_KEY_FN pGetKeyFn, void *pvGetKeyArgument, PCredHandle phCredential,
    PTimeStamp ptsExpiry);

/* Adds a credential of one more package to a handle. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY AddCredentialsW(PCredHandle hCredentials,
                                                       SEC_WCHAR *pszPrincipal,
                                                       SEC_WCHAR *pszPackage, ULONG fCredentialUse,
                                                       void *pAuthData, SEC_GET_KEY_FN pGetKeyFn,
                                                       void *pvGetKeyArgument,
                                                       PTimeStamp ptsExpiry);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY AddCredentialsA(PCredHandle hCredentials,
                                                       SEC_CHAR *pszPrincipal, SEC_CHAR *pszPackage,
                                                       ULONG fCredentialUse, void *pAuthData,
                                                       SEC_GET_KEY_FN pGetKeyFn,
                                                       void *pvGetKeyArgument,
                                                       PTimeStamp ptsExpiry);

/* Its contexts live on, and keep what they need of it. SEC_E_INVALID_HANDLE, also the second
 * time. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY FreeCredentialsHandle(PCredHandle phCredential);
#define FreeCredentialHandle FreeCredentialsHandle

/* `pBuffer` is the structure of the attribute (SECPKG_CRED_ATTR_ or, of TLS, SECPKG_ATTR_);
 * `cbBuffer` its size in bytes. What a pointer in it points to is released with FreeContextBuffer.
 * SEC_E_UNSUPPORTED_FUNCTION for an attribute that the package does not have, SEC_E_NO_CREDENTIALS
 * for the name of a credential without one, SEC_E_BUFFER_TOO_SMALL. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesW(PCredHandle phCredential,
                                                                   ULONG ulAttribute,
                                                                   void *pBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesA(PCredHandle phCredential,
                                                                   ULONG ulAttribute,
                                                                   void *pBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesExW(PCredHandle phCredential,
                                                                     ULONG ulAttribute,
                                                                     void *pBuffer, ULONG cbBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributesExA(PCredHandle phCredential,
                                                                     ULONG ulAttribute,
                                                                     void *pBuffer, ULONG cbBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SetCredentialsAttributesW(PCredHandle phCredential,
                                                                 ULONG ulAttribute, void *pBuffer,
                                                                 ULONG cbBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SetCredentialsAttributesA(PCredHandle phCredential,
                                                                 ULONG ulAttribute, void *pBuffer,
                                                                 ULONG cbBuffer);

/* Packages Negotiate, NTLM and Kerberos. Asks who judges the account's logons, and waits for it. The
 * domain may be NULL: this machine. `dwReserved` is 0; `pOutput` is NULL, or holds one
 * CHANGE_PASS_RESPONSE buffer, which stays empty: no rules for passwords are known. SEC_E_LOGON_DENIED
 * for a wrong old password or a new one that is not taken (opensspi_last_error has the NTSTATUS),
 * SEC_E_NO_AUTHENTICATING_AUTHORITY when nobody knows the account, SEC_E_UNSUPPORTED_FUNCTION from
 * packages that change none, SEC_E_SECPKG_NOT_FOUND. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ChangeAccountPasswordW(
    SEC_WCHAR *pszPackageName, SEC_WCHAR *pszDomainName, SEC_WCHAR *pszAccountName,
    SEC_WCHAR *pszOldPassword, SEC_WCHAR *pszNewPassword, BOOLEAN bImpersonating, ULONG dwReserved,
    PSecBufferDesc pOutput);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ChangeAccountPasswordA(
    SEC_CHAR *pszPackageName, SEC_CHAR *pszDomainName, SEC_CHAR *pszAccountName,
    SEC_CHAR *pszOldPassword, SEC_CHAR *pszNewPassword, BOOLEAN bImpersonating, ULONG dwReserved,
    PSecBufferDesc pOutput);

/* ---- Contexts ------------------------------------------------------------------------------- */

/* One leg of a client. `phContext` is NULL the first time and the context after that, when
 * `phNewContext` may be the same or NULL. `fContextReq` is ISC_REQ_, *pfContextAttr ISC_RET_; the
 * reserved ones are 0. `pInput` has the peer's TOKEN and, for what was not taken, an EMPTY buffer;
 * the TOKEN of `pOutput` goes to the peer whenever its cbBuffer is not 0, also when the call
 * failed. It is the caller's, or with ISC_REQ_ALLOCATE_MEMORY handed out.
 * SEC_E_OK: established. SEC_I_CONTINUE_NEEDED: wait for the peer. SEC_E_INCOMPLETE_MESSAGE: call
 * again with more input; nothing was taken. SEC_E_INSUFFICIENT_MEMORY (TLS),
 * SEC_E_BUFFER_TOO_SMALL: call again with the same input and more room for the TOKEN;
 * opensspi_error.value says how much. Any other negative status ends the authentication, and the
 * context is still to be deleted: SEC_E_LOGON_DENIED, SEC_E_INVALID_TOKEN, SEC_E_MESSAGE_ALTERED,
 * SEC_E_NO_CREDENTIALS, and more, which docs/contexts.md lists. An established context stays so and
 * answers SEC_E_UNSUPPORTED_FUNCTION (TLS) or SEC_E_OUT_OF_SEQUENCE when there is nothing to do. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY InitializeSecurityContextW(
    PCredHandle phCredential, PCtxtHandle phContext, SEC_WCHAR *pszTargetName, ULONG fContextReq,
    ULONG Reserved1, ULONG TargetDataRep, PSecBufferDesc pInput, ULONG Reserved2,
    PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG *pfContextAttr, PTimeStamp ptsExpiry);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY InitializeSecurityContextA(
    PCredHandle phCredential, PCtxtHandle phContext, SEC_CHAR *pszTargetName, ULONG fContextReq,
    ULONG Reserved1, ULONG TargetDataRep, PSecBufferDesc pInput, ULONG Reserved2,
    PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG *pfContextAttr, PTimeStamp ptsExpiry);

/* One leg of a server: the same, with ASC_REQ_ and ASC_RET_. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY AcceptSecurityContext(
    PCredHandle phCredential, PCtxtHandle phContext, PSecBufferDesc pInput, ULONG fContextReq,
    ULONG TargetDataRep, PCtxtHandle phNewContext, PSecBufferDesc pOutput, ULONG *pfContextAttr,
    PTimeStamp ptsExpiry);

/* After SEC_I_COMPLETE_NEEDED and SEC_I_COMPLETE_AND_CONTINUE. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY CompleteAuthToken(PCtxtHandle phContext,
                                                         PSecBufferDesc pToken);

/* TLS: asks for a shutdown, an alert or a new session; the next leg makes the token. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ApplyControlToken(PCtxtHandle phContext,
                                                         PSecBufferDesc pInput);

/* SEC_E_INVALID_HANDLE, also the second time. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY DeleteSecurityContext(PCtxtHandle phContext);

/* Releases, and erases, what a function of this library handed out; NULL is allowed.
 * SEC_E_INVALID_HANDLE for any other memory. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY FreeContextBuffer(void *pvContextBuffer);

/* `pBuffer` is the structure of the attribute (SECPKG_ATTR_), `cbBuffer` its size in bytes.
 * SEC_E_INVALID_HANDLE while the context is not established and the attribute needs that,
 * SEC_E_UNSUPPORTED_FUNCTION for an attribute that the package does not have. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryContextAttributesW(PCtxtHandle phContext,
                                                               ULONG ulAttribute, void *pBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryContextAttributesA(PCtxtHandle phContext,
                                                               ULONG ulAttribute, void *pBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryContextAttributesExW(PCtxtHandle phContext,
                                                                 ULONG ulAttribute, void *pBuffer,
                                                                 ULONG cbBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QueryContextAttributesExA(PCtxtHandle phContext,
                                                                 ULONG ulAttribute, void *pBuffer,
                                                                 ULONG cbBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SetContextAttributesW(PCtxtHandle phContext,
                                                             ULONG ulAttribute, void *pBuffer,
                                                             ULONG cbBuffer);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SetContextAttributesA(PCtxtHandle phContext,
                                                             ULONG ulAttribute, void *pBuffer,
                                                             ULONG cbBuffer);

/* ---- Acting for the client ------------------------------------------------------------------ */

/* From here on this thread, and no other, works as the Unix user who stands for the client, until
 * RevertSecurityContext; of two in a row the second holds. SEC_E_NO_IMPERSONATION, and the thread is
 * what it was: the context is a client's, no user of this machine stands for its client, or the
 * process may not act as others (CAP_SETUID and CAP_SETGID). docs/tokens.md says more. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ImpersonateSecurityContext(PCtxtHandle phContext);
/* This thread is what the process is again, whomever it worked as; nothing to do is SEC_E_OK. The
 * handle is any context's, or the one that the thread has impersonated, though that be gone. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY RevertSecurityContext(PCtxtHandle phContext);
/* The client's token, for opensspi_token_read and CloseHandle. SEC_E_NO_IMPERSONATION on a client. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY QuerySecurityContextToken(PCtxtHandle phContext,
                                                                 void **Token);

/* ---- Messages ------------------------------------------------------------------------------- */

/* `fQOP` is 0 or SECQOP_WRAP_; *pfQOP, which may be NULL, says what DecryptMessage's had: 0, or
 * SECQOP_WRAP_NO_ENCRYPT when it was signed only. Kerberos says it, all others leave it as it is, as
 * on Windows. The sequence number is 0. NTLM and Negotiate take a TOKEN buffer (cbMaxSignature or cbSecurityTrailer bytes)
 * and DATA buffers; TLS and CREDSSP take STREAM_HEADER, DATA, STREAM_TRAILER, EMPTY to encrypt, and
 * to decrypt DATA, EMPTY, EMPTY, EMPTY, which become header, DATA, trailer and EXTRA. Data is
 * changed in place. SEC_E_MESSAGE_ALTERED, SEC_E_OUT_OF_SEQUENCE, SEC_E_DECRYPT_FAILURE,
 * SEC_E_INCOMPLETE_MESSAGE (read more), SEC_I_CONTEXT_EXPIRED (the peer closed the session),
 * SEC_E_CONTEXT_EXPIRED, SEC_E_INVALID_TOKEN (buffers), SEC_E_BUFFER_TOO_SMALL,
 * SEC_E_QOP_NOT_SUPPORTED. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY MakeSignature(PCtxtHandle phContext, ULONG fQOP,
                                                     PSecBufferDesc pMessage, ULONG MessageSeqNo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY VerifySignature(PCtxtHandle phContext,
                                                       PSecBufferDesc pMessage, ULONG MessageSeqNo,
                                                       ULONG *pfQOP);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY EncryptMessage(PCtxtHandle phContext, ULONG fQOP,
                                                      PSecBufferDesc pMessage, ULONG MessageSeqNo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY DecryptMessage(PCtxtHandle phContext,
                                                      PSecBufferDesc pMessage, ULONG MessageSeqNo,
                                                      ULONG *pfQOP);

/* The same two under their old names. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SealMessage(PCtxtHandle phContext, ULONG fQOP,
                                                   PSecBufferDesc pMessage, ULONG MessageSeqNo);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY UnsealMessage(PCtxtHandle phContext, PSecBufferDesc pMessage,
                                                     ULONG MessageSeqNo, ULONG *pfQOP);

/* ---- Contexts that move, and what hangs on a thread ----------------------------------------- */

/* `fFlags` is SECPKG_CONTEXT_EXPORT_. The buffer is handed out. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ExportSecurityContext(PCtxtHandle phContext, ULONG fFlags,
                                                             PSecBuffer pPackedContext,
                                                             void **pToken);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ImportSecurityContextW(SEC_WCHAR *pszPackage,
                                                              PSecBuffer pPackedContext,
                                                              void *Token, PCtxtHandle phContext);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY ImportSecurityContextA(SEC_CHAR *pszPackage,
                                                              PSecBuffer pPackedContext,
                                                              void *Token, PCtxtHandle phContext);

typedef enum _SecDelegationType OPENSSPI_ENUM32 {
  SecFull,
  SecService,
  SecTree,
  SecDirectory,
  SecObject
} SecDelegationType, *PSecDelegationType;

OPENSSPI_API SECURITY_STATUS SEC_ENTRY DelegateSecurityContext(
    PCtxtHandle phContext, SEC_CHAR *pszTarget, SecDelegationType DelegationType,
    PTimeStamp pExpiry, PSecBuffer pPackageParameters, PSecBufferDesc pOutput);

/* Tell the thread whom it works for, for audits. `cchIpAddress` is in bytes. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SecAllocateAndSetIPAddress(PUCHAR lpIpAddress,
                                                                  ULONG cchIpAddress,
                                                                  int *FreeCallContext);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SecAllocateAndSetCallTarget(PUCHAR lpIpAddress,
                                                                   ULONG cchIpAddress,
                                                                   LPWSTR TargetName,
                                                                   int *FreeCallContext);
OPENSSPI_API VOID SEC_ENTRY SecFreeCallContext(VOID);

/* Makes the bindings SEC_CHANNEL_BINDINGS_EX with these flags; they may move, and are still
 * released with FreeContextBuffer. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiSetChannelBindingFlags(SecPkgContext_Bindings *pBindings,
                                                                  ULONG flags);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define EnumerateSecurityPackages EnumerateSecurityPackagesW
#define QuerySecurityPackageInfo QuerySecurityPackageInfoW
#define AddSecurityPackage AddSecurityPackageW
#define DeleteSecurityPackage DeleteSecurityPackageW
#define AcquireCredentialsHandle AcquireCredentialsHandleW
#define AddCredentials AddCredentialsW
#define QueryCredentialsAttributes QueryCredentialsAttributesW
#define QueryCredentialsAttributesEx QueryCredentialsAttributesExW
#define SetCredentialsAttributes SetCredentialsAttributesW
#define ChangeAccountPassword ChangeAccountPasswordW
#define InitializeSecurityContext InitializeSecurityContextW
#define QueryContextAttributes QueryContextAttributesW
#define QueryContextAttributesEx QueryContextAttributesExW
#define SetContextAttributes SetContextAttributesW
#define ImportSecurityContext ImportSecurityContextW
#else
#define EnumerateSecurityPackages EnumerateSecurityPackagesA
#define QuerySecurityPackageInfo QuerySecurityPackageInfoA
#define AddSecurityPackage AddSecurityPackageA
#define DeleteSecurityPackage DeleteSecurityPackageA
#define AcquireCredentialsHandle AcquireCredentialsHandleA
#define AddCredentials AddCredentialsA
#define QueryCredentialsAttributes QueryCredentialsAttributesA
#define QueryCredentialsAttributesEx QueryCredentialsAttributesExA
#define SetCredentialsAttributes SetCredentialsAttributesA
#define ChangeAccountPassword ChangeAccountPasswordA
#define InitializeSecurityContext InitializeSecurityContextA
#define QueryContextAttributes QueryContextAttributesA
#define QueryContextAttributesEx QueryContextAttributesExA
#define SetContextAttributes SetContextAttributesA
#define ImportSecurityContext ImportSecurityContextA
#endif

#endif /* OPENSSPI_SSPI_FUNCTIONS_H */
