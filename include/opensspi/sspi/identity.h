/*
 * sspi/identity.h, a part of sspi.h: user names with their passwords, in the forms that credentials
 * are acquired from, and the functions that make and change them.
 *
 * The first 32 bits tell the forms apart: SEC_WINNT_AUTH_IDENTITY_VERSION: the EX form;
 * SEC_WINNT_AUTH_IDENTITY_VERSION_2: the EX2 form, one block with offsets; anything else is the
 * plain form. Flags tell, whatever the A or W of a structure or function, whether text is UTF-8
 * (SEC_WINNT_AUTH_IDENTITY_ANSI) or UTF-16 (…_UNICODE). Lengths of the plain and the EX form count
 * characters, those of the EX2 form bytes; terminating zeros are not counted and not needed.
 */
#ifndef OPENSSPI_SSPI_IDENTITY_H
#define OPENSSPI_SSPI_IDENTITY_H

#include "types.h"

/* ---- The plain form ------------------------------------------------------------------------- */

#ifndef _AUTH_IDENTITY_DEFINED
#define _AUTH_IDENTITY_DEFINED

#define SEC_WINNT_AUTH_IDENTITY_ANSI 0x1
#define SEC_WINNT_AUTH_IDENTITY_UNICODE 0x2

typedef struct _SEC_WINNT_AUTH_IDENTITY_W {
  USHORT *User; /* NULL with Domain and Password: the default credentials */
  ULONG UserLength;
  USHORT *Domain;
  ULONG DomainLength;
  USHORT *Password;
  ULONG PasswordLength;
  ULONG Flags;
} SEC_WINNT_AUTH_IDENTITY_W, *PSEC_WINNT_AUTH_IDENTITY_W;

typedef struct _SEC_WINNT_AUTH_IDENTITY_A {
  UCHAR *User;
  ULONG UserLength;
  UCHAR *Domain;
  ULONG DomainLength;
  UCHAR *Password;
  ULONG PasswordLength;
  ULONG Flags;
} SEC_WINNT_AUTH_IDENTITY_A, *PSEC_WINNT_AUTH_IDENTITY_A;

#endif

/* ---- The EX form ---------------------------------------------------------------------------- */

#ifndef SEC_WINNT_AUTH_IDENTITY_VERSION
#define SEC_WINNT_AUTH_IDENTITY_VERSION 0x200

/* PackageList: names with commas between them that Negotiate may use, or, with '!', may not. */
typedef struct _SEC_WINNT_AUTH_IDENTITY_EXW {
  ULONG Version; /* SEC_WINNT_AUTH_IDENTITY_VERSION */
  ULONG Length;  /* bytes of the structure */
  USHORT *User;
  ULONG UserLength;
  USHORT *Domain;
  ULONG DomainLength;
  USHORT *Password;
  ULONG PasswordLength;
  ULONG Flags;
  USHORT *PackageList;
  ULONG PackageListLength;
} SEC_WINNT_AUTH_IDENTITY_EXW, *PSEC_WINNT_AUTH_IDENTITY_EXW;

typedef struct _SEC_WINNT_AUTH_IDENTITY_EXA {
  ULONG Version;
  ULONG Length;
  UCHAR *User;
  ULONG UserLength;
  UCHAR *Domain;
  ULONG DomainLength;
  UCHAR *Password;
  ULONG PasswordLength;
  ULONG Flags;
  UCHAR *PackageList;
  ULONG PackageListLength;
} SEC_WINNT_AUTH_IDENTITY_EXA, *PSEC_WINNT_AUTH_IDENTITY_EXA;

#endif

/* ---- The EX2 form --------------------------------------------------------------------------- */

#define SEC_WINNT_AUTH_IDENTITY_VERSION_2 0x201

/* Always UTF-16. Offsets count bytes from the start of the structure, lengths are in bytes. The
 * packed credentials are a SEC_WINNT_AUTH_PACKED_CREDENTIALS or _EX. */
typedef struct _SEC_WINNT_AUTH_IDENTITY_EX2 {
  ULONG Version;         /* SEC_WINNT_AUTH_IDENTITY_VERSION_2 */
  USHORT cbHeaderLength; /* of this structure */
  ULONG cbStructureLength;
  ULONG UserOffset;
  USHORT UserLength;
  ULONG DomainOffset;
  USHORT DomainLength;
  ULONG PackedCredentialsOffset;
  USHORT PackedCredentialsLength;
  ULONG Flags;
  ULONG PackageListOffset;
  USHORT PackageListLength;
} SEC_WINNT_AUTH_IDENTITY_EX2, *PSEC_WINNT_AUTH_IDENTITY_EX2;

typedef union _SEC_WINNT_AUTH_IDENTITY_INFO {
  SEC_WINNT_AUTH_IDENTITY_EXW AuthIdExw;
  SEC_WINNT_AUTH_IDENTITY_EXA AuthIdExa;
  SEC_WINNT_AUTH_IDENTITY_A AuthId_a;
  SEC_WINNT_AUTH_IDENTITY_W AuthId_w;
  SEC_WINNT_AUTH_IDENTITY_EX2 AuthIdEx2;
} SEC_WINNT_AUTH_IDENTITY_INFO, *PSEC_WINNT_AUTH_IDENTITY_INFO;

/* An identity in any form. */
#ifndef _SSPIPFC_NONE_
typedef PVOID PSEC_WINNT_AUTH_IDENTITY_OPAQUE;
#else
typedef PSEC_WINNT_AUTH_IDENTITY_INFO PSEC_WINNT_AUTH_IDENTITY_OPAQUE;
#endif

/* ---- Flags ---------------------------------------------------------------------------------- */

#define SEC_WINNT_AUTH_IDENTITY_MARSHALLED 0x4 /* all data in one block */
#define SEC_WINNT_AUTH_IDENTITY_ONLY 0x8       /* no authorization data is wanted */
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED 0x10
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SYSTEM_PROTECTED 0x20
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_USER_PROTECTED 0x40
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SYSTEM_ENCRYPTED 0x80
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED 0x10000 /* room to encrypt in place */
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_USER 0x20000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_DOMAIN 0x40000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER 0x80000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_USE_MASK 0xFF000000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_SAVE 0x80000000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_SAVE_CRED_BY_CALLER \
  SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_SAVE
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_SAVE_CRED_CHECKED 0x40000000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_NO_CHECKBOX 0x20000000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_LOAD 0x10000000
#define SEC_WINNT_AUTH_IDENTITY_FLAGS_VALID_SSPIPFC_FLAGS      \
  (SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_SAVE | \
   SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_SAVE_CRED_CHECKED |    \
   SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_NO_CHECKBOX |          \
   SEC_WINNT_AUTH_IDENTITY_FLAGS_SSPIPFC_CREDPROV_DO_NOT_LOAD)

/* SspiPromptForCredentials */
#define SSPIPFC_CREDPROV_DO_NOT_SAVE 0x00000001
#define SSPIPFC_SAVE_CRED_BY_CALLER SSPIPFC_CREDPROV_DO_NOT_SAVE
#define SSPIPFC_NO_CHECKBOX 0x00000002
#define SSPIPFC_CREDPROV_DO_NOT_LOAD 0x00000004
#define SSPIPFC_USE_CREDUIBROKER 0x00000008
#define SSPIPFC_VALID_FLAGS                                      \
  (SSPIPFC_CREDPROV_DO_NOT_SAVE | SSPIPFC_NO_CHECKBOX |          \
   SSPIPFC_CREDPROV_DO_NOT_LOAD | SSPIPFC_USE_CREDUIBROKER)

/* SspiEncryptAuthIdentityEx and SspiDecryptAuthIdentityEx */
#define SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_LOGON 0x1
#define SEC_WINNT_AUTH_IDENTITY_ENCRYPT_SAME_PROCESS 0x2
#define SEC_WINNT_AUTH_IDENTITY_ENCRYPT_FOR_SYSTEM 0x4

/* What is encrypted is padded to a multiple of it, in bytes. */
#define RTL_ENCRYPT_MEMORY_SIZE 8
#define RTL_ENCRYPT_OPTION_CROSS_PROCESS 0x01
#define RTL_ENCRYPT_OPTION_SAME_LOGON 0x02
#define RTL_ENCRYPT_OPTION_FOR_SYSTEM 0x04

#include "packed_credentials.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Making identities ---------------------------------------------------------------------- */
/* Identities that these functions hand out are of the EX2 form, with room to encrypt them, and are
 * released with SspiFreeAuthIdentity; texts and bytes are released with SspiLocalFree. Both are
 * erased then. Text is UTF-16. Identities that they take may have any form. */

/* From user, domain and password; each may be NULL, but not all of them (SEC_E_INVALID_TOKEN). */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiEncodeStringsAsAuthIdentity(
    PCWSTR pszUserName, PCWSTR pszDomainName, PCWSTR pszPackedCredentialsString,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE *ppAuthIdentity);

/* Back again. Any of the texts may come back NULL; the last may be left out, and must be where the
 * identity holds something other than a password. STATUS_INVALID_PARAMETER of one that is
 * encrypted. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiEncodeAuthIdentityAsStrings(
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE pAuthIdentity, PCWSTR *ppszUserName, PCWSTR *ppszDomainName,
    PCWSTR *ppszPackedCredentialsString);

OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiValidateAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiCopyAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData,
                     PSEC_WINNT_AUTH_IDENTITY_OPAQUE *AuthDataCopy);
OPENSSPI_API VOID SEC_ENTRY SspiFreeAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData);
/* Overwrites a whole block, or what Password of another form points to; the memory stays. */
OPENSSPI_API VOID SEC_ENTRY SspiZeroAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData);
OPENSSPI_API VOID SEC_ENTRY SspiLocalFree(PVOID DataBuffer);

/* Whether both are of one account, and whether their secrets are the same too. NULL is the default
 * user's identity. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiCompareAuthIdentities(
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity1, PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity2,
    PBOOLEAN SameSuppliedUser, PBOOLEAN SameSuppliedIdentity);

/* One block in the EX2 form, for another process; lengths are in bytes. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiMarshalAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, ULONG *AuthIdentityLength,
                        char **AuthIdentityByteArray);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiUnmarshalAuthIdentity(ULONG AuthIdentityLength, char *AuthIdentityByteArray,
                          PSEC_WINNT_AUTH_IDENTITY_OPAQUE *ppAuthIdentity);

/* In place, for this process alone (SAME_PROCESS); Acquire and the other functions read it just the
 * same. SEC_E_UNSUPPORTED_FUNCTION with other options; SEC_E_INVALID_PARAMETER for a structure that
 * is no EX2 with room: encrypt a copy. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiEncryptAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiEncryptAuthIdentityEx(ULONG Options, PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiDecryptAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE EncryptedAuthData);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiDecryptAuthIdentityEx(ULONG Options, PSEC_WINNT_AUTH_IDENTITY_OPAQUE EncryptedAuthData);
OPENSSPI_API BOOLEAN SEC_ENTRY
SspiIsAuthIdentityEncrypted(PSEC_WINNT_AUTH_IDENTITY_OPAQUE EncryptedAuthData);

/* The host of a service principal name; released with SspiLocalFree. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiGetTargetHostName(PCWSTR pszTargetName,
                                                             PWSTR *pszHostName);

/* A copy whose PackageList excludes one more package. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiExcludePackage(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, PCWSTR pszPackageName,
                   PSEC_WINNT_AUTH_IDENTITY_OPAQUE *ppNewAuthIdentity);

/* What CredRead and CredWrite take (wincred.h); the size is in bytes. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiPrepareForCredRead(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, PCWSTR pszTargetName,
                       PULONG pCredmanCredentialType, PCWSTR *ppszCredmanTargetName);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiPrepareForCredWrite(
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, PCWSTR pszTargetName,
    PULONG pCredmanCredentialType, PCWSTR *ppszCredmanTargetName, PCWSTR *ppszCredmanUserName,
    PUCHAR *ppCredentialBlob, PULONG pCredentialBlobSize);

/* ---- Asking a person ------------------------------------------------------------------------ */

OPENSSPI_API BOOLEAN SEC_ENTRY SspiIsPromptingNeeded(ULONG ErrorOrNtStatus);

/* These ask at the terminal that controls the process (/dev/tty) and return a Win32 error, 0 for
 * success: ERROR_CANCELLED when the person gave up, ERROR_NO_SUCH_LOGON_SESSION without a terminal.
 * `pUiInfo` is a CREDUI_INFO or NULL; `pfSave` goes in and out and may be NULL; `dwFlags` is
 * SSPIPFC_. Nothing is saved here, whatever the answer: CredWrite does that. */
OPENSSPI_API ULONG SEC_ENTRY SspiPromptForCredentialsW(
    PCWSTR pszTargetName, PVOID pUiInfo, ULONG dwAuthError, PCWSTR pszPackage,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE pInputAuthIdentity,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE *ppAuthIdentity, int *pfSave, ULONG dwFlags);
OPENSSPI_API ULONG SEC_ENTRY SspiPromptForCredentialsA(
    PCSTR pszTargetName, PVOID pUiInfo, ULONG dwAuthError, PCSTR pszPackage,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE pInputAuthIdentity,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE *ppAuthIdentity, int *pfSave, ULONG dwFlags);

/* For credential providers. */
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiGetCredUIContext(HANDLE ContextHandle, GUID *CredType, LUID *LogonId,
                     PSEC_WINNT_CREDUI_CONTEXT_VECTOR *CredUIContexts, HANDLE *TokenHandle);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY SspiUpdateCredentials(HANDLE ContextHandle, GUID *CredType,
                                                             ULONG FlatCredUIContextLength,
                                                             PUCHAR FlatCredUIContext);
OPENSSPI_API SECURITY_STATUS SEC_ENTRY
SspiUnmarshalCredUIContext(PUCHAR MarshaledCredUIContext, ULONG MarshaledCredUIContextLength,
                           PSEC_WINNT_CREDUI_CONTEXT *CredUIContext);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define SEC_WINNT_AUTH_IDENTITY SEC_WINNT_AUTH_IDENTITY_W
#define PSEC_WINNT_AUTH_IDENTITY PSEC_WINNT_AUTH_IDENTITY_W
#define _SEC_WINNT_AUTH_IDENTITY _SEC_WINNT_AUTH_IDENTITY_W
#define SEC_WINNT_AUTH_IDENTITY_EX SEC_WINNT_AUTH_IDENTITY_EXW
#define PSEC_WINNT_AUTH_IDENTITY_EX PSEC_WINNT_AUTH_IDENTITY_EXW
#define SspiPromptForCredentials SspiPromptForCredentialsW
#else
#define SEC_WINNT_AUTH_IDENTITY SEC_WINNT_AUTH_IDENTITY_A
#define PSEC_WINNT_AUTH_IDENTITY PSEC_WINNT_AUTH_IDENTITY_A
#define _SEC_WINNT_AUTH_IDENTITY _SEC_WINNT_AUTH_IDENTITY_A
#define SEC_WINNT_AUTH_IDENTITY_EX SEC_WINNT_AUTH_IDENTITY_EXA
#define PSEC_WINNT_AUTH_IDENTITY_EX PSEC_WINNT_AUTH_IDENTITY_EXA
#define SspiPromptForCredentials SspiPromptForCredentialsA
#endif

#endif /* OPENSSPI_SSPI_IDENTITY_H */
