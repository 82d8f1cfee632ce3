/*
 * minschannel.h: names of the Schannel package, the numbers of its attributes, and what its
 * credentials can be asked for. schannel.h has the rest and includes this.
 */
#ifndef OPENSSPI_MINSCHANNEL_H
#define OPENSSPI_MINSCHANNEL_H

#include "wincrypt.h"
#include "wintypes.h"

/* ---- Names of the package ---------------------------------------------------------------------- */

#define UNISP_NAME_A "Microsoft Unified Security Protocol Provider"
#define UNISP_NAME_W OPENSSPI_WIDE("Microsoft Unified Security Protocol Provider")
#define SCHANNEL_NAME_A "Schannel"
#define SCHANNEL_NAME_W OPENSSPI_WIDE("Schannel")
#define DEFAULT_TLS_SSP_NAME_A "Default TLS SSP"
#define DEFAULT_TLS_SSP_NAME_W OPENSSPI_WIDE("Default TLS SSP")

/* Of single protocols; no package answers to these. */
#define SSL2SP_NAME_A "Microsoft SSL 2.0"
#define SSL2SP_NAME_W OPENSSPI_WIDE("Microsoft SSL 2.0")
#define SSL3SP_NAME_A "Microsoft SSL 3.0"
#define SSL3SP_NAME_W OPENSSPI_WIDE("Microsoft SSL 3.0")
#define TLS1SP_NAME_A "Microsoft TLS 1.0"
#define TLS1SP_NAME_W OPENSSPI_WIDE("Microsoft TLS 1.0")
#define PCT1SP_NAME_A "Microsoft PCT 1.0"
#define PCT1SP_NAME_W OPENSSPI_WIDE("Microsoft PCT 1.0")

#ifdef UNICODE
#define UNISP_NAME UNISP_NAME_W
#define SCHANNEL_NAME SCHANNEL_NAME_W
#define DEFAULT_TLS_SSP_NAME DEFAULT_TLS_SSP_NAME_W
#define SSL2SP_NAME SSL2SP_NAME_W
#define SSL3SP_NAME SSL3SP_NAME_W
#define TLS1SP_NAME TLS1SP_NAME_W
#define PCT1SP_NAME PCT1SP_NAME_W
#else
#define UNISP_NAME UNISP_NAME_A
#define SCHANNEL_NAME SCHANNEL_NAME_A
#define DEFAULT_TLS_SSP_NAME DEFAULT_TLS_SSP_NAME_A
#define SSL2SP_NAME SSL2SP_NAME_A
#define SSL3SP_NAME SSL3SP_NAME_A
#define TLS1SP_NAME TLS1SP_NAME_A
#define PCT1SP_NAME PCT1SP_NAME_A
#endif

#define UNISP_RPC_ID 14

/* ---- Attributes -------------------------------------------------------------------------------- */

#define SECPKG_ATTR_ISSUER_LIST 0x50                   /* SecPkgContext_IssuerListInfo */
#define SECPKG_ATTR_REMOTE_CRED 0x51                   /* SecPkgContext_RemoteCredentialInfo */
#define SECPKG_ATTR_LOCAL_CRED 0x52                    /* SecPkgContext_LocalCredentialInfo */
#define SECPKG_ATTR_REMOTE_CERT_CONTEXT 0x53           /* PCCERT_CONTEXT */
#define SECPKG_ATTR_LOCAL_CERT_CONTEXT 0x54            /* PCCERT_CONTEXT */
#define SECPKG_ATTR_ROOT_STORE 0x55                    /* HCERTSTORE, of a credential */
#define SECPKG_ATTR_SUPPORTED_ALGS 0x56                /* SecPkgCred_SupportedAlgs */
#define SECPKG_ATTR_CIPHER_STRENGTHS 0x57              /* SecPkgCred_CipherStrengths */
#define SECPKG_ATTR_SUPPORTED_PROTOCOLS 0x58           /* SecPkgCred_SupportedProtocols */
#define SECPKG_ATTR_ISSUER_LIST_EX 0x59                /* SecPkgContext_IssuerListInfoEx */
#define SECPKG_ATTR_CONNECTION_INFO 0x5a               /* SecPkgContext_ConnectionInfo */
#define SECPKG_ATTR_EAP_KEY_BLOCK 0x5b                 /* SecPkgContext_EapKeyBlock */
#define SECPKG_ATTR_MAPPED_CRED_ATTR 0x5c              /* SecPkgContext_MappedCredAttr */
#define SECPKG_ATTR_SESSION_INFO 0x5d                  /* SecPkgContext_SessionInfo */
#define SECPKG_ATTR_APP_DATA 0x5e                      /* SecPkgContext_SessionAppData */
#define SECPKG_ATTR_REMOTE_CERTIFICATES 0x5F           /* SecPkgContext_Certificates */
#define SECPKG_ATTR_CLIENT_CERT_POLICY 0x60            /* sets SecPkgCred_ClientCertPolicy */
#define SECPKG_ATTR_CC_POLICY_RESULT 0x61              /* SecPkgContext_ClientCertPolicyResult */
#define SECPKG_ATTR_USE_NCRYPT 0x62                    /* sets a flag of a credential */
#define SECPKG_ATTR_LOCAL_CERT_INFO 0x63               /* SecPkgContext_CertInfo */
#define SECPKG_ATTR_CIPHER_INFO 0x64                   /* SecPkgContext_CipherInfo */
#define SECPKG_ATTR_EAP_PRF_INFO 0x65                  /* sets SecPkgContext_EapPrfInfo */
#define SECPKG_ATTR_SUPPORTED_SIGNATURES 0x66          /* SecPkgContext_SupportedSignatures */
#define SECPKG_ATTR_REMOTE_CERT_CHAIN 0x67             /* PCCERT_CONTEXT */
#define SECPKG_ATTR_UI_INFO 0x68                       /* sets SecPkgContext_UiInfo */
#define SECPKG_ATTR_EARLY_START 0x69                   /* sets SecPkgContext_EarlyStart */
#define SECPKG_ATTR_KEYING_MATERIAL_INFO 0x6a          /* sets SecPkgContext_KeyingMaterialInfo */
#define SECPKG_ATTR_KEYING_MATERIAL 0x6b               /* SecPkgContext_KeyingMaterial */
#define SECPKG_ATTR_SRTP_PARAMETERS 0x6c               /* SecPkgContext_SrtpParameters */
#define SECPKG_ATTR_TOKEN_BINDING 0x6d                 /* SecPkgContext_TokenBinding */
#define SECPKG_ATTR_CONNECTION_INFO_EX 0x6e            /* SecPkgContext_ConnectionInfoEx */
#define SECPKG_ATTR_KEYING_MATERIAL_TOKEN_BINDING 0x6f /* SecPkgContext_KeyingMaterial */
#define SECPKG_ATTR_KEYING_MATERIAL_INPROC 0x70        /* SecPkgContext_KeyingMaterial_Inproc */
/* SecPkgContext_CertificateValidationResult; the second after the handshake only. */
#define SECPKG_ATTR_CERT_CHECK_RESULT 0x71
#define SECPKG_ATTR_CERT_CHECK_RESULT_INPROC 0x72
#define SECPKG_ATTR_SESSION_TICKET_KEYS 0x73           /* sets SecPkgCred_SessionTicketKeys */
#define SECPKG_ATTR_SERIALIZED_REMOTE_CERT_CONTEXT_INPROC 0x74 /* CERT_BLOB */
#define SECPKG_ATTR_SERIALIZED_REMOTE_CERT_CONTEXT 0x75        /* CERT_BLOB */

/* ---- Attributes of credentials ----------------------------------------------------------------- */

/* What sessions of the credential can really agree on; of a credential for both directions, either.
 * FreeContextBuffer releases palgSupportedAlgs. */
typedef struct _SecPkgCred_SupportedAlgs {
  DWORD cSupportedAlgs;
  ALG_ID *palgSupportedAlgs;
} SecPkgCred_SupportedAlgs, *PSecPkgCred_SupportedAlgs;

typedef struct _SecPkgCred_CipherStrengths {
  DWORD dwMinimumCipherStrength;
  DWORD dwMaximumCipherStrength;
} SecPkgCred_CipherStrengths, *PSecPkgCred_CipherStrengths;

typedef struct _SecPkgCred_SupportedProtocols {
  DWORD grbitProtocol; /* SP_PROT_ */
} SecPkgCred_SupportedProtocols, *PSecPkgCred_SupportedProtocols;

typedef struct _SecPkgCred_ClientCertPolicy {
  DWORD dwFlags;
  GUID guidPolicyId;
  DWORD dwCertFlags;
  DWORD dwUrlRetrievalTimeout;
  BOOL fCheckRevocationFreshnessTime;
  DWORD dwRevocationFreshnessTime;
  BOOL fOmitUsageCheck;
  LPWSTR pwszSslCtlStoreName;
  LPWSTR pwszSslCtlIdentifier;
} SecPkgCred_ClientCertPolicy, *PSecPkgCred_ClientCertPolicy;

#define SESSION_TICKET_INFO_V0 0
#define SESSION_TICKET_INFO_VERSION SESSION_TICKET_INFO_V0

typedef struct _SecPkgCred_SessionTicketKey {
  DWORD TicketInfoVersion;
  BYTE KeyId[16];
  BYTE KeyingMaterial[64];
  BYTE KeyingMaterialSize;
} SecPkgCred_SessionTicketKey, *PSecPkgCred_SessionTicketKey;

typedef struct _SecPkgCred_SessionTicketKeys {
  DWORD cSessionTicketKeys;
  PSecPkgCred_SessionTicketKey pSessionTicketKeys;
} SecPkgCred_SessionTicketKeys, *PSecPkgCred_SessionTicketKeys;

#endif /* OPENSSPI_MINSCHANNEL_H */
