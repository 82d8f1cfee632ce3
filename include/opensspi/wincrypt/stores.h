/*
 * Stores of certificates: in memory, of files, and the system's. Part of wincrypt.h. Functions that
 * fail tell why by GetLastError, as far as their comments list it.
 */
#ifndef OPENSSPI_WINCRYPT_STORES_H
#define OPENSSPI_WINCRYPT_STORES_H

#include "certificates.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Opening and closing --------------------------------------------------------------------- */

#define CERT_STORE_PROV_MSG ((LPCSTR)1)
#define CERT_STORE_PROV_MEMORY ((LPCSTR)2)
#define CERT_STORE_PROV_FILENAME_A ((LPCSTR)7)
#define CERT_STORE_PROV_FILENAME_W ((LPCSTR)8)
#define CERT_STORE_PROV_FILENAME CERT_STORE_PROV_FILENAME_W
#define CERT_STORE_PROV_SYSTEM_A ((LPCSTR)9)
#define CERT_STORE_PROV_SYSTEM_W ((LPCSTR)10)
#define CERT_STORE_PROV_SYSTEM CERT_STORE_PROV_SYSTEM_W
#define CERT_STORE_PROV_COLLECTION ((LPCSTR)11)
#define CERT_STORE_PROV_SYSTEM_REGISTRY_A ((LPCSTR)12)
#define CERT_STORE_PROV_SYSTEM_REGISTRY_W ((LPCSTR)13)
#define CERT_STORE_PROV_SYSTEM_REGISTRY CERT_STORE_PROV_SYSTEM_REGISTRY_W

#define sz_CERT_STORE_PROV_MEMORY "Memory"
#define sz_CERT_STORE_PROV_FILENAME_W "File"
#define sz_CERT_STORE_PROV_FILENAME sz_CERT_STORE_PROV_FILENAME_W
#define sz_CERT_STORE_PROV_SYSTEM_W "System"
#define sz_CERT_STORE_PROV_SYSTEM sz_CERT_STORE_PROV_SYSTEM_W

#define CERT_STORE_NO_CRYPT_RELEASE_FLAG 0x00000001
#define CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG 0x00000004
#define CERT_STORE_DELETE_FLAG 0x00000010
#define CERT_STORE_MAXIMUM_ALLOWED_FLAG 0x00001000
#define CERT_STORE_CREATE_NEW_FLAG 0x00002000
#define CERT_STORE_OPEN_EXISTING_FLAG 0x00004000
#define CERT_STORE_READONLY_FLAG 0x00008000

#define CERT_SYSTEM_STORE_MASK 0xffff0000
#define CERT_SYSTEM_STORE_LOCATION_MASK 0x00ff0000
#define CERT_SYSTEM_STORE_LOCATION_SHIFT 16
#define CERT_SYSTEM_STORE_CURRENT_USER_ID 1
#define CERT_SYSTEM_STORE_LOCAL_MACHINE_ID 2
#define CERT_SYSTEM_STORE_CURRENT_SERVICE_ID 4
#define CERT_SYSTEM_STORE_SERVICES_ID 5
#define CERT_SYSTEM_STORE_USERS_ID 6
#define CERT_SYSTEM_STORE_CURRENT_USER_GROUP_POLICY_ID 7
#define CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY_ID 8
#define CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE_ID 9
#define CERT_SYSTEM_STORE_CURRENT_USER \
  (CERT_SYSTEM_STORE_CURRENT_USER_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
#define CERT_SYSTEM_STORE_LOCAL_MACHINE \
  (CERT_SYSTEM_STORE_LOCAL_MACHINE_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
/* Of services, other users and a domain's policy: there are none here (E_INVALIDARG). */
#define CERT_SYSTEM_STORE_CURRENT_SERVICE \
  (CERT_SYSTEM_STORE_CURRENT_SERVICE_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
#define CERT_SYSTEM_STORE_SERVICES \
  (CERT_SYSTEM_STORE_SERVICES_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
#define CERT_SYSTEM_STORE_USERS (CERT_SYSTEM_STORE_USERS_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
#define CERT_SYSTEM_STORE_CURRENT_USER_GROUP_POLICY \
  (CERT_SYSTEM_STORE_CURRENT_USER_GROUP_POLICY_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
#define CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY \
  (CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)
#define CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE \
  (CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE_ID << CERT_SYSTEM_STORE_LOCATION_SHIFT)

/*
 * Opens, by lpszStoreProvider (its number or its text):
 *   MEMORY             an empty store; pvPara is NULL
 *   FILENAME_A, _W     the certificates of the file that pvPara names, PEM or one DER; with the
 *                      private keys that stand beside them in PEM
 *   SYSTEM…_A, _W      "ROOT", "CA" or "MY", in any case, of the current user or the local machine
 *                      (dwFlags); docs/certificates.md says where they are
 * All but MEMORY are copies of this moment, which cannot be changed (ERROR_ACCESS_DENIED).
 * hCryptProv is not used. CertCloseStore closes.
 *   E_INVALIDARG                a name is missing, or no location
 *   ERROR_FILE_NOT_FOUND        no such provider, file or system store
 *   CRYPT_E_FILE_ERROR          a file that cannot be read or has no certificate
 *   ERROR_CALL_NOT_IMPLEMENTED  CERT_STORE_DELETE_FLAG
 *   ERROR_ACCESS_DENIED         CERT_STORE_CREATE_NEW_FLAG of what is not memory
 */
OPENSSPI_API HCERTSTORE WINAPI CertOpenStore(LPCSTR lpszStoreProvider, DWORD dwEncodingType,
                                             HCRYPTPROV_LEGACY hCryptProv, DWORD dwFlags,
                                             const void *pvPara);

/* The system store of the current user. */
OPENSSPI_API HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY hProv,
                                                    LPCSTR szSubsystemProtocol);
OPENSSPI_API HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY hProv,
                                                    LPCWSTR szSubsystemProtocol);
#ifdef UNICODE
#define CertOpenSystemStore CertOpenSystemStoreW
#else
#define CertOpenSystemStore CertOpenSystemStoreA
#endif

/* The same store, to be closed once more. NULL for what is no open store. */
OPENSSPI_API HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE hCertStore);

/*
 * NULL is allowed. Contexts out of the store live on, and with them the store behind their
 * hCertStore, until they are freed; under CERT_CLOSE_STORE_FORCE_FLAG they end here, with all their
 * references, but for those that chains have. FALSE with CRYPT_E_PENDING_CLOSE, though the store is
 * closed, when CERT_CLOSE_STORE_CHECK_FLAG asked and there are such contexts; with E_INVALIDARG, and
 * nothing is closed, for other flags.
 */
OPENSSPI_API BOOL WINAPI CertCloseStore(HCERTSTORE hCertStore, DWORD dwFlags);

#define CERT_CLOSE_STORE_FORCE_FLAG 0x00000001
#define CERT_CLOSE_STORE_CHECK_FLAG 0x00000002

/* ---- Adding and deleting --------------------------------------------------------------------- */

/* What happens when the same certificate is in the store already. */
#define CERT_STORE_ADD_NEW 1                                  /* CRYPT_E_EXISTS */
#define CERT_STORE_ADD_USE_EXISTING 2                         /* it gets the new properties too */
#define CERT_STORE_ADD_REPLACE_EXISTING 3                     /* it is deleted */
#define CERT_STORE_ADD_ALWAYS 4                               /* there are two */
#define CERT_STORE_ADD_REPLACE_EXISTING_INHERIT_PROPERTIES 5  /* deleted, its properties are kept */
#define CERT_STORE_ADD_NEWER 6                                /* CRYPT_E_EXISTS: it is no newer */
#define CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES 7

/* Adds a copy, with the properties and the key. ppStoreContext, where it is not NULL, gets a
 * reference to what is in the store. E_INVALIDARG: no store, context or disposition. */
OPENSSPI_API BOOL WINAPI CertAddCertificateContextToStore(HCERTSTORE hCertStore,
                                                          PCCERT_CONTEXT pCertContext,
                                                          DWORD dwAddDisposition,
                                                          PCCERT_CONTEXT *ppStoreContext);
/* The same for DER. */
OPENSSPI_API BOOL WINAPI CertAddEncodedCertificateToStore(
    HCERTSTORE hCertStore, DWORD dwCertEncodingType, const BYTE *pbCertEncoded,
    DWORD cbCertEncoded, DWORD dwAddDisposition, PCCERT_CONTEXT *ppCertContext);

/* Takes the certificate out of its store, and releases pCertContext, also when it fails. */
OPENSSPI_API BOOL WINAPI CertDeleteCertificateFromStore(PCCERT_CONTEXT pCertContext);

/* ---- Looking --------------------------------------------------------------------------------- */

/* The first certificate (pPrevCertContext NULL) or the one after pPrevCertContext, which this call
 * releases whatever it answers; NULL with CRYPT_E_NOT_FOUND at the end. Whoever stops earlier
 * releases the last one. E_INVALIDARG: no store, or pPrevCertContext is of another one. */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE hCertStore,
                                                               PCCERT_CONTEXT pPrevCertContext);

#define CERT_COMPARE_MASK 0xffff
#define CERT_COMPARE_SHIFT 16
#define CERT_COMPARE_ANY 0
#define CERT_COMPARE_SHA1_HASH 1
#define CERT_COMPARE_NAME 2
#define CERT_COMPARE_MD5_HASH 4
#define CERT_COMPARE_PROPERTY 5
#define CERT_COMPARE_PUBLIC_KEY 6
#define CERT_COMPARE_HASH CERT_COMPARE_SHA1_HASH
#define CERT_COMPARE_NAME_STR_A 7
#define CERT_COMPARE_NAME_STR_W 8
#define CERT_COMPARE_ENHKEY_USAGE 10
#define CERT_COMPARE_SUBJECT_CERT 11
#define CERT_COMPARE_ISSUER_OF 12
#define CERT_COMPARE_EXISTING 13
#define CERT_COMPARE_KEY_IDENTIFIER 15
#define CERT_COMPARE_HAS_PRIVATE_KEY 21

#define CERT_INFO_ISSUER_FLAG 4
#define CERT_INFO_SUBJECT_FLAG 7

/* dwFindType, and what pvFindPara is. */
#define CERT_FIND_ANY (CERT_COMPARE_ANY << CERT_COMPARE_SHIFT)                 /* not used */
#define CERT_FIND_SHA1_HASH (CERT_COMPARE_SHA1_HASH << CERT_COMPARE_SHIFT)     /* CRYPT_HASH_BLOB */
#define CERT_FIND_MD5_HASH (CERT_COMPARE_MD5_HASH << CERT_COMPARE_SHIFT)       /* CRYPT_HASH_BLOB */
#define CERT_FIND_KEY_IDENTIFIER (CERT_COMPARE_KEY_IDENTIFIER << CERT_COMPARE_SHIFT) /* the same */
#define CERT_FIND_HASH CERT_FIND_SHA1_HASH
#define CERT_FIND_PROPERTY (CERT_COMPARE_PROPERTY << CERT_COMPARE_SHIFT) /* DWORD: its number */
#define CERT_FIND_PUBLIC_KEY (CERT_COMPARE_PUBLIC_KEY << CERT_COMPARE_SHIFT) /* its INFO */
#define CERT_FIND_SUBJECT_NAME \
  (CERT_COMPARE_NAME << CERT_COMPARE_SHIFT | CERT_INFO_SUBJECT_FLAG) /* CERT_NAME_BLOB */
#define CERT_FIND_ISSUER_NAME \
  (CERT_COMPARE_NAME << CERT_COMPARE_SHIFT | CERT_INFO_ISSUER_FLAG) /* CERT_NAME_BLOB */
/* A part of CertNameToStr's CERT_SIMPLE_NAME_STR, in any case. */
#define CERT_FIND_SUBJECT_STR_A \
  (CERT_COMPARE_NAME_STR_A << CERT_COMPARE_SHIFT | CERT_INFO_SUBJECT_FLAG)
#define CERT_FIND_SUBJECT_STR_W \
  (CERT_COMPARE_NAME_STR_W << CERT_COMPARE_SHIFT | CERT_INFO_SUBJECT_FLAG)
#define CERT_FIND_SUBJECT_STR CERT_FIND_SUBJECT_STR_W
#define CERT_FIND_ISSUER_STR_A \
  (CERT_COMPARE_NAME_STR_A << CERT_COMPARE_SHIFT | CERT_INFO_ISSUER_FLAG)
#define CERT_FIND_ISSUER_STR_W \
  (CERT_COMPARE_NAME_STR_W << CERT_COMPARE_SHIFT | CERT_INFO_ISSUER_FLAG)
#define CERT_FIND_ISSUER_STR CERT_FIND_ISSUER_STR_W
/* CERT_ENHKEY_USAGE, all of which the certificate's extension must allow; NULL: any of those that
 * have the extension. dwFindFlags as below. */
#define CERT_FIND_ENHKEY_USAGE (CERT_COMPARE_ENHKEY_USAGE << CERT_COMPARE_SHIFT)
#define CERT_FIND_CTL_USAGE CERT_FIND_ENHKEY_USAGE
/* CERT_INFO: its issuer and serial number. */
#define CERT_FIND_SUBJECT_CERT (CERT_COMPARE_SUBJECT_CERT << CERT_COMPARE_SHIFT)
/* CERT_CONTEXT: by whom it may be issued; and: the same certificate. */
#define CERT_FIND_ISSUER_OF (CERT_COMPARE_ISSUER_OF << CERT_COMPARE_SHIFT)
#define CERT_FIND_EXISTING (CERT_COMPARE_EXISTING << CERT_COMPARE_SHIFT)
#define CERT_FIND_HAS_PRIVATE_KEY (CERT_COMPARE_HAS_PRIVATE_KEY << CERT_COMPARE_SHIFT) /* unused */

#define CERT_FIND_OPTIONAL_ENHKEY_USAGE_FLAG 0x1 /* also without the extension: any use */
#define CERT_FIND_EXT_ONLY_ENHKEY_USAGE_FLAG 0x2 /* always so here */
#define CERT_FIND_NO_ENHKEY_USAGE_FLAG 0x8       /* only without the extension */
#define CERT_FIND_OR_ENHKEY_USAGE_FLAG 0x10      /* one of the uses is enough */

/* The first that fits, or the next after pPrevCertContext, which this call releases whatever it
 * answers. NULL with CRYPT_E_NOT_FOUND when there is none, with E_INVALIDARG for arguments and for
 * kinds of search that are not listed here. */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertFindCertificateInStore(HCERTSTORE hCertStore,
                                                              DWORD dwCertEncodingType,
                                                              DWORD dwFindFlags, DWORD dwFindType,
                                                              const void *pvFindPara,
                                                              PCCERT_CONTEXT pPrevCertContext);

/*
 * The issuer of pSubjectContext in the store, or the next that may be it after pPrevIssuerContext,
 * which this call releases. Of the checks that *pdwFlags asks for, those that succeed are cleared;
 * revocation cannot be asked, so CERT_STORE_REVOCATION_FLAG stays, with CERT_STORE_NO_CRL_FLAG.
 *   CRYPT_E_NOT_FOUND    no issuer in this store
 *   CRYPT_E_SELF_SIGNED  it is its own: NULL, with the checks done
 *   E_INVALIDARG         arguments, other flags
 */
OPENSSPI_API PCCERT_CONTEXT WINAPI CertGetIssuerCertificateFromStore(
    HCERTSTORE hCertStore, PCCERT_CONTEXT pSubjectContext, PCCERT_CONTEXT pPrevIssuerContext,
    DWORD *pdwFlags);

#define CERT_STORE_SIGNATURE_FLAG 0x00000001
#define CERT_STORE_TIME_VALIDITY_FLAG 0x00000002
#define CERT_STORE_REVOCATION_FLAG 0x00000004
#define CERT_STORE_NO_CRL_FLAG 0x00010000
#define CERT_STORE_NO_ISSUER_FLAG 0x00020000

/* ---- PFX files ------------------------------------------------------------------------------- */

/* A new store with all certificates of a PFX (PKCS #12, RFC 7292) file, those with a private key
 * first, if there are any; NULL: ERROR_INVALID_PASSWORD, CRYPT_E_BAD_ENCODE. A key lives with its
 * context. The flags below, which say where Windows keeps the key, change nothing; others are
 * refused (E_INVALIDARG). */
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

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRYPT_STORES_H */
