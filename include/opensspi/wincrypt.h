/*
 * wincrypt.h: the part of Windows' wincrypt.h that TLS programs use: algorithm numbers, certificates
 * and their stores, verdicts about chains, and certificates out of PFX files.
 *
 * A PCCERT_CONTEXT is counted: whoever gets one releases it with CertFreeCertificateContext, and a
 * structure that holds one (SCHANNEL_CRED.paCred) does not. What it points to is never written.
 */
#ifndef OPENSSPI_WINCRYPT_H
#define OPENSSPI_WINCRYPT_H

#include "wintypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Algorithm numbers: class, bits 13 to 15; type, bits 9 to 12; identifier, bits 0 to 8 ------ */

typedef unsigned int ALG_ID;

/* A key provider of CryptoAPI. There is none here: only the type is wanted. */
typedef ULONG_PTR HCRYPTPROV;

#define GET_ALG_CLASS(x) ((x) & (7 << 13))
#define GET_ALG_TYPE(x) ((x) & (15 << 9))
#define GET_ALG_SID(x) ((x)&511)

#define ALG_CLASS_ANY 0
#define ALG_CLASS_SIGNATURE (1 << 13)
#define ALG_CLASS_MSG_ENCRYPT (2 << 13)
#define ALG_CLASS_DATA_ENCRYPT (3 << 13)
#define ALG_CLASS_HASH (4 << 13)
#define ALG_CLASS_KEY_EXCHANGE (5 << 13)
#define ALG_CLASS_ALL (7 << 13)

#define ALG_TYPE_ANY 0
#define ALG_TYPE_DSS (1 << 9)
#define ALG_TYPE_RSA (2 << 9)
#define ALG_TYPE_BLOCK (3 << 9)
#define ALG_TYPE_STREAM (4 << 9)
#define ALG_TYPE_DH (5 << 9)
#define ALG_TYPE_SECURECHANNEL (6 << 9)
#define ALG_TYPE_ECDH (7 << 9)

#define CALG_MD2 0x8001
#define CALG_MD4 0x8002
#define CALG_MD5 0x8003
#define CALG_SHA 0x8004
#define CALG_SHA1 0x8004
#define CALG_MAC 0x8005
#define CALG_SSL3_SHAMD5 0x8008
#define CALG_HMAC 0x8009
#define CALG_TLS1PRF 0x800a
#define CALG_SHA_256 0x800c
#define CALG_SHA_384 0x800d
#define CALG_SHA_512 0x800e

#define CALG_NO_SIGN 0x2000
#define CALG_DSS_SIGN 0x2200
#define CALG_ECDSA 0x2203
#define CALG_RSA_SIGN 0x2400

#define CALG_ECMQV 0xa001
#define CALG_RSA_KEYX 0xa400
#define CALG_DH_SF 0xaa01
#define CALG_DH_EPHEM 0xaa02
#define CALG_AGREEDKEY_ANY 0xaa03
#define CALG_KEA_KEYX 0xaa04
#define CALG_ECDH 0xaa05
#define CALG_ECDH_EPHEM 0xae06

#define CALG_NULLCIPHER 0x6000
#define CALG_DES 0x6601
#define CALG_RC2 0x6602
#define CALG_3DES 0x6603
#define CALG_DESX 0x6604
#define CALG_3DES_112 0x6609
#define CALG_RC5 0x660d
#define CALG_AES_128 0x660e
#define CALG_AES_192 0x660f
#define CALG_AES_256 0x6610
#define CALG_AES 0x6611
#define CALG_RC4 0x6801

#define CALG_SSL3_MASTER 0x4c01
#define CALG_SCHANNEL_MASTER_HASH 0x4c02
#define CALG_SCHANNEL_MAC_KEY 0x4c03
#define CALG_PCT1_MASTER 0x4c04
#define CALG_SSL2_MASTER 0x4c05
#define CALG_TLS1_MASTER 0x4c06
#define CALG_SCHANNEL_ENC_KEY 0x4c07

/* KERB_SMARTCARD_CSP_INFO.KeySpec. */
#define AT_KEYEXCHANGE 1
#define AT_SIGNATURE 2

/* ---- Certificates ------------------------------------------------------------------------------ */

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

/* The fields of RFC 5280's TBSCertificate. Numbers are little-endian; names are DER. The library
 * fills neither the unique identifiers nor the extensions. */
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

typedef void *HCERTSTORE;

typedef struct _CERT_CONTEXT {
  DWORD dwCertEncodingType; /* X509_ASN_ENCODING */
  BYTE *pbCertEncoded;
  DWORD cbCertEncoded;
  PCERT_INFO pCertInfo;
  HCERTSTORE hCertStore; /* the other certificates of its chain too; lives as long as the context
                            and is not closed */
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

#define szOID_PKIX_KP_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define szOID_PKIX_KP_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"

/* Another reference to the same context; NULL when it is none of this library. */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT pCertContext);

/* Gives one reference back. NULL is allowed. */
OPENSSPI_API BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT pCertContext);

#define CERT_SHA1_HASH_PROP_ID 3
#define CERT_HASH_PROP_ID CERT_SHA1_HASH_PROP_ID

/* The SHA-1 of the certificate, 20 bytes. Windows has other properties, which are not kept here:
 * CRYPT_E_NOT_FOUND. pcbData is what pvData has room for, and then what it needs; pvData NULL asks
 * for that alone. FALSE: opensspi_last_error().value is ERROR_MORE_DATA when there is no room. */
OPENSSPI_API BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT pCertContext,
                                                           DWORD dwPropId, void *pvData,
                                                           DWORD *pcbData);

/* ---- Stores ------------------------------------------------------------------------------------ */

/* The first certificate (pPrevCertContext NULL) or the one after pPrevCertContext, which this call
 * releases; NULL at the end. Whoever stops earlier releases the last one. */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE hCertStore,
                                                               PCCERT_CONTEXT pPrevCertContext);

/* Contexts out of the store live on. NULL is allowed. */
OPENSSPI_API BOOL WINAPI CertCloseStore(HCERTSTORE hCertStore, DWORD dwFlags);

#define CERT_CLOSE_STORE_FORCE_FLAG 0x00000001
#define CERT_CLOSE_STORE_CHECK_FLAG 0x00000002

/* ---- PFX files --------------------------------------------------------------------------------- */

/* A new store with the certificates of a PFX (PKCS #12, RFC 7292) file, the one with the private
 * key first; NULL on failure. The key lives as long as its context. Flags, which say where Windows
 * keeps the key, change nothing. */
OPENSSPI_API HCERTSTORE WINAPI PFXImportCertStore(CRYPT_DATA_BLOB *pPFX, LPCWSTR szPassword,
                                                  DWORD dwFlags);

#define CRYPT_EXPORTABLE 0x00000001
#define CRYPT_USER_PROTECTED 0x00000002
#define CRYPT_MACHINE_KEYSET 0x00000020
#define CRYPT_USER_KEYSET 0x00001000
#define PKCS12_INCLUDE_EXTENDED_PROPERTIES 0x00000010
#define PKCS12_IMPORT_SILENT 0x00000040
#define PKCS12_PREFER_CNG_KSP 0x00000100
#define PKCS12_ALWAYS_CNG_KSP 0x00000200
#define PKCS12_ONLY_CERTIFICATES 0x00000400
#define PKCS12_ONLY_NOT_ENCRYPTED_CERTIFICATES 0x00000800
#define PKCS12_ALLOW_OVERWRITE_KEY 0x00004000
#define PKCS12_NO_PERSIST_KEY 0x00008000
#define PKCS12_IMPORT_RESERVED_MASK 0xffff0000

/* ---- Verdicts about a chain -------------------------------------------------------------------- */

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

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRYPT_H */
