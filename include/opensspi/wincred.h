/*
 * wincred.h: stored credentials, and packed credential buffers, with Windows' names and layouts.
 *
 * Functions answer FALSE or a Win32 error on failure; the reason is in opensspi_last_error() of
 * opensspi.h. What CredRead and CredEnumerate hand out is one block, released with CredFree.
 */
#ifndef OPENSSPI_WINCRED_H
#define OPENSSPI_WINCRED_H

#include "ntstatus.h"
#include "winerror.h"
#include "wintypes.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void *HBITMAP;

/* ---- Credentials ------------------------------------------------------------------------------- */

/* Lengths in characters without the terminating zero; sizes in bytes. */
#define CRED_MAX_STRING_LENGTH 256
#define CRED_MAX_USERNAME_LENGTH (256 + 1 + 256)
#define CRED_MAX_GENERIC_TARGET_NAME_LENGTH 32767
#define CRED_MAX_DOMAIN_TARGET_NAME_LENGTH (256 + 1 + 80)
#define CRED_MAX_VALUE_SIZE 256
#define CRED_MAX_ATTRIBUTES 64
#define CRED_MAX_CREDENTIAL_BLOB_SIZE (5 * 512)

/* CREDENTIAL.Flags. */
#define CRED_FLAGS_PASSWORD_FOR_CERT 0x0001
#define CRED_FLAGS_PROMPT_NOW 0x0002
#define CRED_FLAGS_USERNAME_TARGET 0x0004
#define CRED_FLAGS_OWF_CRED_BLOB 0x0008
#define CRED_FLAGS_REQUIRE_CONFIRMATION 0x0010
#define CRED_FLAGS_WILDCARD_MATCH 0x0020
#define CRED_FLAGS_VSM_PROTECTED 0x0040
#define CRED_FLAGS_NGC_CERT 0x0080
#define CRED_FLAGS_VALID_FLAGS 0xF0FF
#define CRED_FLAGS_VALID_INPUT_FLAGS 0xF09F

/* CREDENTIAL.Type. */
#define CRED_TYPE_GENERIC 1
#define CRED_TYPE_DOMAIN_PASSWORD 2
#define CRED_TYPE_DOMAIN_CERTIFICATE 3
#define CRED_TYPE_DOMAIN_VISIBLE_PASSWORD 4
#define CRED_TYPE_GENERIC_CERTIFICATE 5
#define CRED_TYPE_DOMAIN_EXTENDED 6
#define CRED_TYPE_MAXIMUM 7
#define CRED_TYPE_MAXIMUM_EX (CRED_TYPE_MAXIMUM + 1000)

/* CREDENTIAL.Persist. */
#define CRED_PERSIST_NONE 0
#define CRED_PERSIST_SESSION 1
#define CRED_PERSIST_LOCAL_MACHINE 2
#define CRED_PERSIST_ENTERPRISE 3

typedef struct _CREDENTIAL_ATTRIBUTEA {
  LPSTR Keyword;
  DWORD Flags;
  DWORD ValueSize;
  LPBYTE Value;
} CREDENTIAL_ATTRIBUTEA, *PCREDENTIAL_ATTRIBUTEA;

typedef struct _CREDENTIAL_ATTRIBUTEW {
  LPWSTR Keyword;
  DWORD Flags;
  DWORD ValueSize;
  LPBYTE Value;
} CREDENTIAL_ATTRIBUTEW, *PCREDENTIAL_ATTRIBUTEW;

typedef struct _CREDENTIALA {
  DWORD Flags;
  DWORD Type;
  LPSTR TargetName;
  LPSTR Comment;
  FILETIME LastWritten;
  DWORD CredentialBlobSize; /* bytes */
  LPBYTE CredentialBlob;    /* a secret */
  DWORD Persist;
  DWORD AttributeCount;
  PCREDENTIAL_ATTRIBUTEA Attributes;
  LPSTR TargetAlias;
  LPSTR UserName;
} CREDENTIALA, *PCREDENTIALA;

typedef struct _CREDENTIALW {
  DWORD Flags;
  DWORD Type;
  LPWSTR TargetName;
  LPWSTR Comment;
  FILETIME LastWritten;
  DWORD CredentialBlobSize;
  LPBYTE CredentialBlob;
  DWORD Persist;
  DWORD AttributeCount;
  PCREDENTIAL_ATTRIBUTEW Attributes;
  LPWSTR TargetAlias;
  LPWSTR UserName;
} CREDENTIALW, *PCREDENTIALW;

/* ---- What is known about a target -------------------------------------------------------------- */

#define CRED_TI_SERVER_FORMAT_UNKNOWN 0x0001
#define CRED_TI_DOMAIN_FORMAT_UNKNOWN 0x0002
#define CRED_TI_ONLY_PASSWORD_REQUIRED 0x0004
#define CRED_TI_USERNAME_TARGET 0x0008
#define CRED_TI_CREATE_EXPLICIT_CRED 0x0010
#define CRED_TI_WORKGROUP_MEMBER 0x0020
#define CRED_TI_DNSTREE_IS_DFS_SERVER 0x0040
#define CRED_TI_VALID_FLAGS 0xF07F

typedef struct _CREDENTIAL_TARGET_INFORMATIONA {
  LPSTR TargetName;
  LPSTR NetbiosServerName;
  LPSTR DnsServerName;
  LPSTR NetbiosDomainName;
  LPSTR DnsDomainName;
  LPSTR DnsTreeName;
  LPSTR PackageName;
  ULONG Flags;
  DWORD CredTypeCount;
  LPDWORD CredTypes;
} CREDENTIAL_TARGET_INFORMATIONA, *PCREDENTIAL_TARGET_INFORMATIONA;

typedef struct _CREDENTIAL_TARGET_INFORMATIONW {
  LPWSTR TargetName;
  LPWSTR NetbiosServerName;
  LPWSTR DnsServerName;
  LPWSTR NetbiosDomainName;
  LPWSTR DnsDomainName;
  LPWSTR DnsTreeName;
  LPWSTR PackageName;
  ULONG Flags;
  DWORD CredTypeCount;
  LPDWORD CredTypes;
} CREDENTIAL_TARGET_INFORMATIONW, *PCREDENTIAL_TARGET_INFORMATIONW;

/* ---- Credentials in the place of user names ---------------------------------------------------- */

#define CERT_HASH_LENGTH 20 /* SHA-1 */

typedef enum _CRED_MARSHAL_TYPE OPENSSPI_ENUM32 {
  CertCredential = 1,
  UsernameTargetCredential = 2,
  BinaryBlobCredential = 3,
  UsernameForPackedCredentials = 4,
  BinaryBlobForSystem = 5
} CRED_MARSHAL_TYPE, *PCRED_MARSHAL_TYPE;

typedef struct _CERT_CREDENTIAL_INFO {
  ULONG cbSize;
  UCHAR rgbHashOfCert[CERT_HASH_LENGTH];
} CERT_CREDENTIAL_INFO, *PCERT_CREDENTIAL_INFO;

typedef struct _USERNAME_TARGET_CREDENTIAL_INFO {
  LPWSTR UserName;
} USERNAME_TARGET_CREDENTIAL_INFO, *PUSERNAME_TARGET_CREDENTIAL_INFO;

typedef struct _BINARY_BLOB_CREDENTIAL_INFO {
  ULONG cbBlob;
  LPBYTE pbBlob;
} BINARY_BLOB_CREDENTIAL_INFO, *PBINARY_BLOB_CREDENTIAL_INFO;

typedef enum _CRED_PROTECTION_TYPE OPENSSPI_ENUM32 {
  CredUnprotected = 0,
  CredUserProtection = 1,
  CredTrustedProtection = 2,
  CredForSystemProtection = 3
} CRED_PROTECTION_TYPE, *PCRED_PROTECTION_TYPE;

/* ---- Prompts ----------------------------------------------------------------------------------- */

#define CREDUI_MAX_MESSAGE_LENGTH 1024
#define CREDUI_MAX_CAPTION_LENGTH 128
#define CREDUI_MAX_GENERIC_TARGET_LENGTH CRED_MAX_GENERIC_TARGET_NAME_LENGTH
#define CREDUI_MAX_DOMAIN_TARGET_LENGTH CRED_MAX_DOMAIN_TARGET_NAME_LENGTH
#define CREDUI_MAX_USERNAME_LENGTH CRED_MAX_USERNAME_LENGTH
#define CREDUI_MAX_PASSWORD_LENGTH (512 / 2)

typedef struct _CREDUI_INFOA {
  DWORD cbSize;
  HWND hwndParent;
  PCSTR pszMessageText;
  PCSTR pszCaptionText;
  HBITMAP hbmBanner;
} CREDUI_INFOA, *PCREDUI_INFOA;

typedef struct _CREDUI_INFOW {
  DWORD cbSize;
  HWND hwndParent;
  PCWSTR pszMessageText;
  PCWSTR pszCaptionText;
  HBITMAP hbmBanner;
} CREDUI_INFOW, *PCREDUI_INFOW;

/* Flags of CredUIPromptForWindowsCredentials. */
#define CREDUIWIN_GENERIC 0x1
#define CREDUIWIN_CHECKBOX 0x2
#define CREDUIWIN_AUTHPACKAGE_ONLY 0x10
#define CREDUIWIN_IN_CRED_ONLY 0x20
#define CREDUIWIN_ENUMERATE_ADMINS 0x100
#define CREDUIWIN_ENUMERATE_CURRENT_USER 0x200
#define CREDUIWIN_SECURE_PROMPT 0x1000
#define CREDUIWIN_PACK_32_WOW 0x10000000

/* ---- Functions --------------------------------------------------------------------------------- */

/* Saved credentials of the Unix user who calls. They lie in the kernel's keyring (keyrings(7)),
 * never on a disk, and end with it, some days after its last use or when the machine stops, whatever
 * Persist asks for. AcquireCredentialsHandle for CREDSSP uses the passwords among them when
 * pSpnegoCred is NULL: for an SPN "service/host" what is saved for the SPN, for the host, "*.suffix"
 * of it, "*Session", "*", in this order. Generic ones count under an SPN only, with the password in
 * UTF-16LE.
 *
 * They answer FALSE on failure and leave outputs as they were. opensspi_last_error().value is the
 * error that GetLastError() gives on Windows:
 *   ERROR_NOT_FOUND              nothing is saved under that name and type, or matches the filter
 *   ERROR_INVALID_PARAMETER      a NULL; a type, Persist or flag that there is not; text that is
 *                                too long or not well-formed
 *   ERROR_INVALID_FLAGS          Flags of the call
 *   ERROR_BAD_USERNAME           UserName is not what the type wants
 *   RPC_X_BAD_STUB_DATA          a blob, an attribute's value or their number is over its maximum
 *   ERROR_NOT_SUPPORTED          CredWrite of certificates and of CRED_TYPE_DOMAIN_EXTENDED
 *   ERROR_NOT_ENOUGH_MEMORY      also when the kernel keeps no more: it has a quota for each user
 *                                (keyrings(7)), and a name may have some 4000 bytes
 *   ERROR_NO_SUCH_LOGON_SESSION  the kernel refuses keyrings, as in many containers */

#define CRED_PRESERVE_CREDENTIAL_BLOB 0x1 /* CredWrite: the blob that is saved stays */
#define CRED_ENUMERATE_ALL_CREDENTIALS 0x1

/* Replaces what is saved for the same TargetName, in any case, and Type. Copies what it is given. Of
 * CREDENTIAL.Flags CRED_FLAGS_USERNAME_TARGET is kept, CRED_FLAGS_PROMPT_NOW ignored, LastWritten
 * too. For domain types UserName is "DOMAIN\user", a UPN or a name, and the blob a password in
 * UTF-16LE without a zero, in A too. */
OPENSSPI_API BOOL WINAPI CredWriteA(PCREDENTIALA Credential, DWORD Flags);
OPENSSPI_API BOOL WINAPI CredWriteW(PCREDENTIALW Credential, DWORD Flags);

/* One credential, for CredFree. The blob of CRED_TYPE_DOMAIN_PASSWORD is for the security packages
 * only: here its size is 0. LastWritten is UTC; texts that are empty are NULL. Flags is 0. */
OPENSSPI_API BOOL WINAPI CredReadA(LPCSTR TargetName, DWORD Type, DWORD Flags,
                                   PCREDENTIALA *Credential);
OPENSSPI_API BOOL WINAPI CredReadW(LPCWSTR TargetName, DWORD Type, DWORD Flags,
                                   PCREDENTIALW *Credential);

/* All for a NULL filter, else those whose TargetName is it, or begins with it when it ends in '*', in
 * any case; by TargetName and Type. With CRED_ENUMERATE_ALL_CREDENTIALS and no filter, TargetNames
 * are named in full, "Domain:target=name" or "LegacyGeneric:target=name", which the other functions
 * take as well. Everything is one block for CredFree. */
OPENSSPI_API BOOL WINAPI CredEnumerateA(LPCSTR Filter, DWORD Flags, DWORD *Count,
                                        PCREDENTIALA **Credential);
OPENSSPI_API BOOL WINAPI CredEnumerateW(LPCWSTR Filter, DWORD Flags, DWORD *Count,
                                        PCREDENTIALW **Credential);

OPENSSPI_API BOOL WINAPI CredDeleteA(LPCSTR TargetName, DWORD Type, DWORD Flags);
OPENSSPI_API BOOL WINAPI CredDeleteW(LPCWSTR TargetName, DWORD Type, DWORD Flags);

/* Text that stands for a credential where a user name is wanted, for CredFree. For CertCredential,
 * Credential is a CERT_CREDENTIAL_INFO: whoever hands the text to AcquireCredentialsHandle as the
 * User of an identity, with the PIN as its Password, logs on with that certificate (PKINIT). It is
 * looked for among the certificates with a key that the process holds (PCCERT_CONTEXT, HCERTSTORE),
 * then on smart cards. For UsernameTargetCredential it is a USERNAME_TARGET_CREDENTIAL_INFO.
 * ERROR_NOT_SUPPORTED for the other types, ERROR_INVALID_PARAMETER for what is not well-formed.
 * Microsoft has not published the form of the text; it is what Windows' own takes and gives. */
OPENSSPI_API BOOL WINAPI CredMarshalCredentialA(CRED_MARSHAL_TYPE CredType, PVOID Credential,
                                                LPSTR *MarshaledCredential);
OPENSSPI_API BOOL WINAPI CredMarshalCredentialW(CRED_MARSHAL_TYPE CredType, PVOID Credential,
                                                LPWSTR *MarshaledCredential);

/* The other way round; the structure is for CredFree. */
OPENSSPI_API BOOL WINAPI CredUnmarshalCredentialA(LPCSTR MarshaledCredential,
                                                  PCRED_MARSHAL_TYPE CredType, PVOID *Credential);
OPENSSPI_API BOOL WINAPI CredUnmarshalCredentialW(LPCWSTR MarshaledCredential,
                                                  PCRED_MARSHAL_TYPE CredType, PVOID *Credential);

/* Whether CredUnmarshalCredential would take it. */
OPENSSPI_API BOOL WINAPI CredIsMarshaledCredentialA(LPCSTR MarshaledCredential);
OPENSSPI_API BOOL WINAPI CredIsMarshaledCredentialW(LPCWSTR MarshaledCredential);

/* Erases and frees what CredRead, CredEnumerate and the above handed out; NULL is nothing to do. */
OPENSSPI_API VOID WINAPI CredFree(PVOID Buffer);

/* Flags of the two below. */
#define CRED_PACK_PROTECTED_CREDENTIALS 0x1
#define CRED_PACK_WOW_BUFFER 0x2
#define CRED_PACK_GENERIC_CREDENTIALS 0x4
#define CRED_PACK_ID_PROVIDER_CREDENTIALS 0x8

/* A packed KERB_INTERACTIVE_LOGON of ntsecapi.h from a name and a password, and back; with
 * CRED_PACK_ID_PROVIDER_CREDENTIALS an EX2 identity of sspi.h. Where a buffer is too small or NULL,
 * they answer FALSE and set all sizes (in characters with the zero, or bytes) to what is needed.
 * The domain may have no place: then it comes before the name. Nothing is encrypted: packing with
 * CRED_PACK_PROTECTED_CREDENTIALS is refused. */
OPENSSPI_API BOOL WINAPI CredPackAuthenticationBufferA(DWORD dwFlags, LPSTR pszUserName,
                                                       LPSTR pszPassword, PBYTE pPackedCredentials,
                                                       DWORD *pcbPackedCredentials);
OPENSSPI_API BOOL WINAPI CredPackAuthenticationBufferW(DWORD dwFlags, LPWSTR pszUserName,
                                                       LPWSTR pszPassword, PBYTE pPackedCredentials,
                                                       DWORD *pcbPackedCredentials);
OPENSSPI_API BOOL WINAPI CredUnPackAuthenticationBufferA(
    DWORD dwFlags, PVOID pAuthBuffer, DWORD cbAuthBuffer, LPSTR pszUserName,
    DWORD *pcchMaxUserName, LPSTR pszDomainName, DWORD *pcchMaxDomainName, LPSTR pszPassword,
    DWORD *pcchMaxPassword);
OPENSSPI_API BOOL WINAPI CredUnPackAuthenticationBufferW(
    DWORD dwFlags, PVOID pAuthBuffer, DWORD cbAuthBuffer, LPWSTR pszUserName,
    DWORD *pcchMaxUserName, LPWSTR pszDomainName, DWORD *pcchMaxDomainName, LPWSTR pszPassword,
    DWORD *pcchMaxPassword);

OPENSSPI_API DWORD WINAPI CredUIPromptForWindowsCredentialsA(
    PCREDUI_INFOA pUiInfo, DWORD dwAuthError, ULONG *pulAuthPackage, LPCVOID pvInAuthBuffer,
    ULONG ulInAuthBufferSize, LPVOID *ppvOutAuthBuffer, ULONG *pulOutAuthBufferSize, BOOL *pfSave,
    DWORD dwFlags);
OPENSSPI_API DWORD WINAPI CredUIPromptForWindowsCredentialsW(
    PCREDUI_INFOW pUiInfo, DWORD dwAuthError, ULONG *pulAuthPackage, LPCVOID pvInAuthBuffer,
    ULONG ulInAuthBufferSize, LPVOID *ppvOutAuthBuffer, ULONG *pulOutAuthBufferSize, BOOL *pfSave,
    DWORD dwFlags);

#ifdef UNICODE
typedef CREDENTIAL_ATTRIBUTEW CREDENTIAL_ATTRIBUTE;
typedef PCREDENTIAL_ATTRIBUTEW PCREDENTIAL_ATTRIBUTE;
typedef CREDENTIALW CREDENTIAL;
typedef PCREDENTIALW PCREDENTIAL;
typedef CREDENTIAL_TARGET_INFORMATIONW CREDENTIAL_TARGET_INFORMATION;
typedef PCREDENTIAL_TARGET_INFORMATIONW PCREDENTIAL_TARGET_INFORMATION;
typedef CREDUI_INFOW CREDUI_INFO;
typedef PCREDUI_INFOW PCREDUI_INFO;
#define CredWrite CredWriteW
#define CredRead CredReadW
#define CredEnumerate CredEnumerateW
#define CredDelete CredDeleteW
#define CredPackAuthenticationBuffer CredPackAuthenticationBufferW
#define CredUnPackAuthenticationBuffer CredUnPackAuthenticationBufferW
#define CredUIPromptForWindowsCredentials CredUIPromptForWindowsCredentialsW
#else
typedef CREDENTIAL_ATTRIBUTEA CREDENTIAL_ATTRIBUTE;
typedef PCREDENTIAL_ATTRIBUTEA PCREDENTIAL_ATTRIBUTE;
typedef CREDENTIALA CREDENTIAL;
typedef PCREDENTIALA PCREDENTIAL;
typedef CREDENTIAL_TARGET_INFORMATIONA CREDENTIAL_TARGET_INFORMATION;
typedef PCREDENTIAL_TARGET_INFORMATIONA PCREDENTIAL_TARGET_INFORMATION;
typedef CREDUI_INFOA CREDUI_INFO;
typedef PCREDUI_INFOA PCREDUI_INFO;
#define CredWrite CredWriteA
#define CredRead CredReadA
#define CredEnumerate CredEnumerateA
#define CredDelete CredDeleteA
#define CredPackAuthenticationBuffer CredPackAuthenticationBufferA
#define CredUnPackAuthenticationBuffer CredUnPackAuthenticationBufferA
#define CredUIPromptForWindowsCredentials CredUIPromptForWindowsCredentialsA
#endif

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRED_H */
