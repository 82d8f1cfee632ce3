/*
 * security.h: the header that programs include for SSPI. It brings sspi.h, whose rules hold here,
 * secext.h, and the names of the packages. Define SECURITY_WIN32 before it.
 */
#ifndef OPENSSPI_SECURITY_H
#define OPENSSPI_SECURITY_H

#include "sspi.h"

#include "secext.h"

/* Names of packages, to be looked up without regard to case. CREDSSP_NAME is in credssp.h, those of
 * TLS are in schannel.h. */
#define NTLMSP_NAME_A "NTLM"
#define NTLMSP_NAME OPENSSPI_WIDE("NTLM")

#ifndef MICROSOFT_KERBEROS_NAME_A
#define MICROSOFT_KERBEROS_NAME_A "Kerberos"
#define MICROSOFT_KERBEROS_NAME_W OPENSSPI_WIDE("Kerberos")
#define MICROSOFT_KERBEROS_NAME MICROSOFT_KERBEROS_NAME_W
#endif

#define NEGOSSP_NAME_A "Negotiate"
#define NEGOSSP_NAME_W OPENSSPI_WIDE("Negotiate")
#ifdef UNICODE
#define NEGOSSP_NAME NEGOSSP_NAME_W
#else
#define NEGOSSP_NAME NEGOSSP_NAME_A
#endif

/* The second letter of the narrow name is a small L, as on Windows. */
#define CLOUDAP_NAME_W OPENSSPI_WIDE("CloudAP")
#define ClOUDAP_NAME_A "CloudAP"
#ifdef UNICODE
#define CLOUDAP_NAME CLOUDAP_NAME_W
#else
#define CLOUDAP_NAME ClOUDAP_NAME_A
#endif

#endif /* OPENSSPI_SECURITY_H */
