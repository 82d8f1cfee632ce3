/*
 * Certificates as Windows programs hold them: structures, contexts, properties. Part of wincrypt.h.
 *
 * A PCCERT_CONTEXT is counted: whoever gets one releases it with CertFreeCertificateContext, and a
 * structure that holds one (SCHANNEL_CRED.paCred) does not. What it points to is never written. A
 * pointer that is no context of this library, or no longer, is refused and not followed.
 */
#ifndef OPENSSPI_WINCRYPT_CERTIFICATES_H
#define OPENSSPI_WINCRYPT_CERTIFICATES_H

#include "../wintypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Keys of CryptoAPI and CNG by their handles. There are none here: only the types are wanted. */
typedef ULONG_PTR HCRYPTPROV;
typedef ULONG_PTR HCRYPTPROV_LEGACY;
typedef ULONG_PTR NCRYPT_KEY_HANDLE;

/* KERB_SMARTCARD_CSP_INFO.KeySpec, CRYPT_KEY_PROV_INFO.dwKeySpec. */
#define AT_KEYEXCHANGE 1
#define AT_SIGNATURE 2

/* ---- Structures ------------------------------------------------------------------------------ */

/* Bytes that something else owns. */
typedef struct _CRYPTOAPI_BLOB {
  DWORD cbData;
  BYTE *pbData;
} CRYPT_INTEGER_BLOB, *PCRYPT_INTEGER_BLOB, CRYPT_UINT_BLOB, *PCRYPT_UINT_BLOB, CRYPT_OBJID_BLOB,
    *PCRYPT_OBJID_BLOB, CERT_NAME_BLOB, *PCERT_NAME_BLOB, CERT_RDN_VALUE_BLOB,
    *PCERT_RDN_VALUE_BLOB, CERT_BLOB, *PCERT_BLOB, CRL_BLOB, *PCRL_BLOB, DATA_BLOB, *PDATA_BLOB,
    CRYPT_DATA_BLOB, *PCRYPT_DATA_BLOB, CRYPT_HASH_BLOB, *PCRYPT_HASH_BLOB, CRYPT_DIGEST_BLOB,
    *PCRYPT_DIGEST_BLOB, CRYPT_DER_BLOB, *PCRYPT_DER_BLOB, CRYPT_ATTR_BLOB, *PCRYPT_ATTR_BLOB;

typedef struct _CRYPT_BIT_BLOB {
  DWORD cbData;
  BYTE *pbData;
  DWORD cUnusedBits; /* of the last byte */
} CRYPT_BIT_BLOB, *PCRYPT_BIT_BLOB;

typedef struct _CRYPT_ALGORITHM_IDENTIFIER {
  LPSTR pszObjId; /* dotted */
  CRYPT_OBJID_BLOB Parameters;
} CRYPT_ALGORITHM_IDENTIFIER, *PCRYPT_ALGORITHM_IDENTIFIER;

typedef struct _CERT_PUBLIC_KEY_INFO {
  CRYPT_ALGORITHM_IDENTIFIER Algorithm;
  CRYPT_BIT_BLOB PublicKey;
} CERT_PUBLIC_KEY_INFO, *PCERT_PUBLIC_KEY_INFO;

typedef struct _CERT_EXTENSION {
  LPSTR pszObjId;
  BOOL fCritical;
  CRYPT_OBJID_BLOB Value;
} CERT_EXTENSION, *PCERT_EXTENSION;

/* The fields of RFC 5280's TBSCertificate. Numbers are little-endian; names are DER. */
typedef struct _CERT_INFO {
  DWORD dwVersion; /* CERT_V1 to CERT_V3 */
  CRYPT_INTEGER_BLOB SerialNumber;
  CRYPT_ALGORITHM_IDENTIFIER SignatureAlgorithm;
  CERT_NAME_BLOB Issuer;
  FILETIME NotBefore;
  FILETIME NotAfter;
  CERT_NAME_BLOB Subject;
  CERT_PUBLIC_KEY_INFO SubjectPublicKeyInfo;
  CRYPT_BIT_BLOB IssuerUniqueId;
  CRYPT_BIT_BLOB SubjectUniqueId;
  DWORD cExtension;
  PCERT_EXTENSION rgExtension;
} CERT_INFO, *PCERT_INFO;

#define CERT_V1 0
#define CERT_V2 1
#define CERT_V3 2

/* The uses of a key by their dotted numbers. */
typedef struct _CTL_USAGE {
  DWORD cUsageIdentifier;
  LPSTR *rgpszUsageIdentifier;
} CTL_USAGE, *PCTL_USAGE, CERT_ENHKEY_USAGE, *PCERT_ENHKEY_USAGE;

typedef void *HCERTSTORE;

typedef struct _CERT_CONTEXT {
  DWORD dwCertEncodingType; /* X509_ASN_ENCODING */
  BYTE *pbCertEncoded;
  DWORD cbCertEncoded;
  PCERT_INFO pCertInfo;
  HCERTSTORE hCertStore; /* the store that it is in, with the rest of its chain; lives as long as
                            the context, and is not closed for it */
} CERT_CONTEXT, *PCERT_CONTEXT;
typedef const CERT_CONTEXT *PCCERT_CONTEXT;

#define CERT_ENCODING_TYPE_MASK 0x0000ffff
#define CMSG_ENCODING_TYPE_MASK 0xffff0000
#define GET_CERT_ENCODING_TYPE(x) ((x)&CERT_ENCODING_TYPE_MASK)
#define GET_CMSG_ENCODING_TYPE(x) ((x)&CMSG_ENCODING_TYPE_MASK)
#define CRYPT_ASN_ENCODING 0x00000001
#define CRYPT_NDR_ENCODING 0x00000002
#define X509_ASN_ENCODING 0x00000001
#define X509_NDR_ENCODING 0x00000002
#define PKCS_7_ASN_ENCODING 0x00010000
#define PKCS_7_NDR_ENCODING 0x00020000

/* Extensions, and uses of keys. */
#define szOID_SUBJECT_KEY_IDENTIFIER "2.5.29.14"
#define szOID_KEY_USAGE "2.5.29.15"
#define szOID_SUBJECT_ALT_NAME2 "2.5.29.17"
#define szOID_ISSUER_ALT_NAME2 "2.5.29.18"
#define szOID_BASIC_CONSTRAINTS2 "2.5.29.19"
#define szOID_ENHANCED_KEY_USAGE "2.5.29.37"
#define szOID_ANY_ENHANCED_KEY_USAGE "2.5.29.37.0"
#define szOID_PKIX_KP_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define szOID_PKIX_KP_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define szOID_PKIX_KP_CODE_SIGNING "1.3.6.1.5.5.7.3.3"
#define szOID_PKIX_KP_EMAIL_PROTECTION "1.3.6.1.5.5.7.3.4"
#define szOID_KP_SMARTCARD_LOGON "1.3.6.1.4.1.311.20.2.2"
#define szOID_SERVER_GATED_CRYPTO "1.3.6.1.4.1.311.10.3.3"
#define szOID_SGC_NETSCAPE "2.16.840.1.113730.4.1"

/* ---- Contexts -------------------------------------------------------------------------------- */

/* A context of one DER certificate, in a store of its own; without a private key. NULL:
 * E_INVALIDARG for arguments, CRYPT_E_ASN1_ERROR for bytes that are no certificate. */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertCreateCertificateContext(DWORD dwCertEncodingType,
                                                                const BYTE *pbCertEncoded,
                                                                DWORD cbCertEncoded);

/* Another reference to the same context; NULL when it is none of this library. */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT pCertContext);

/* Gives one reference back. NULL is allowed. */
OPENSSPI_API BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT pCertContext);

/* ---- Properties ------------------------------------------------------------------------------ */

#define CERT_KEY_PROV_HANDLE_PROP_ID 1
#define CERT_KEY_PROV_INFO_PROP_ID 2
#define CERT_SHA1_HASH_PROP_ID 3
#define CERT_MD5_HASH_PROP_ID 4
#define CERT_HASH_PROP_ID CERT_SHA1_HASH_PROP_ID
#define CERT_KEY_CONTEXT_PROP_ID 5
#define CERT_KEY_SPEC_PROP_ID 6
#define CERT_ENHKEY_USAGE_PROP_ID 9
#define CERT_CTL_USAGE_PROP_ID CERT_ENHKEY_USAGE_PROP_ID
#define CERT_FRIENDLY_NAME_PROP_ID 11
#define CERT_DESCRIPTION_PROP_ID 13
#define CERT_ACCESS_STATE_PROP_ID 14
#define CERT_KEY_IDENTIFIER_PROP_ID 20
#define CERT_DATE_STAMP_PROP_ID 27
#define CERT_NCRYPT_KEY_HANDLE_PROP_ID 78
#define CERT_HCRYPTPROV_OR_NCRYPT_KEY_HANDLE_PROP_ID 79
#define CERT_SHA256_HASH_PROP_ID 107
#define CERT_LAST_RESERVED_PROP_ID 0x00007fff
#define CERT_FIRST_USER_PROP_ID 0x8000
#define CERT_LAST_USER_PROP_ID 0x0000ffff

#define CERT_SET_PROPERTY_IGNORE_PERSIST_ERROR_FLAG 0x80000000
#define CERT_SET_PROPERTY_INHIBIT_PERSIST_FLAG 0x40000000

/* CERT_ACCESS_STATE_PROP_ID: set when changes outlive the store, which they never do here. */
#define CERT_ACCESS_STATE_WRITE_PERSIST_FLAG 0x1

typedef struct _CRYPT_KEY_PROV_PARAM {
  DWORD dwParam;
  BYTE *pbData;
  DWORD cbData;
  DWORD dwFlags;
} CRYPT_KEY_PROV_PARAM, *PCRYPT_KEY_PROV_PARAM;

/* CERT_KEY_PROV_INFO_PROP_ID: where the private key is. pwszContainerName is the path of a PEM
 * file with an unencrypted key, read by AcquireCredentialsHandle (SEC_E_UNKNOWN_CREDENTIALS: it is
 * not there, or another's). A context with a key that came another way has an empty one. */
typedef struct _CRYPT_KEY_PROV_INFO {
  LPWSTR pwszContainerName;
  LPWSTR pwszProvName;
  DWORD dwProvType; /* 0, as with CNG */
  DWORD dwFlags;
  DWORD cProvParam; /* 0: others are refused */
  PCRYPT_KEY_PROV_PARAM rgProvParam;
  DWORD dwKeySpec; /* AT_KEYEXCHANGE, AT_SIGNATURE; 0 is AT_KEYEXCHANGE */
} CRYPT_KEY_PROV_INFO, *PCRYPT_KEY_PROV_INFO;

/* CERT_KEY_CONTEXT_PROP_ID: a key by its handle. There are no such handles here: nothing to get,
 * and ERROR_NOT_SUPPORTED to set one. */
typedef struct _CERT_KEY_CONTEXT {
  DWORD cbSize;
  __extension__ union {
    HCRYPTPROV hCryptProv;
    NCRYPT_KEY_HANDLE hNCryptKey;
  };
  DWORD dwKeySpec;
} CERT_KEY_CONTEXT, *PCERT_KEY_CONTEXT;

/*
 * Hashes and the access state are always those of the certificate, the key identifier is unless it
 * was set; everything else is given back as it was set. pvData NULL asks for the size in bytes.
 * CERT_KEY_PROV_INFO_PROP_ID gives a structure and its texts in one piece.
 *   E_INVALIDARG         no context, no property, no size
 *   ERROR_MORE_DATA      *pcbData is too small, and now has the size
 *   CRYPT_E_NOT_FOUND    the context has no such property
 */
OPENSSPI_API BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT pCertContext,
                                                           DWORD dwPropId, void *pvData,
                                                           DWORD *pcbData);

/*
 * Of the context and all its references. pvData is a CRYPT_DATA_BLOB, but for
 * CERT_KEY_PROV_INFO_PROP_ID and CERT_DATE_STAMP_PROP_ID (a FILETIME); NULL takes it away, and with
 * CERT_KEY_PROV_INFO_PROP_ID the key. A copy in another store starts with the same ones.
 *   E_INVALIDARG         no context, no property, one that cannot be set, an unknown flag
 *   ERROR_NOT_SUPPORTED  a key by its handle, parameters of a provider
 */
OPENSSPI_API BOOL WINAPI CertSetCertificateContextProperty(PCCERT_CONTEXT pCertContext,
                                                           DWORD dwPropId, DWORD dwFlags,
                                                           const void *pvData);

/* The properties that a context has, one after another: 0 begins, and 0 is the end. */
OPENSSPI_API DWORD WINAPI CertEnumCertificateContextProperties(PCCERT_CONTEXT pCertContext,
                                                               DWORD dwPropId);

/* ---- Questions to the structures ------------------------------------------------------------- */

/* Whether two certificates have the same issuer and serial number. */
OPENSSPI_API BOOL WINAPI CertCompareCertificate(DWORD dwCertEncodingType, PCERT_INFO pCertId1,
                                                PCERT_INFO pCertId2);
/* Whether two names are the same, byte for byte. */
OPENSSPI_API BOOL WINAPI CertCompareCertificateName(DWORD dwCertEncodingType,
                                                    PCERT_NAME_BLOB pCertName1,
                                                    PCERT_NAME_BLOB pCertName2);
/* Whether two little-endian numbers are the same, however long they are written. */
OPENSSPI_API BOOL WINAPI CertCompareIntegerBlob(PCRYPT_INTEGER_BLOB pInt1,
                                                PCRYPT_INTEGER_BLOB pInt2);
/* Whether two public keys are the same, algorithm and bits. */
OPENSSPI_API BOOL WINAPI CertComparePublicKeyInfo(DWORD dwCertEncodingType,
                                                  PCERT_PUBLIC_KEY_INFO pPublicKey1,
                                                  PCERT_PUBLIC_KEY_INFO pPublicKey2);

/* Into the array; NULL when it is not there. */
OPENSSPI_API PCERT_EXTENSION WINAPI CertFindExtension(LPCSTR pszObjId, DWORD cExtensions,
                                                      CERT_EXTENSION rgExtensions[]);

/* -1 before the validity of the certificate, 0 inside, 1 after. pTimeToVerify NULL is now. */
OPENSSPI_API LONG WINAPI CertVerifyTimeValidity(LPFILETIME pTimeToVerify, PCERT_INFO pCertInfo);

/* The bytes of the keyUsage extension, zeros behind them; FALSE without one, and then the error
 * says whether something was wrong: 0 when nothing was. */
OPENSSPI_API BOOL WINAPI CertGetIntendedKeyUsage(DWORD dwCertEncodingType, PCERT_INFO pCertInfo,
                                                 BYTE *pbKeyUsage, DWORD cbKeyUsage);

#define CERT_ENCIPHER_ONLY_KEY_USAGE 0x01
#define CERT_CRL_SIGN_KEY_USAGE 0x02
#define CERT_OFFLINE_CRL_SIGN_KEY_USAGE 0x02
#define CERT_KEY_CERT_SIGN_KEY_USAGE 0x04
#define CERT_KEY_AGREEMENT_KEY_USAGE 0x08
#define CERT_DATA_ENCIPHERMENT_KEY_USAGE 0x10
#define CERT_KEY_ENCIPHERMENT_KEY_USAGE 0x20
#define CERT_NON_REPUDIATION_KEY_USAGE 0x40
#define CERT_DIGITAL_SIGNATURE_KEY_USAGE 0x80
#define CERT_DECIPHER_ONLY_KEY_USAGE 0x80 /* of the second byte */

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRYPT_CERTIFICATES_H */
