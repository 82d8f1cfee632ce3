/*
 * Chains of certificates, and whether they are trusted. Part of wincrypt.h.
 */
#ifndef OPENSSPI_WINCRYPT_CHAINS_H
#define OPENSSPI_WINCRYPT_CHAINS_H

#include "certificates.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What is wrong with a chain -------------------------------------------------------------- */

typedef struct _CERT_TRUST_STATUS {
  DWORD dwErrorStatus; /* CERT_TRUST_NO_ERROR, or what is wrong */
  DWORD dwInfoStatus;
} CERT_TRUST_STATUS, *PCERT_TRUST_STATUS;

/* dwErrorStatus, of a certificate or a chain. */
#define CERT_TRUST_NO_ERROR 0x00000000
#define CERT_TRUST_IS_NOT_TIME_VALID 0x00000001
#define CERT_TRUST_IS_NOT_TIME_NESTED 0x00000002
#define CERT_TRUST_IS_REVOKED 0x00000004
#define CERT_TRUST_IS_NOT_SIGNATURE_VALID 0x00000008
#define CERT_TRUST_IS_NOT_VALID_FOR_USAGE 0x00000010
#define CERT_TRUST_IS_UNTRUSTED_ROOT 0x00000020
#define CERT_TRUST_REVOCATION_STATUS_UNKNOWN 0x00000040
#define CERT_TRUST_IS_CYCLIC 0x00000080
#define CERT_TRUST_INVALID_EXTENSION 0x00000100
#define CERT_TRUST_INVALID_POLICY_CONSTRAINTS 0x00000200
#define CERT_TRUST_INVALID_BASIC_CONSTRAINTS 0x00000400
#define CERT_TRUST_INVALID_NAME_CONSTRAINTS 0x00000800
#define CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT 0x00001000
#define CERT_TRUST_HAS_NOT_DEFINED_NAME_CONSTRAINT 0x00002000
#define CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT 0x00004000
#define CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT 0x00008000
#define CERT_TRUST_HAS_WEAK_SIGNATURE 0x00100000
#define CERT_TRUST_HAS_WEAK_HYGIENE 0x00200000
#define CERT_TRUST_HAS_MIN_TELEMETRY_RSA 0x00400000
#define CERT_TRUST_HAS_MIN_WEAK_RSA 0x00800000
#define CERT_TRUST_IS_OFFLINE_REVOCATION 0x01000000
#define CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY 0x02000000
#define CERT_TRUST_IS_EXPLICIT_DISTRUST 0x04000000
#define CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT 0x08000000

/* dwErrorStatus, of a chain only. */
#define CERT_TRUST_IS_PARTIAL_CHAIN 0x00010000
#define CERT_TRUST_CTL_IS_NOT_TIME_VALID 0x00020000
#define CERT_TRUST_CTL_IS_NOT_SIGNATURE_VALID 0x00040000
#define CERT_TRUST_CTL_IS_NOT_VALID_FOR_USAGE 0x00080000

/* dwInfoStatus. */
#define CERT_TRUST_HAS_EXACT_MATCH_ISSUER 0x00000001
#define CERT_TRUST_HAS_KEY_MATCH_ISSUER 0x00000002
#define CERT_TRUST_HAS_NAME_MATCH_ISSUER 0x00000004
#define CERT_TRUST_IS_SELF_SIGNED 0x00000008
#define CERT_TRUST_AUTO_UPDATE_CA_REVOCATION 0x00000010
#define CERT_TRUST_AUTO_UPDATE_END_REVOCATION 0x00000020
#define CERT_TRUST_NO_OCSP_FAILOVER_TO_CRL 0x00000040
#define CERT_TRUST_IS_KEY_ROLLOVER 0x00000080
#define CERT_TRUST_HAS_PREFERRED_ISSUER 0x00000100
#define CERT_TRUST_HAS_ISSUANCE_CHAIN_POLICY 0x00000200
#define CERT_TRUST_HAS_VALID_NAME_CONSTRAINTS 0x00000400
#define CERT_TRUST_IS_PEER_TRUSTED 0x00000800
#define CERT_TRUST_HAS_CRL_VALIDITY_EXTENDED 0x00001000
#define CERT_TRUST_IS_FROM_EXCLUSIVE_TRUST_STORE 0x00002000
#define CERT_TRUST_IS_CA_TRUSTED 0x00004000
#define CERT_TRUST_HAS_AUTO_UPDATE_WEAK_SIGNATURE 0x00008000
#define CERT_TRUST_IS_COMPLEX_CHAIN 0x00010000
#define CERT_TRUST_HAS_ALLOW_WEAK_SIGNATURE 0x00020000
#define CERT_TRUST_SSL_HANDSHAKE_OCSP 0x00040000
#define CERT_TRUST_SSL_TIME_VALID_OCSP 0x00080000
#define CERT_TRUST_SSL_RECONNECT_OCSP 0x00100000


/* ---- Chains ---------------------------------------------------------------------------------- */

struct _CERT_REVOCATION_INFO;
struct _CERT_TRUST_LIST_INFO;

typedef struct _CERT_CHAIN_ELEMENT {
  DWORD cbSize;
  PCCERT_CONTEXT pCertContext; /* the chain's: not freed by who reads it */
  CERT_TRUST_STATUS TrustStatus;
  struct _CERT_REVOCATION_INFO *pRevocationInfo; /* NULL */
  PCERT_ENHKEY_USAGE pIssuanceUsage;             /* NULL */
  PCERT_ENHKEY_USAGE pApplicationUsage;          /* of it and all above it; NULL: any */
  LPCWSTR pwszExtendedErrorInfo;                 /* NULL */
} CERT_CHAIN_ELEMENT, *PCERT_CHAIN_ELEMENT;
typedef const CERT_CHAIN_ELEMENT *PCCERT_CHAIN_ELEMENT;

typedef struct _CERT_SIMPLE_CHAIN {
  DWORD cbSize;
  CERT_TRUST_STATUS TrustStatus;
  DWORD cElement;
  PCERT_CHAIN_ELEMENT *rgpElement; /* the end entity's first */
  struct _CERT_TRUST_LIST_INFO *pTrustListInfo;
  BOOL fHasRevocationFreshnessTime;
  DWORD dwRevocationFreshnessTime;
} CERT_SIMPLE_CHAIN, *PCERT_SIMPLE_CHAIN;
typedef const CERT_SIMPLE_CHAIN *PCCERT_SIMPLE_CHAIN;

typedef const struct _CERT_CHAIN_CONTEXT *PCCERT_CHAIN_CONTEXT;
typedef struct _CERT_CHAIN_CONTEXT {
  DWORD cbSize;
  CERT_TRUST_STATUS TrustStatus; /* what is wrong with any of it */
  DWORD cChain;                  /* 1 */
  PCERT_SIMPLE_CHAIN *rgpChain;
  DWORD cLowerQualityChainContext;
  PCCERT_CHAIN_CONTEXT *rgpLowerQualityChainContext;
  BOOL fHasRevocationFreshnessTime;
  DWORD dwRevocationFreshnessTime;
  DWORD dwCreateFlags; /* dwFlags */
  GUID ChainId;
} CERT_CHAIN_CONTEXT, *PCERT_CHAIN_CONTEXT;

#define USAGE_MATCH_TYPE_AND 0x00000000
#define USAGE_MATCH_TYPE_OR 0x00000001

typedef struct _CERT_USAGE_MATCH {
  DWORD dwType;
  CERT_ENHKEY_USAGE Usage;
} CERT_USAGE_MATCH, *PCERT_USAGE_MATCH;

typedef struct _CERT_CHAIN_PARA {
  DWORD cbSize;                    /* of what the caller knows of this structure */
  CERT_USAGE_MATCH RequestedUsage; /* what every certificate of the chain must be allowed */
} CERT_CHAIN_PARA, *PCERT_CHAIN_PARA;

/* dwFlags: what is not of revocation changes nothing. */
#define CERT_CHAIN_CACHE_END_CERT 0x00000001
#define CERT_CHAIN_THREAD_STORE_SYNC 0x00000002
#define CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL 0x00000004
#define CERT_CHAIN_DISABLE_PASS1_QUALITY_FILTERING 0x00000040
#define CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS 0x00000080
#define CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE 0x00000100
#define CERT_CHAIN_TIMESTAMP_TIME 0x00000200
#define CERT_CHAIN_ENABLE_PEER_TRUST 0x00000400
#define CERT_CHAIN_DISABLE_MY_PEER_TRUST 0x00000800
#define CERT_CHAIN_DISABLE_MD2_MD4 0x00001000
#define CERT_CHAIN_DISABLE_AIA 0x00002000
#define CERT_CHAIN_REVOCATION_ACCUMULATIVE_TIMEOUT 0x08000000
#define CERT_CHAIN_REVOCATION_CHECK_END_CERT 0x10000000
#define CERT_CHAIN_REVOCATION_CHECK_CHAIN 0x20000000
#define CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT 0x40000000
#define CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY 0x80000000

/* Which authorities are trusted. These: the system's. */
typedef HANDLE HCERTCHAINENGINE;
#define HCCE_CURRENT_USER ((HCERTCHAINENGINE)NULL)
#define HCCE_LOCAL_MACHINE ((HCERTCHAINENGINE)0x1)
#define HCCE_SERIAL_LOCAL_MACHINE ((HCERTCHAINENGINE)0x2)

/*
 * Builds the chain of pCertContext through hAdditionalStore (which may be NULL), its own store and
 * the system's CA, and judges it at *pTime (NULL: now). Nothing is fetched, and revocation cannot be asked: where
 * dwFlags demands that, the status says CERT_TRUST_REVOCATION_STATUS_UNKNOWN and
 * CERT_TRUST_IS_OFFLINE_REVOCATION. Names are not looked at; CertVerifyCertificateChainPolicy does.
 *   TRUE          *ppChainContext is released with CertFreeCertificateChain; its TrustStatus tells
 *                 whether the chain is good
 *   E_INVALIDARG  an argument is missing or none of this library, a cbSize is too small, a flag is
 *                 not listed here
 */
OPENSSPI_API BOOL WINAPI CertGetCertificateChain(HCERTCHAINENGINE hChainEngine,
                                                 PCCERT_CONTEXT pCertContext, LPFILETIME pTime,
                                                 HCERTSTORE hAdditionalStore,
                                                 PCERT_CHAIN_PARA pChainPara, DWORD dwFlags,
                                                 LPVOID pvReserved,
                                                 PCCERT_CHAIN_CONTEXT *ppChainContext);

/* One reference more, and one less. NULL and what is no chain are left alone. */
OPENSSPI_API PCCERT_CHAIN_CONTEXT WINAPI
CertDuplicateCertificateChain(PCCERT_CHAIN_CONTEXT pChainContext);
OPENSSPI_API VOID WINAPI CertFreeCertificateChain(PCCERT_CHAIN_CONTEXT pChainContext);

/* ---- Looking for chains ---------------------------------------------------------------------- */

/* Before a chain is built of the certificate: FALSE passes it over. */
typedef BOOL(WINAPI *PFN_CERT_CHAIN_FIND_BY_ISSUER_CALLBACK)(PCCERT_CONTEXT pCert, void *pvFindArg);

typedef struct _CERT_CHAIN_FIND_BY_ISSUER_PARA {
  DWORD cbSize;
  LPCSTR pszUsageIdentifier;      /* that the certificate must allow; NULL: any */
  DWORD dwKeySpec;                /* of its key; 0: any */
  DWORD dwAcquirePrivateKeyFlags; /* not used */
  DWORD cIssuer;                  /* 0: any issuer */
  CERT_NAME_BLOB *rgIssuer;       /* one of which issued any certificate of the chain */
  PFN_CERT_CHAIN_FIND_BY_ISSUER_CALLBACK pfnFindCallback; /* may be NULL */
  void *pvFindArg;
#ifdef CERT_CHAIN_FIND_BY_ISSUER_PARA_HAS_EXTRA_FIELDS
  DWORD *pdwIssuerChainIndex; /* get the place of that certificate; may be NULL */
  DWORD *pdwIssuerElementIndex;
#endif
} CERT_CHAIN_FIND_ISSUER_PARA, *PCERT_CHAIN_FIND_ISSUER_PARA, CERT_CHAIN_FIND_BY_ISSUER_PARA,
    *PCERT_CHAIN_FIND_BY_ISSUER_PARA;

#define CERT_CHAIN_FIND_BY_ISSUER 1

/* The first four change nothing: a key is compared when it is used, and nothing is fetched. */
#define CERT_CHAIN_FIND_BY_ISSUER_COMPARE_KEY_FLAG 0x1
#define CERT_CHAIN_FIND_BY_ISSUER_COMPLEX_CHAIN_FLAG 0x2
#define CERT_CHAIN_FIND_BY_ISSUER_CACHE_ONLY_URL_FLAG 0x4
#define CERT_CHAIN_FIND_BY_ISSUER_LOCAL_MACHINE_FLAG 0x8
#define CERT_CHAIN_FIND_BY_ISSUER_NO_KEY_FLAG 0x4000     /* also certificates without a key */
#define CERT_CHAIN_FIND_BY_ISSUER_CACHE_ONLY_FLAG 0x8000 /* issuers are the system's only */

/* The chain of the first certificate of the store that fits a CERT_CHAIN_FIND_BY_ISSUER_PARA, or of
 * the next after pPrevChainContext, which this call releases whatever it answers. Whether it is
 * trusted its TrustStatus tells. NULL: CRYPT_E_NOT_FOUND, or E_INVALIDARG for arguments. */
OPENSSPI_API PCCERT_CHAIN_CONTEXT WINAPI CertFindChainInStore(
    HCERTSTORE hCertStore, DWORD dwCertEncodingType, DWORD dwFindFlags, DWORD dwFindType,
    const void *pvFindPara, PCCERT_CHAIN_CONTEXT pPrevChainContext);

/* ---- Policies -------------------------------------------------------------------------------- */

typedef struct _CERT_CHAIN_POLICY_PARA {
  DWORD cbSize;
  DWORD dwFlags; /* CERT_CHAIN_POLICY_… : what is forgiven */
  void *pvExtraPolicyPara;
} CERT_CHAIN_POLICY_PARA, *PCERT_CHAIN_POLICY_PARA;

typedef struct _CERT_CHAIN_POLICY_STATUS {
  DWORD cbSize;
  DWORD dwError;      /* 0, or the first of what is wrong */
  LONG lChainIndex;   /* where: -1 is the whole */
  LONG lElementIndex;
  void *pvExtraPolicyStatus;
} CERT_CHAIN_POLICY_STATUS, *PCERT_CHAIN_POLICY_STATUS;

#define CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG 0x00000001
#define CERT_CHAIN_POLICY_IGNORE_CTL_NOT_TIME_VALID_FLAG 0x00000002
#define CERT_CHAIN_POLICY_IGNORE_NOT_TIME_NESTED_FLAG 0x00000004
#define CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG 0x00000008
#define CERT_CHAIN_POLICY_IGNORE_ALL_NOT_TIME_VALID_FLAGS \
  (CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG |         \
   CERT_CHAIN_POLICY_IGNORE_CTL_NOT_TIME_VALID_FLAG | CERT_CHAIN_POLICY_IGNORE_NOT_TIME_NESTED_FLAG)
#define CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG 0x00000010
#define CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG 0x00000020
#define CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG 0x00000040
#define CERT_CHAIN_POLICY_IGNORE_INVALID_POLICY_FLAG 0x00000080
#define CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG 0x00000100
#define CERT_CHAIN_POLICY_IGNORE_CTL_SIGNER_REV_UNKNOWN_FLAG 0x00000200
#define CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG 0x00000400
#define CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG 0x00000800
#define CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS     \
  (CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG |        \
   CERT_CHAIN_POLICY_IGNORE_CTL_SIGNER_REV_UNKNOWN_FLAG | \
   CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG |         \
   CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG)
#define CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG 0x00002000
#define CERT_CHAIN_POLICY_IGNORE_PEER_TRUST_FLAG 0x00001000
#define CERT_CHAIN_POLICY_IGNORE_WEAK_SIGNATURE_FLAG 0x08000000

#define CERT_CHAIN_POLICY_BASE ((LPCSTR)1)
#define CERT_CHAIN_POLICY_AUTHENTICODE ((LPCSTR)2)
#define CERT_CHAIN_POLICY_AUTHENTICODE_TS ((LPCSTR)3)
#define CERT_CHAIN_POLICY_SSL ((LPCSTR)4)
#define CERT_CHAIN_POLICY_BASIC_CONSTRAINTS ((LPCSTR)5)
#define CERT_CHAIN_POLICY_NT_AUTH ((LPCSTR)6)
#define CERT_CHAIN_POLICY_MICROSOFT_ROOT ((LPCSTR)7)
#define CERT_CHAIN_POLICY_EV ((LPCSTR)8)

/* pvExtraPolicyPara of CERT_CHAIN_POLICY_SSL. */
typedef struct _HTTPSPolicyCallbackData {
  __extension__ union {
    DWORD cbStruct;
    DWORD cbSize;
  };
  DWORD dwAuthType;      /* AUTHTYPE_: whose certificate it is */
  DWORD fdwChecks;       /* SECURITY_FLAG_IGNORE_…, of wininet.h: what is forgiven */
  WCHAR *pwszServerName; /* a DNS name or an address; NULL: names are not compared */
} HTTPSPolicyCallbackData, *PHTTPSPolicyCallbackData, SSL_EXTRA_CERT_CHAIN_POLICY_PARA,
    *PSSL_EXTRA_CERT_CHAIN_POLICY_PARA;

#define AUTHTYPE_CLIENT 1
#define AUTHTYPE_SERVER 2

/* fdwChecks; wininet.h has them on Windows. */
#ifndef SECURITY_FLAG_IGNORE_REVOCATION
#define SECURITY_FLAG_IGNORE_REVOCATION 0x00000080
#define SECURITY_FLAG_IGNORE_UNKNOWN_CA 0x00000100
#define SECURITY_FLAG_IGNORE_WRONG_USAGE 0x00000200
#define SECURITY_FLAG_IGNORE_CERT_CN_INVALID 0x00001000
#define SECURITY_FLAG_IGNORE_CERT_DATE_INVALID 0x00002000
#endif

/*
 * Whether the chain will do, for CERT_CHAIN_POLICY_BASE and CERT_CHAIN_POLICY_SSL. TRUE means that
 * pPolicyStatus->dwError has the answer:
 *   TRUST_E_CERT_SIGNATURE     a signature is wrong, or it or a key is weak
 *   CERT_E_REVOKED, TRUST_E_EXPLICIT_DISTRUST
 *   CERT_E_UNTRUSTEDROOT       it ends in an authority that is not trusted
 *   CERT_E_CHAINING            an issuer is missing
 *   CERT_E_EXPIRED             not valid at that time
 *   TRUST_E_BASIC_CONSTRAINTS, CERT_E_INVALID_NAME, CERT_E_CRITICAL
 *   CERT_E_WRONG_USAGE         not for what CertGetCertificateChain or dwAuthType asked
 *   CRYPT_E_REVOCATION_OFFLINE revocation was to be asked
 *   CERT_E_CN_NO_MATCH         SSL only: the certificate of another server
 * FALSE: E_INVALIDARG for arguments, ERROR_FILE_NOT_FOUND for other policies.
 */
OPENSSPI_API BOOL WINAPI CertVerifyCertificateChainPolicy(LPCSTR pszPolicyOID,
                                                          PCCERT_CHAIN_CONTEXT pChainContext,
                                                          PCERT_CHAIN_POLICY_PARA pPolicyPara,
                                                          PCERT_CHAIN_POLICY_STATUS pPolicyStatus);

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRYPT_CHAINS_H */
