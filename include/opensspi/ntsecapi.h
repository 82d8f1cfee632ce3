/*
 * ntsecapi.h: the part of Windows' ntsecapi.h that goes with security packages: the structures that
 * logon credentials are packed in (KERB_, MSV1_0_), logon sessions, and the Lsa functions.
 *
 * Strings are counted in bytes and need no terminating zero. In a packed buffer they follow the
 * structure in the same block, and Buffer holds an offset in bytes from the structure's start
 * instead of an address: check Buffer + Length against the size of the block. The layout is that of
 * Windows x64, so packed buffers can be exchanged with it.
 */
#ifndef OPENSSPI_NTSECAPI_H
#define OPENSSPI_NTSECAPI_H

#include "wintypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef __SECHANDLE_DEFINED__
#define __SECHANDLE_DEFINED__
typedef struct _SecHandle {
  ULONG_PTR dwLower;
  ULONG_PTR dwUpper;
} SecHandle, *PSecHandle;
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

/* ---- Kerberos: numbers (RFC 3961, RFC 4120, [MS-KILE]) ----------------------------------------- */

#ifndef MICROSOFT_KERBEROS_NAME_A
#define MICROSOFT_KERBEROS_NAME_A "Kerberos"
#define MICROSOFT_KERBEROS_NAME_W OPENSSPI_WIDE("Kerberos")
#define MICROSOFT_KERBEROS_NAME MICROSOFT_KERBEROS_NAME_W
#endif

#define KERBEROS_VERSION 5
#define KERBEROS_REVISION 6

#define KERB_ETYPE_NULL 0
#define KERB_ETYPE_DES_CBC_CRC 1
#define KERB_ETYPE_DES_CBC_MD4 2
#define KERB_ETYPE_DES_CBC_MD5 3
#define KERB_ETYPE_AES128_CTS_HMAC_SHA1_96 17
#define KERB_ETYPE_AES256_CTS_HMAC_SHA1_96 18
#define KERB_ETYPE_AES128_CTS_HMAC_SHA256 19
#define KERB_ETYPE_AES256_CTS_HMAC_SHA384 20
#define KERB_ETYPE_DES_CBC_MD5_NT 20
#define KERB_ETYPE_RC4_HMAC_NT 23
#define KERB_ETYPE_RC4_HMAC_NT_EXP 24
#define KERB_ETYPE_RC4_HMAC_OLD -133
#define KERB_ETYPE_DEFAULT 0x0

#define KERB_CHECKSUM_NONE 0
#define KERB_CHECKSUM_CRC32 1
#define KERB_CHECKSUM_MD4 2
#define KERB_CHECKSUM_MD5 7
#define KERB_CHECKSUM_SHA1_NEW 14
#define KERB_CHECKSUM_HMAC_SHA1_96_AES128 15
#define KERB_CHECKSUM_HMAC_SHA1_96_AES256 16
#define KERB_CHECKSUM_MD5_HMAC -137
#define KERB_CHECKSUM_HMAC_MD5 -138

#define KERB_TICKET_FLAGS_reserved 0x80000000
#define KERB_TICKET_FLAGS_forwardable 0x40000000
#define KERB_TICKET_FLAGS_forwarded 0x20000000
#define KERB_TICKET_FLAGS_proxiable 0x10000000
#define KERB_TICKET_FLAGS_proxy 0x08000000
#define KERB_TICKET_FLAGS_may_postdate 0x04000000
#define KERB_TICKET_FLAGS_postdated 0x02000000
#define KERB_TICKET_FLAGS_invalid 0x01000000
#define KERB_TICKET_FLAGS_renewable 0x00800000
#define KERB_TICKET_FLAGS_initial 0x00400000
#define KERB_TICKET_FLAGS_pre_authent 0x00200000
#define KERB_TICKET_FLAGS_hw_authent 0x00100000
#define KERB_TICKET_FLAGS_ok_as_delegate 0x00040000
#define KERB_TICKET_FLAGS_name_canonicalize 0x00010000
#define KERB_TICKET_FLAGS_enc_pa_rep 0x00010000

#define KRB_NT_UNKNOWN 0
#define KRB_NT_PRINCIPAL 1
#define KRB_NT_SRV_INST 2
#define KRB_NT_SRV_HST 3
#define KRB_NT_SRV_XHST 4
#define KRB_NT_UID 5
#define KRB_NT_X500_PRINCIPAL 6
#define KRB_NT_ENTERPRISE_PRINCIPAL 10
#define KRB_NT_WELLKNOWN 11
#define KRB_NT_MS_PRINCIPAL -128
#define KRB_NT_MS_PRINCIPAL_AND_ID -129
#define KRB_NT_ENT_PRINCIPAL_AND_ID -130
#define KRB_NT_PRINCIPAL_AND_ID -131
#define KRB_NT_SRV_INST_AND_ID -132
#define KRB_NT_MS_BRANCH_ID -133

/* The fQOP of EncryptMessage for integrity alone. */
#define KERB_WRAP_NO_ENCRYPT 0x80000001

/* ---- Kerberos: logons -------------------------------------------------------------------------- */

typedef enum _KERB_LOGON_SUBMIT_TYPE OPENSSPI_ENUM32 {
  KerbInteractiveLogon = 2,
  KerbSmartCardLogon = 6,
  KerbWorkstationUnlockLogon = 7,
  KerbSmartCardUnlockLogon = 8,
  KerbProxyLogon = 9,
  KerbTicketLogon = 10,
  KerbTicketUnlockLogon = 11,
  KerbS4ULogon = 12,
  KerbCertificateLogon = 13,
  KerbCertificateS4ULogon = 14,
  KerbCertificateUnlockLogon = 15,
  KerbNoElevationLogon = 83,
  KerbLuidLogon = 84
} KERB_LOGON_SUBMIT_TYPE, *PKERB_LOGON_SUBMIT_TYPE;

typedef struct _KERB_INTERACTIVE_LOGON {
  KERB_LOGON_SUBMIT_TYPE MessageType; /* KerbInteractiveLogon */
  UNICODE_STRING LogonDomainName;
  UNICODE_STRING UserName;
  UNICODE_STRING Password;
} KERB_INTERACTIVE_LOGON, *PKERB_INTERACTIVE_LOGON;

typedef struct _KERB_INTERACTIVE_UNLOCK_LOGON {
  KERB_INTERACTIVE_LOGON Logon;
  LUID LogonId;
} KERB_INTERACTIVE_UNLOCK_LOGON, *PKERB_INTERACTIVE_UNLOCK_LOGON;

typedef struct _KERB_SMART_CARD_LOGON {
  KERB_LOGON_SUBMIT_TYPE MessageType;
  UNICODE_STRING Pin;
  ULONG CspDataLength;
  PUCHAR CspData; /* KERB_SMARTCARD_CSP_INFO */
} KERB_SMART_CARD_LOGON, *PKERB_SMART_CARD_LOGON;

typedef struct _KERB_SMART_CARD_UNLOCK_LOGON {
  KERB_SMART_CARD_LOGON Logon;
  LUID LogonId;
} KERB_SMART_CARD_UNLOCK_LOGON, *PKERB_SMART_CARD_UNLOCK_LOGON;

#define KERB_CERTIFICATE_LOGON_FLAG_CHECK_DUPLICATES 0x1
#define KERB_CERTIFICATE_LOGON_FLAG_USE_CERTIFICATE_INFO 0x2

typedef struct _KERB_CERTIFICATE_LOGON {
  KERB_LOGON_SUBMIT_TYPE MessageType; /* KerbCertificateLogon */
  UNICODE_STRING DomainName;
  UNICODE_STRING UserName;
  UNICODE_STRING Pin;
  ULONG Flags;         /* KERB_CERTIFICATE_LOGON_FLAG_ */
  ULONG CspDataLength; /* bytes */
  PUCHAR CspData;      /* KERB_SMARTCARD_CSP_INFO, or KERB_CERTIFICATE_INFO */
} KERB_CERTIFICATE_LOGON, *PKERB_CERTIFICATE_LOGON;

typedef struct _KERB_CERTIFICATE_UNLOCK_LOGON {
  KERB_CERTIFICATE_LOGON Logon;
  LUID LogonId;
} KERB_CERTIFICATE_UNLOCK_LOGON, *PKERB_CERTIFICATE_UNLOCK_LOGON;

#define KERB_CERTIFICATE_S4U_LOGON_FLAG_CHECK_DUPLICATES 0x1
#define KERB_CERTIFICATE_S4U_LOGON_FLAG_CHECK_LOGONHOURS 0x2
#define KERB_CERTIFICATE_S4U_LOGON_FLAG_FAIL_IF_NT_AUTH_POLICY_REQUIRED 0x4
#define KERB_CERTIFICATE_S4U_LOGON_FLAG_IDENTIFY 0x8

typedef struct _KERB_CERTIFICATE_S4U_LOGON {
  KERB_LOGON_SUBMIT_TYPE MessageType;
  ULONG Flags; /* KERB_CERTIFICATE_S4U_LOGON_FLAG_ */
  UNICODE_STRING UserPrincipalName;
  UNICODE_STRING DomainName;
  ULONG CertificateLength;
  PUCHAR Certificate;
} KERB_CERTIFICATE_S4U_LOGON, *PKERB_CERTIFICATE_S4U_LOGON;

/* Where a smart card's key is. The offsets count TCHARs from bBuffer, where a reserved DWORD comes
 * first, then card, reader, container and provider, each with a terminating zero. */
typedef struct _KERB_SMARTCARD_CSP_INFO {
  DWORD dwCspInfoLen; /* bytes, with the text */
  DWORD MessageType;  /* 1 */
  __extension__ union {
    PVOID ContextInformation;
    ULONG64 SpaceHolderForWow64;
  };
  DWORD flags;
  DWORD KeySpec; /* AT_KEYEXCHANGE, AT_SIGNATURE */
  ULONG nCardNameOffset;
  ULONG nReaderNameOffset;
  ULONG nContainerNameOffset;
  ULONG nCSPNameOffset;
  TCHAR bBuffer;
} KERB_SMARTCARD_CSP_INFO, *PKERB_SMARTCARD_CSP_INFO;

typedef enum _KERB_CERTIFICATE_INFO_TYPE OPENSSPI_ENUM32 {
  CertHashInfo = 1
} KERB_CERTIFICATE_INFO_TYPE, *PKERB_CERTIFICATE_INFO_TYPE;

typedef struct _KERB_CERTIFICATE_HASHINFO {
  USHORT StoreNameLength;
  USHORT HashLength;
} KERB_CERTIFICATE_HASHINFO, *PKERB_CERTIFICATE_HASHINFO;

typedef struct _KERB_CERTIFICATE_INFO {
  ULONG CertInfoSize;
  ULONG InfoType; /* KERB_CERTIFICATE_INFO_TYPE */
} KERB_CERTIFICATE_INFO, *PKERB_CERTIFICATE_INFO;

#define KERB_LOGON_FLAG_ALLOW_EXPIRED_TICKET 0x1
#define KERB_LOGON_FLAG_REDIRECTED 0x2 /* Remote Credential Guard */

typedef struct _KERB_TICKET_LOGON {
  KERB_LOGON_SUBMIT_TYPE MessageType;
  ULONG Flags; /* KERB_LOGON_FLAG_ */
  ULONG ServiceTicketLength;
  ULONG TicketGrantingTicketLength;
  PUCHAR ServiceTicket;
  PUCHAR TicketGrantingTicket;
} KERB_TICKET_LOGON, *PKERB_TICKET_LOGON;

typedef struct _KERB_TICKET_UNLOCK_LOGON {
  KERB_TICKET_LOGON Logon;
  LUID LogonId;
} KERB_TICKET_UNLOCK_LOGON, *PKERB_TICKET_UNLOCK_LOGON;

#define KERB_S4U_LOGON_FLAG_CHECK_LOGONHOURS 0x2
#define KERB_S4U_LOGON_FLAG_IDENTIFY 0x8

typedef struct _KERB_S4U_LOGON {
  KERB_LOGON_SUBMIT_TYPE MessageType;
  ULONG Flags; /* KERB_S4U_LOGON_FLAG_ */
  UNICODE_STRING ClientUpn;
  UNICODE_STRING ClientRealm;
} KERB_S4U_LOGON, *PKERB_S4U_LOGON;

/* ---- Kerberos: what LsaLogonUser tells about a logon ------------------------------------------- */

typedef enum _KERB_PROFILE_BUFFER_TYPE OPENSSPI_ENUM32 {
  KerbInteractiveProfile = 2,
  KerbSmartCardProfile = 4,
  KerbTicketProfile = 6
} KERB_PROFILE_BUFFER_TYPE, *PKERB_PROFILE_BUFFER_TYPE;

typedef struct _KERB_INTERACTIVE_PROFILE {
  KERB_PROFILE_BUFFER_TYPE MessageType;
  USHORT LogonCount;
  USHORT BadPasswordCount;
  LARGE_INTEGER LogonTime;
  LARGE_INTEGER LogoffTime;
  LARGE_INTEGER KickOffTime;
  LARGE_INTEGER PasswordLastSet;
  LARGE_INTEGER PasswordCanChange;
  LARGE_INTEGER PasswordMustChange;
  UNICODE_STRING LogonScript;
  UNICODE_STRING HomeDirectory;
  UNICODE_STRING FullName;
  UNICODE_STRING ProfilePath;
  UNICODE_STRING HomeDirectoryDrive;
  UNICODE_STRING LogonServer;
  ULONG UserFlags;
} KERB_INTERACTIVE_PROFILE, *PKERB_INTERACTIVE_PROFILE;

typedef struct _KERB_SMART_CARD_PROFILE {
  KERB_INTERACTIVE_PROFILE Profile;
  ULONG CertificateSize;
  PUCHAR CertificateData;
} KERB_SMART_CARD_PROFILE, *PKERB_SMART_CARD_PROFILE;

typedef struct KERB_CRYPTO_KEY {
  LONG KeyType; /* KERB_ETYPE_ */
  ULONG Length;
  PUCHAR Value;
} KERB_CRYPTO_KEY, *PKERB_CRYPTO_KEY;

typedef struct KERB_CRYPTO_KEY32 {
  LONG KeyType;
  ULONG Length;
  ULONG Offset;
} KERB_CRYPTO_KEY32, *PKERB_CRYPTO_KEY32;

typedef struct _KERB_TICKET_PROFILE {
  KERB_INTERACTIVE_PROFILE Profile;
  KERB_CRYPTO_KEY SessionKey;
} KERB_TICKET_PROFILE, *PKERB_TICKET_PROFILE;

/* ---- Kerberos: messages of LsaCallAuthenticationPackage ---------------------------------------- */

typedef enum _KERB_PROTOCOL_MESSAGE_TYPE OPENSSPI_ENUM32 {
  KerbDebugRequestMessage = 0,
  KerbQueryTicketCacheMessage = 1,
  KerbChangeMachinePasswordMessage = 2,
  KerbVerifyPacMessage = 3,
  KerbRetrieveTicketMessage = 4,
  KerbUpdateAddressesMessage = 5,
  KerbPurgeTicketCacheMessage = 6,
  KerbChangePasswordMessage = 7,
  KerbRetrieveEncodedTicketMessage = 8,
  KerbDecryptDataMessage = 9,
  KerbAddBindingCacheEntryMessage = 10,
  KerbSetPasswordMessage = 11,
  KerbSetPasswordExMessage = 12,
  KerbVerifyCredentialsMessage = 13,
  KerbQueryTicketCacheExMessage = 14,
  KerbPurgeTicketCacheExMessage = 15,
  KerbRefreshSmartcardCredentialsMessage = 16,
  KerbAddExtraCredentialsMessage = 17,
  KerbQuerySupplementalCredentialsMessage = 18,
  KerbTransferCredentialsMessage = 19,
  KerbQueryTicketCacheEx2Message = 20,
  KerbSubmitTicketMessage = 21,
  KerbAddExtraCredentialsExMessage = 22,
  KerbQueryKdcProxyCacheMessage = 23,
  KerbPurgeKdcProxyCacheMessage = 24,
  KerbQueryTicketCacheEx3Message = 25,
  KerbCleanupMachinePkinitCredsMessage = 26,
  KerbAddBindingCacheEntryExMessage = 27,
  KerbQueryBindingCacheMessage = 28,
  KerbPurgeBindingCacheMessage = 29,
  KerbPinKdcMessage = 30,
  KerbUnpinAllKdcsMessage = 31,
  KerbQueryDomainExtendedPoliciesMessage = 32,
  KerbQueryS4U2ProxyCacheMessage = 33,
  KerbRetrieveKeyTabMessage = 34,
  KerbRefreshPolicyMessage = 35,
  KerbPrintCloudKerberosDebugMessage = 36,
  KerbNetworkTicketLogonMessage = 37,
  KerbNlChangeMachinePasswordMessage = 38
} KERB_PROTOCOL_MESSAGE_TYPE, *PKERB_PROTOCOL_MESSAGE_TYPE;

typedef struct _KERB_AUTH_DATA {
  ULONG Type;
  ULONG Length;
  PUCHAR Data;
} KERB_AUTH_DATA, *PKERB_AUTH_DATA;

typedef struct _KERB_NET_ADDRESS {
  ULONG Family;
  ULONG Length;
  PCHAR Address;
} KERB_NET_ADDRESS, *PKERB_NET_ADDRESS;

typedef struct _KERB_NET_ADDRESSES {
  ULONG Number;
  KERB_NET_ADDRESS Addresses[ANYSIZE_ARRAY];
} KERB_NET_ADDRESSES, *PKERB_NET_ADDRESSES;

typedef struct _KERB_EXTERNAL_NAME {
  SHORT NameType; /* KRB_NT_ */
  USHORT NameCount;
  UNICODE_STRING Names[ANYSIZE_ARRAY];
} KERB_EXTERNAL_NAME, *PKERB_EXTERNAL_NAME;

typedef struct _KERB_EXTERNAL_TICKET {
  PKERB_EXTERNAL_NAME ServiceName;
  PKERB_EXTERNAL_NAME TargetName;
  PKERB_EXTERNAL_NAME ClientName;
  UNICODE_STRING DomainName;
  UNICODE_STRING TargetDomainName;
  UNICODE_STRING AltTargetDomainName;
  KERB_CRYPTO_KEY SessionKey;
  ULONG TicketFlags; /* KERB_TICKET_FLAGS_ */
  ULONG Flags;
  LARGE_INTEGER KeyExpirationTime;
  LARGE_INTEGER StartTime;
  LARGE_INTEGER EndTime;
  LARGE_INTEGER RenewUntil;
  LARGE_INTEGER TimeSkew;
  ULONG EncodedTicketSize;
  PUCHAR EncodedTicket;
} KERB_EXTERNAL_TICKET, *PKERB_EXTERNAL_TICKET;

#define KERB_USE_DEFAULT_TICKET_FLAGS 0x0

#define KERB_RETRIEVE_TICKET_DEFAULT 0x0
#define KERB_RETRIEVE_TICKET_DONT_USE_CACHE 0x1
#define KERB_RETRIEVE_TICKET_USE_CACHE_ONLY 0x2
#define KERB_RETRIEVE_TICKET_USE_CREDHANDLE 0x4
#define KERB_RETRIEVE_TICKET_AS_KERB_CRED 0x8
#define KERB_RETRIEVE_TICKET_WITH_SEC_CRED 0x10
#define KERB_RETRIEVE_TICKET_CACHE_TICKET 0x20
#define KERB_RETRIEVE_TICKET_MAX_LIFETIME 0x40

typedef struct _KERB_RETRIEVE_TKT_REQUEST {
  KERB_PROTOCOL_MESSAGE_TYPE MessageType;
  LUID LogonId;
  UNICODE_STRING TargetName;
  ULONG TicketFlags;
  ULONG CacheOptions; /* KERB_RETRIEVE_TICKET_ */
  LONG EncryptionType;
  SecHandle CredentialsHandle;
} KERB_RETRIEVE_TKT_REQUEST, *PKERB_RETRIEVE_TKT_REQUEST;

typedef struct _KERB_RETRIEVE_TKT_RESPONSE {
  KERB_EXTERNAL_TICKET Ticket;
} KERB_RETRIEVE_TKT_RESPONSE, *PKERB_RETRIEVE_TKT_RESPONSE;

typedef struct _KERB_SUBMIT_TKT_REQUEST {
  KERB_PROTOCOL_MESSAGE_TYPE MessageType;
  LUID LogonId;
  ULONG Flags;
  KERB_CRYPTO_KEY32 Key;
  ULONG KerbCredSize;
  ULONG KerbCredOffset;
} KERB_SUBMIT_TKT_REQUEST, *PKERB_SUBMIT_TKT_REQUEST;

#define KERB_PURGE_ALL_TICKETS 1

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

OPENSSPI_API NTSTATUS NTAPI LsaFreeReturnBuffer(PVOID Buffer);

/* What they hand out is released with LsaFreeReturnBuffer. */
OPENSSPI_API NTSTATUS NTAPI LsaEnumerateLogonSessions(PULONG LogonSessionCount,
                                                      PLUID *LogonSessionList);
OPENSSPI_API NTSTATUS NTAPI LsaGetLogonSessionData(
    PLUID LogonId, PSECURITY_LOGON_SESSION_DATA *ppLogonSessionData);

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_NTSECAPI_H */
