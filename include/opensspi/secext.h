/*
 * secext.h: names of users and computers in the forms that directories know.
 *
 * The functions return TRUE or FALSE. Buffers are the caller's; a size goes in as the characters
 * that there is room for and comes back as those that were written, or are needed. Text is UTF-8 in
 * the A and UTF-16 in the W form, with a terminating zero. Why a call failed says
 * opensspi_last_error() of opensspi.h.
 */
#ifndef OPENSSPI_SECEXT_H
#define OPENSSPI_SECEXT_H

#include "wintypes.h"

#ifndef SEC_ENTRY
#define SEC_ENTRY
#endif

typedef enum OPENSSPI_ENUM32 {
  NameUnknown = 0,
  NameFullyQualifiedDN = 1, /* CN=Jeff Smith,OU=Users,DC=example,DC=com */
  NameSamCompatible = 2,    /* EXAMPLE\jsmith */
  NameDisplay = 3,          /* Jeff Smith */
  NameUniqueId = 6,         /* a GUID in braces */
  NameCanonical = 7,        /* example.com/Users/Jeff Smith */
  NameUserPrincipal = 8,    /* jsmith@example.com */
  NameCanonicalEx = 9,      /* the same with a line end before the last part */
  NameServicePrincipal = 10,
  NameDnsDomain = 12, /* example.com\jsmith */
  NameGivenName = 13,
  NameSurname = 14
} EXTENDED_NAME_FORMAT,
    *PEXTENDED_NAME_FORMAT;

#ifdef __cplusplus
extern "C" {
#endif

/* The user of the calling thread. */
OPENSSPI_API BOOLEAN SEC_ENTRY GetUserNameExA(EXTENDED_NAME_FORMAT NameFormat, LPSTR lpNameBuffer,
                                              PULONG nSize);
OPENSSPI_API BOOLEAN SEC_ENTRY GetUserNameExW(EXTENDED_NAME_FORMAT NameFormat, LPWSTR lpNameBuffer,
                                              PULONG nSize);

/* The account of this computer. */
OPENSSPI_API BOOLEAN SEC_ENTRY GetComputerObjectNameA(EXTENDED_NAME_FORMAT NameFormat,
                                                      LPSTR lpNameBuffer, PULONG nSize);
OPENSSPI_API BOOLEAN SEC_ENTRY GetComputerObjectNameW(EXTENDED_NAME_FORMAT NameFormat,
                                                      LPWSTR lpNameBuffer, PULONG nSize);

/* From one form to another. */
OPENSSPI_API BOOLEAN SEC_ENTRY TranslateNameA(LPCSTR lpAccountName,
                                              EXTENDED_NAME_FORMAT AccountNameFormat,
                                              EXTENDED_NAME_FORMAT DesiredNameFormat,
                                              LPSTR lpTranslatedName, PULONG nSize);
OPENSSPI_API BOOLEAN SEC_ENTRY TranslateNameW(LPCWSTR lpAccountName,
                                              EXTENDED_NAME_FORMAT AccountNameFormat,
                                              EXTENDED_NAME_FORMAT DesiredNameFormat,
                                              LPWSTR lpTranslatedName, PULONG nSize);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define GetUserNameEx GetUserNameExW
#define GetComputerObjectName GetComputerObjectNameW
#define TranslateName TranslateNameW
#else
#define GetUserNameEx GetUserNameExA
#define GetComputerObjectName GetComputerObjectNameA
#define TranslateName TranslateNameA
#endif

#endif /* OPENSSPI_SECEXT_H */
