/*
 * The names in certificates as text. Part of wincrypt.h.
 */
#ifndef OPENSSPI_WINCRYPT_NAMES_H
#define OPENSSPI_WINCRYPT_NAMES_H

#include "certificates.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Names as text --------------------------------------------------------------------------- */

#define szOID_COMMON_NAME "2.5.4.3"
#define szOID_SUR_NAME "2.5.4.4"
#define szOID_DEVICE_SERIAL_NUMBER "2.5.4.5"
#define szOID_COUNTRY_NAME "2.5.4.6"
#define szOID_LOCALITY_NAME "2.5.4.7"
#define szOID_STATE_OR_PROVINCE_NAME "2.5.4.8"
#define szOID_STREET_ADDRESS "2.5.4.9"
#define szOID_ORGANIZATION_NAME "2.5.4.10"
#define szOID_ORGANIZATIONAL_UNIT_NAME "2.5.4.11"
#define szOID_TITLE "2.5.4.12"
#define szOID_DESCRIPTION "2.5.4.13"
#define szOID_POSTAL_CODE "2.5.4.17"
#define szOID_TELEPHONE_NUMBER "2.5.4.20"
#define szOID_GIVEN_NAME "2.5.4.42"
#define szOID_INITIALS "2.5.4.43"
#define szOID_DN_QUALIFIER "2.5.4.46"
#define szOID_DOMAIN_COMPONENT "0.9.2342.19200300.100.1.25"
#define szOID_RSA_emailAddr "1.2.840.113549.1.9.1"
#define szOID_NT_PRINCIPAL_NAME "1.3.6.1.4.1.311.20.2.3"

/* dwStrType. */
#define CERT_SIMPLE_NAME_STR 1 /* values only */
#define CERT_OID_NAME_STR 2    /* 2.5.4.3=value */
#define CERT_X500_NAME_STR 3   /* CN=value */

/* With it. Attributes are set apart by ", " and, inside one RDN, by " + ". */
#define CERT_NAME_STR_FORWARD_FLAG 0x01000000
#define CERT_NAME_STR_REVERSE_FLAG 0x02000000 /* last RDN first */
#define CERT_NAME_STR_COMMA_FLAG 0x04000000
#define CERT_NAME_STR_CRLF_FLAG 0x08000000
#define CERT_NAME_STR_NO_QUOTING_FLAG 0x10000000
#define CERT_NAME_STR_NO_PLUS_FLAG 0x20000000
#define CERT_NAME_STR_SEMICOLON_FLAG 0x40000000

/* The characters with the zero that psz got, cut to csz; the characters that it takes, if psz is
 * NULL or csz is 0. 1, an empty text, for what is no name. A counts bytes of UTF-8. */
OPENSSPI_API DWORD WINAPI CertNameToStrA(DWORD dwCertEncodingType, PCERT_NAME_BLOB pName,
                                         DWORD dwStrType, LPSTR psz, DWORD csz);
OPENSSPI_API DWORD WINAPI CertNameToStrW(DWORD dwCertEncodingType, PCERT_NAME_BLOB pName,
                                         DWORD dwStrType, LPWSTR psz, DWORD csz);

#define CERT_NAME_EMAIL_TYPE 1            /* rfc822Name, else the attribute of the subject */
#define CERT_NAME_RDN_TYPE 2              /* all of it; pvTypePara: DWORD, a dwStrType */
#define CERT_NAME_ATTR_TYPE 3             /* pvTypePara: the attribute's dotted number */
#define CERT_NAME_SIMPLE_DISPLAY_TYPE 4   /* CN, OU, O, e-mail address, or whatever there is */
#define CERT_NAME_FRIENDLY_DISPLAY_TYPE 5 /* CERT_FRIENDLY_NAME_PROP_ID, else as before */
#define CERT_NAME_DNS_TYPE 6              /* dNSName, else CN */
#define CERT_NAME_URL_TYPE 7
#define CERT_NAME_UPN_TYPE 8

#define CERT_NAME_ISSUER_FLAG 0x1           /* of the issuer, and its alternative names */
#define CERT_NAME_SEARCH_ALL_NAMES_FLAG 0x2 /* DNS: every name with its zero, and one zero more */
#define CERT_NAME_DISABLE_IE4_UTF8_FLAG 0x00010000

/* Counts as CertNameToStr does; 1, an empty text, for a name that the certificate has not. Of every
 * name those are left out that have no room as a whole. */
OPENSSPI_API DWORD WINAPI CertGetNameStringA(PCCERT_CONTEXT pCertContext, DWORD dwType,
                                             DWORD dwFlags, void *pvTypePara, LPSTR pszNameString,
                                             DWORD cchNameString);
OPENSSPI_API DWORD WINAPI CertGetNameStringW(PCCERT_CONTEXT pCertContext, DWORD dwType,
                                             DWORD dwFlags, void *pvTypePara, LPWSTR pszNameString,
                                             DWORD cchNameString);

#ifdef UNICODE
#define CertNameToStr CertNameToStrW
#define CertGetNameString CertGetNameStringW
#else
#define CertNameToStr CertNameToStrA
#define CertGetNameString CertGetNameStringA
#endif

#ifdef __cplusplus
}
#endif

#endif /* OPENSSPI_WINCRYPT_NAMES_H */
