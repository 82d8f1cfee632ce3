/*
 * credssp.h: the credential security support provider, package "CREDSSP" ([MS-CSSP]): its
 * credentials and the attributes of its contexts. Include security.h first; a certificate part and
 * its types are in schannel.h.
 *
 * A client acquires SECPKG_CRED_OUTBOUND with a CREDSSP_CRED whose pSpnegoCred is a
 * SEC_WINNT_AUTH_IDENTITY; a server acquires SECPKG_CRED_INBOUND with one whose pSchannelCred is an
 * SCHANNEL_CRED with its certificate. AcquireCredentialsHandle copies both: they stay the caller's.
 */
#ifndef OPENSSPI_CREDSSP_H
#define OPENSSPI_CREDSSP_H

#include "wintypes.h"

#define CREDSSP_NAME OPENSSPI_WIDE("CREDSSP")

#define TS_SSP_NAME_A "TSSSP"
#define TS_SSP_NAME OPENSSPI_WIDE("TSSSP")

/* The extended key usage of Remote Desktop servers' certificates. */
#define szOID_TS_KP_TS_SERVER_AUTH "1.3.6.1.4.1.311.54.1.2"

/* ---- Credentials ---------------------------------------------------------------------------- */

/* The letters are transposed in Windows' name. */
typedef enum _CREDSSP_SUBMIT_TYPE OPENSSPI_ENUM32 {
  CredsspPasswordCreds = 2,        /* pSpnegoCred: SEC_WINNT_AUTH_IDENTITY in any form */
  CredsspSchannelCreds = 4,        /* pSchannelCred: SCHANNEL_CRED */
  CredsspCertificateCreds = 13,    /* pSpnegoCred: KERB_CERTIFICATE_LOGON */
  CredsspSubmitBufferBoth = 50,    /* both; pSpnegoCred may also be a packed */
  CredsspSubmitBufferBothOld = 51, /* KERB_INTERACTIVE_LOGON, as SECPKG_ATTR_CREDS_2 gives it */
  CredsspCredEx = 100              /* the structure is a CREDSSP_CRED_EX */
} CREDSPP_SUBMIT_TYPE;
typedef CREDSPP_SUBMIT_TYPE CREDSSP_SUBMIT_TYPE;

typedef struct _CREDSSP_CRED {
  CREDSPP_SUBMIT_TYPE Type;
  PVOID pSchannelCred; /* NULL: the defaults of TLS */
  PVOID pSpnegoCred;   /* NULL: the default credentials of Negotiate */
} CREDSSP_CRED, *PCREDSSP_CRED;

#define CREDSSP_CRED_EX_VERSION 0
#define CREDSSP_FLAG_REDIRECT 0x1 /* nothing is delegated: Remote Credential Guard */

typedef struct _CREDSSP_CRED_EX {
  CREDSPP_SUBMIT_TYPE Type; /* CredsspCredEx */
  DWORD Version;            /* CREDSSP_CRED_EX_VERSION */
  DWORD Flags;              /* CREDSSP_FLAG_REDIRECT */
  DWORD Reserved;           /* 0 */
  CREDSSP_CRED Cred;
} CREDSSP_CRED_EX, *PCREDSSP_CRED_EX;

/* ---- Attributes of contexts ----------------------------------------------------------------- */

/* Asked on the other side they are SEC_E_UNSUPPORTED_FUNCTION. docs/attributes.md has them all. */
#define SECPKG_ALT_ATTR 0x80000000

/* SecPkgContext_ClientCreds, server: what the client delegated, as a packed logon.
 * SEC_E_NO_CREDENTIALS when that is nothing. */
#define SECPKG_ATTR_CREDS (SECPKG_ALT_ATTR | 128)
/* SecPkgContext_PackageInfo: what Negotiate chose. */
#define SECPKG_ATTR_NEGOTIATION_PACKAGE (SECPKG_ALT_ATTR | 129)
/* SecPkgContext_AccessToken, server: the client; what it is without restrictions. */
#define SECPKG_ATTR_C_ACCESS_TOKEN (SECPKG_ALT_ATTR | 18)
#define SECPKG_ATTR_C_FULL_ACCESS_TOKEN (SECPKG_ALT_ATTR | 130)
/* SecPkgContext_Flags, client: CREDSSP_SERVER_AUTH_, how the server proved itself. */
#define SECPKG_ATTR_SERVER_AUTH_FLAGS (SECPKG_ALT_ATTR | 131)
/* CERT_TRUST_STATUS, client: how far the server's certificate is trusted at this moment, by the
 * system's authorities. */
#define SECPKG_ATTR_CERT_TRUST_STATUS (SECPKG_ALT_ATTR | 132)
/* SecPkgContext_AccessToken, server: good for identification only. */
#define SECPKG_ATTR_C_FULL_IDENT_TOKEN (SECPKG_ALT_ATTR | 133)
/* SecPkgContext_ClientCreds, server: what the client delegated, as a packed
 * KERB_INTERACTIVE_LOGON or KERB_CERTIFICATE_LOGON, whose pointers are offsets in bytes. Of an
 * online identity (domain MicrosoftAccount or AzureAD) a marshalled SEC_WINNT_AUTH_IDENTITY_EX2. */
#define SECPKG_ATTR_CREDS_2 (SECPKG_ALT_ATTR | 134)

/* Flags of SECPKG_ATTR_SERVER_AUTH_FLAGS. */
#define CREDSSP_SERVER_AUTH_NEGOTIATE 1
#define CREDSSP_SERVER_AUTH_CERTIFICATE 2
#define CREDSSP_SERVER_AUTH_LOOPBACK 4

/* Holds a secret: erase it before FreeContextBuffer(AuthBuffer). */
typedef struct _SecPkgContext_ClientCreds {
  ULONG AuthBufferLen; /* bytes */
  PUCHAR AuthBuffer;
} SecPkgContext_ClientCreds, *PSecPkgContext_ClientCreds;

#endif /* OPENSSPI_CREDSSP_H */
