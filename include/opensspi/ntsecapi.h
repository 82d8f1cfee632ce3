/*
 * ntsecapi.h: the part of Windows' ntsecapi.h that goes with security packages: the structures that
 * logon credentials are packed in (MSV1_0_ here, KERB_ in ntsecapi/kerberos.h), logon sessions, and
 * the Lsa functions.
 *
 * Strings are counted in bytes and need no terminating zero. In a packed buffer they follow the
 * structure in the same block, and Buffer holds an offset in bytes from the structure's start
 * instead of an address: check Buffer + Length against the size of the block. The layout is that of
 * Windows x64, so packed buffers can be exchanged with it.
 */
#ifndef OPENSSPI_NTSECAPI_H
#define OPENSSPI_NTSECAPI_H

#include "wintypes.h"

#include "ntsecapi/kerberos.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ANYSIZE_ARRAY
#define ANYSIZE_ARRAY 1
#endif

/* ---- What Lsa functions take ------------------------------------------------------------------- */

typedef UNICODE_STRING LSA_UNICODE_STRING, *PLSA_UNICODE_STRING;
typedef STRING LSA_STRING, *PLSA_STRING;

typedef struct _LSA_OBJECT_ATTRIBUTES {
  ULONG Length;
  HANDLE RootDirectory;
  PLSA_UNICODE_STRING ObjectName;
  ULONG Attributes;
  PVOID SecurityDescriptor;
  PVOID SecurityQualityOfService;
} LSA_OBJECT_ATTRIBUTES, *PLSA_OBJECT_ATTRIBUTES;

typedef ULONG LSA_OPERATIONAL_MODE, *PLSA_OPERATIONAL_MODE;

typedef enum _SECURITY_LOGON_TYPE OPENSSPI_ENUM32 {
  UndefinedLogonType = 0,
  Interactive = 2,
  Network = 3,
  Batch = 4,
  Service = 5,
  Proxy = 6,
  Unlock = 7,
  NetworkCleartext = 8,
  NewCredentials = 9,
  RemoteInteractive = 10,
  CachedInteractive = 11,
  CachedRemoteInteractive = 12,
  CachedUnlock = 13
} SECURITY_LOGON_TYPE, *PSECURITY_LOGON_TYPE;

/* Windows has these five in winnt.h. */
typedef PVOID PSID;

typedef struct _SID_AND_ATTRIBUTES {
  PSID Sid;
  DWORD Attributes;
} SID_AND_ATTRIBUTES, *PSID_AND_ATTRIBUTES;

typedef struct _TOKEN_GROUPS {
  DWORD GroupCount;
  SID_AND_ATTRIBUTES Groups[ANYSIZE_ARRAY];
} TOKEN_GROUPS, *PTOKEN_GROUPS;

#define TOKEN_SOURCE_LENGTH 8

typedef struct _TOKEN_SOURCE {
  CHAR SourceName[TOKEN_SOURCE_LENGTH];
  LUID SourceIdentifier;
} TOKEN_SOURCE, *PTOKEN_SOURCE;

typedef struct _QUOTA_LIMITS {
  SIZE_T PagedPoolLimit;
  SIZE_T NonPagedPoolLimit;
  SIZE_T MinimumWorkingSetSize;
  SIZE_T MaximumWorkingSetSize;
  SIZE_T PagefileLimit;
  LARGE_INTEGER TimeLimit;
} QUOTA_LIMITS, *PQUOTA_LIMITS;

/* ---- Logon sessions ---------------------------------------------------------------------------- */

typedef struct _LSA_LAST_INTER_LOGON_INFO {
  LARGE_INTEGER LastSuccessfulLogon;
  LARGE_INTEGER LastFailedLogon;
  ULONG FailedAttemptCountSinceLastSuccessfulLogon;
} LSA_LAST_INTER_LOGON_INFO, *PLSA_LAST_INTER_LOGON_INFO;

typedef struct _SECURITY_LOGON_SESSION_DATA {
  ULONG Size;
  LUID LogonId;
  LSA_UNICODE_STRING UserName;
  LSA_UNICODE_STRING LogonDomain;
  LSA_UNICODE_STRING AuthenticationPackage;
  ULONG LogonType; /* SECURITY_LOGON_TYPE */
  ULONG Session;
  PSID Sid;
  LARGE_INTEGER LogonTime;
  LSA_UNICODE_STRING LogonServer;
  LSA_UNICODE_STRING DnsDomainName;
  LSA_UNICODE_STRING Upn;
  ULONG UserFlags;
  LSA_LAST_INTER_LOGON_INFO LastLogonInfo;
  LSA_UNICODE_STRING LogonScript;
  LSA_UNICODE_STRING ProfilePath;
  LSA_UNICODE_STRING HomeDirectory;
  LSA_UNICODE_STRING HomeDirectoryDrive;
  LARGE_INTEGER LogoffTime;
  LARGE_INTEGER KickOffTime;
  LARGE_INTEGER PasswordLastSet;
  LARGE_INTEGER PasswordCanChange;
  LARGE_INTEGER PasswordMustChange;
} SECURITY_LOGON_SESSION_DATA, *PSECURITY_LOGON_SESSION_DATA;

/* Asks Negotiate who a session belongs to. */
typedef struct _NEGOTIATE_CALLER_NAME_REQUEST {
  ULONG MessageType;
  LUID LogonId;
} NEGOTIATE_CALLER_NAME_REQUEST, *PNEGOTIATE_CALLER_NAME_REQUEST;

typedef struct _NEGOTIATE_CALLER_NAME_RESPONSE {
  ULONG MessageType;
  PWSTR CallerName;
} NEGOTIATE_CALLER_NAME_RESPONSE, *PNEGOTIATE_CALLER_NAME_RESPONSE;

typedef struct _DOMAIN_PASSWORD_INFORMATION {
  USHORT MinPasswordLength;
  USHORT PasswordHistoryLength;
  ULONG PasswordProperties;
  LARGE_INTEGER MaxPasswordAge;
  LARGE_INTEGER MinPasswordAge;
} DOMAIN_PASSWORD_INFORMATION, *PDOMAIN_PASSWORD_INFORMATION;

/* ---- NTLM ([MS-NLMP]) -------------------------------------------------------------------------- */

#define MSV1_0_PACKAGE_NAME "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"
#define MSV1_0_PACKAGE_NAMEW OPENSSPI_WIDE("MICROSOFT_AUTHENTICATION_PACKAGE_V1_0")
#define MSV1_0_PACKAGE_NAMEW_LENGTH (sizeof(MSV1_0_PACKAGE_NAMEW) - sizeof(WCHAR))

/* Lengths in bytes. */
#define MSV1_0_CHALLENGE_LENGTH 8
#define MSV1_0_USER_SESSION_KEY_LENGTH 16
#define MSV1_0_LANMAN_SESSION_KEY_LENGTH 8
#define MSV1_0_OWF_PASSWORD_LENGTH 16
#define MSV1_0_SHA_PASSWORD_LENGTH 20
#define MSV1_0_CREDENTIAL_KEY_LENGTH 20
#define MSV1_0_NTLM3_RESPONSE_LENGTH 16
#define MSV1_0_NTLM3_OWF_LENGTH 16
#define MSV1_0_MAX_AVL_SIZE 64000

#define MSV1_0_MAX_NTLM3_LIFE 129600 /* seconds */

typedef enum _MSV1_0_LOGON_SUBMIT_TYPE OPENSSPI_ENUM32 {
  MsV1_0InteractiveLogon = 2,
  MsV1_0Lm20Logon = 3,
  MsV1_0NetworkLogon = 4,
  MsV1_0SubAuthLogon = 5,
  MsV1_0WorkstationUnlockLogon = 7,
  MsV1_0S4ULogon = 12,
  MsV1_0VirtualLogon = 82,
  MsV1_0NoElevationLogon = 83,
  MsV1_0LuidLogon = 84
} MSV1_0_LOGON_SUBMIT_TYPE, *PMSV1_0_LOGON_SUBMIT_TYPE;

typedef struct _MSV1_0_INTERACTIVE_LOGON {
  MSV1_0_LOGON_SUBMIT_TYPE MessageType;
  UNICODE_STRING LogonDomainName;
  UNICODE_STRING UserName;
  UNICODE_STRING Password;
} MSV1_0_INTERACTIVE_LOGON, *PMSV1_0_INTERACTIVE_LOGON;

/* Versions and flags of supplemental credentials. */
#define MSV1_0_CRED_VERSION 0
#define MSV1_0_CRED_VERSION_V2 2
#define MSV1_0_CRED_VERSION_V3 4
#define MSV1_0_CRED_VERSION_IUM 0xffff0001
#define MSV1_0_CRED_VERSION_REMOTE 0xffff0002
#define MSV1_0_CRED_VERSION_ARSO 0xffff0003
#define MSV1_0_CRED_VERSION_RESERVED_1 0xfffffffe
#define MSV1_0_CRED_VERSION_INVALID 0xffffffff

#define MSV1_0_CRED_LM_PRESENT 0x1
#define MSV1_0_CRED_NT_PRESENT 0x2
#define MSV1_0_CRED_REMOVED 0x4
#define MSV1_0_CRED_CREDKEY_PRESENT 0x8
#define MSV1_0_CRED_SHA_PRESENT 0x10

typedef enum _MSV1_0_CREDENTIAL_KEY_TYPE OPENSSPI_ENUM32 {
  InvalidCredKey = 0,
  DeprecatedIUMCredKey = 1,
  DomainUserCredKey = 2,
  LocalUserCredKey = 3,
  ExternallySuppliedCredKey = 4
} MSV1_0_CREDENTIAL_KEY_TYPE;

typedef struct _MSV1_0_CREDENTIAL_KEY {
  UCHAR Data[MSV1_0_CREDENTIAL_KEY_LENGTH];
} MSV1_0_CREDENTIAL_KEY, *PMSV1_0_CREDENTIAL_KEY;

typedef struct _MSV1_0_SUPPLEMENTAL_CREDENTIAL {
  ULONG Version;
  ULONG Flags;
  UCHAR LmPassword[MSV1_0_OWF_PASSWORD_LENGTH];
  UCHAR NtPassword[MSV1_0_OWF_PASSWORD_LENGTH];
} MSV1_0_SUPPLEMENTAL_CREDENTIAL, *PMSV1_0_SUPPLEMENTAL_CREDENTIAL;

typedef struct _MSV1_0_SUPPLEMENTAL_CREDENTIAL_V2 {
  ULONG Version;
  ULONG Flags;
  UCHAR NtPassword[MSV1_0_OWF_PASSWORD_LENGTH];
  MSV1_0_CREDENTIAL_KEY CredentialKey;
} MSV1_0_SUPPLEMENTAL_CREDENTIAL_V2, *PMSV1_0_SUPPLEMENTAL_CREDENTIAL_V2;

typedef struct _MSV1_0_SUPPLEMENTAL_CREDENTIAL_V3 {
  ULONG Version;
  ULONG Flags;
  MSV1_0_CREDENTIAL_KEY_TYPE CredentialKeyType;
  UCHAR NtPassword[MSV1_0_OWF_PASSWORD_LENGTH];
  MSV1_0_CREDENTIAL_KEY CredentialKey;
  UCHAR ShaPassword[MSV1_0_SHA_PASSWORD_LENGTH];
} MSV1_0_SUPPLEMENTAL_CREDENTIAL_V3, *PMSV1_0_SUPPLEMENTAL_CREDENTIAL_V3;

/* The one packed structure here. */
#pragma pack(push, 1)
typedef struct _MSV1_0_REMOTE_SUPPLEMENTAL_CREDENTIAL {
  ULONG Version;
  ULONG Flags;
  MSV1_0_CREDENTIAL_KEY CredentialKey;
  MSV1_0_CREDENTIAL_KEY_TYPE CredentialKeyType;
  ULONG EncryptedCredsSize;
  UCHAR EncryptedCreds[1];
} MSV1_0_REMOTE_SUPPLEMENTAL_CREDENTIAL, *PMSV1_0_REMOTE_SUPPLEMENTAL_CREDENTIAL;
#pragma pack(pop)

/* NTLMv2_RESPONSE, [MS-NLMP] 2.2.2.8. */
typedef struct _MSV1_0_NTLM3_RESPONSE {
  UCHAR Response[MSV1_0_NTLM3_RESPONSE_LENGTH];
  UCHAR RespType;
  UCHAR HiRespType;
  USHORT Flags;
  ULONG MsgWord;
  ULONGLONG TimeStamp;
  UCHAR ChallengeFromClient[MSV1_0_CHALLENGE_LENGTH];
  ULONG AvPairsOff;
  UCHAR Buffer[1]; /* the AV_PAIRs */
} MSV1_0_NTLM3_RESPONSE, *PMSV1_0_NTLM3_RESPONSE;

/* AV_PAIR, [MS-NLMP] 2.2.2.1. */
typedef enum OPENSSPI_ENUM32 {
  MsvAvEOL = 0,
  MsvAvNbComputerName = 1,
  MsvAvNbDomainName = 2,
  MsvAvDnsComputerName = 3,
  MsvAvDnsDomainName = 4,
  MsvAvDnsTreeName = 5,
  MsvAvFlags = 6,
  MsvAvTimestamp = 7,
  MsvAvRestrictions = 8,
  MsvAvTargetName = 9,
  MsvAvChannelBindings = 10
} MSV1_0_AVID;

typedef struct _MSV1_0_AV_PAIR {
  USHORT AvId;
  USHORT AvLen;
} MSV1_0_AV_PAIR, *PMSV1_0_AV_PAIR;

#define MSV1_0_AV_FLAG_FORCE_GUEST 0x00000001
#define MSV1_0_AV_FLAG_MIC_HANDSHAKE_MESSAGES 0x00000002
#define MSV1_0_AV_FLAG_UNVERIFIED_TARGET 0x00000004

/* ---- Functions --------------------------------------------------------------------------------- */

#define LSA_SUCCESS(Error) ((LONG)(Error) >= 0)

OPENSSPI_API NTSTATUS NTAPI LsaConnectUntrusted(PHANDLE LsaHandle);
OPENSSPI_API NTSTATUS NTAPI LsaRegisterLogonProcess(PLSA_STRING LogonProcessName, PHANDLE LsaHandle,
                                                    PLSA_OPERATIONAL_MODE SecurityMode);
OPENSSPI_API NTSTATUS NTAPI LsaDeregisterLogonProcess(HANDLE LsaHandle);

OPENSSPI_API NTSTATUS NTAPI LsaLookupAuthenticationPackage(HANDLE LsaHandle,
                                                           PLSA_STRING PackageName,
                                                           PULONG AuthenticationPackage);

/* ProfileBuffer is released with LsaFreeReturnBuffer. */
OPENSSPI_API NTSTATUS NTAPI LsaLogonUser(
    HANDLE LsaHandle, PLSA_STRING OriginName, SECURITY_LOGON_TYPE LogonType,
    ULONG AuthenticationPackage, PVOID AuthenticationInformation,
    ULONG AuthenticationInformationLength, PTOKEN_GROUPS LocalGroups, PTOKEN_SOURCE SourceContext,
    PVOID *ProfileBuffer, PULONG ProfileBufferLength, PLUID LogonId, PHANDLE Token,
    PQUOTA_LIMITS Quotas, PNTSTATUS SubStatus);

/* ProtocolReturnBuffer is released with LsaFreeReturnBuffer. */
OPENSSPI_API NTSTATUS NTAPI LsaCallAuthenticationPackage(
    HANDLE LsaHandle, ULONG AuthenticationPackage, PVOID ProtocolSubmitBuffer,
    ULONG SubmitBufferLength, PVOID *ProtocolReturnBuffer, PULONG ReturnBufferLength,
    PNTSTATUS ProtocolStatus);

/* STATUS_INVALID_PARAMETER for NULL, and for memory that is not the library's or was freed. */
OPENSSPI_API NTSTATUS NTAPI LsaFreeReturnBuffer(PVOID Buffer);

/* Logon sessions: see opensspi.h for their numbers. What these two hand out is one block each, which
 * is released with LsaFreeReturnBuffer; outputs are written on STATUS_SUCCESS only, and after any
 * other answer opensspi_last_error() says more. STATUS_INVALID_PARAMETER for a pointer that is NULL,
 * STATUS_INSUFFICIENT_RESOURCES when memory runs out. */

/* The sessions that the caller may ask about: its own first, and for root also that of the machine
 * (0x3E7) and that of each user who has logged on. Windows: it lists all of them to everybody. */
OPENSSPI_API NTSTATUS NTAPI LsaEnumerateLogonSessions(PULONG LogonSessionCount,
                                                      PLUID *LogonSessionList);

/* STATUS_ACCESS_DENIED for another user's session, STATUS_NO_SUCH_LOGON_SESSION for a number that no
 * session has. Times are in UTC.
 *   UserName, LogonDomain: who logged on last (opensspi_login); in a session without anybody the
 *     Unix user and this machine; of the machine's session its account, "HOST$"
 *   Upn: set when that name is user@domain, which UserName then holds too
 *   AuthenticationPackage: "Negotiate": nobody has judged the logon yet
 *   LogonType: Interactive; UndefinedLogonType for the machine, as on Windows; Network for nobody
 *   Sid: S-1-22-1-uid, as Samba names Unix users; S-1-5-18 and S-1-5-7
 *   LogonTime: 0 when nobody has logged on; KickOffTime: when the credential ends
 *   LogoffTime, PasswordMustChange: never (0x7FFFFFFFFFFFFFFF). Everything else is 0 or empty. */
OPENSSPI_API NTSTATUS NTAPI LsaGetLogonSessionData(
    PLUID LogonId, PSECURITY_LOGON_SESSION_DATA *ppLogonSessionData);

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_NTSECAPI_H */
