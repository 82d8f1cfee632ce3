/*
 * ntsecapi/kerberos.h, a part of ntsecapi.h: the numbers of Kerberos, the structures that its
 * credentials are packed in, and those of its messages. RFC 3961, RFC 4120, [MS-KILE].
 */
#ifndef OPENSSPI_NTSECAPI_KERBEROS_H
#define OPENSSPI_NTSECAPI_KERBEROS_H

#include "../wintypes.h"

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

/* ---- Numbers ----------------------------------------------------------------------------------- */

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

/* ---- Logons ------------------------------------------------------------------------------------ */

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

/* ---- What LsaLogonUser tells about a logon ----------------------------------------------------- */

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

/* ---- Messages of LsaCallAuthenticationPackage -------------------------------------------------- */

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

#endif /* OPENSSPI_NTSECAPI_KERBEROS_H */
