/*
 * sspi/types.h, a part of sspi.h: scalars, handles and what a package says about itself.
 */
#ifndef OPENSSPI_SSPI_TYPES_H
#define OPENSSPI_SSPI_TYPES_H

#include "../wintypes.h"

#define SEC_ENTRY
#define SEC_FAR
#define __SEC_FAR
#define SEC_TEXT TEXT

typedef WCHAR SEC_WCHAR;
typedef CHAR SEC_CHAR;

#ifndef __SECSTATUS_DEFINED__
#define __SECSTATUS_DEFINED__
typedef int32_t SECURITY_STATUS;
#endif

#define SEC_SUCCESS(status) ((status) >= 0)

#ifdef UNICODE
typedef SEC_WCHAR *SECURITY_PSTR;
typedef const SEC_WCHAR *SECURITY_PCSTR;
#else
typedef SEC_CHAR *SECURITY_PSTR;
typedef const SEC_CHAR *SECURITY_PCSTR;
#endif

/* ---- Handles -------------------------------------------------------------------------------- */

/* A credential or a context. What the members hold is the library's own business. */
#ifndef __SECHANDLE_DEFINED__
#define __SECHANDLE_DEFINED__
typedef struct _SecHandle {
  ULONG_PTR dwLower;
  ULONG_PTR dwUpper;
} SecHandle, *PSecHandle;
#endif

typedef SecHandle CredHandle, *PCredHandle;
typedef SecHandle CtxtHandle, *PCtxtHandle;

#define SEC_DELETED_HANDLE ((ULONG_PTR)(-2))

/* Makes a handle that is none. As on Windows the last semicolon belongs to the macro. */
#define SecInvalidateHandle(x)                     \
  ((PSecHandle)(x))->dwLower = ((ULONG_PTR)(-1)); \
  ((PSecHandle)(x))->dwUpper = ((ULONG_PTR)(-1));

/* Tells whether SecInvalidateHandle made it, not whether the library (still) knows it. */
#define SecIsValidHandle(x)                             \
  ((((PSecHandle)(x))->dwLower != ((ULONG_PTR)(-1))) && \
   (((PSecHandle)(x))->dwUpper != ((ULONG_PTR)(-1))))

/* ---- Times and counted names ---------------------------------------------------------------- */

typedef LARGE_INTEGER SECURITY_INTEGER, *PSECURITY_INTEGER;
typedef SECURITY_INTEGER TimeStamp, *PTimeStamp;

/* Lengths in bytes. */
typedef struct _SECURITY_STRING {
  USHORT Length;
  USHORT MaximumLength;
  USHORT *Buffer;
} SECURITY_STRING, *PSECURITY_STRING;

/* ---- Packages ------------------------------------------------------------------------------- */

typedef struct _SecPkgInfoW {
  ULONG fCapabilities; /* SECPKG_FLAG_ */
  USHORT wVersion;
  USHORT wRPCID;    /* SECPKG_ID_NONE: no RPC id */
  ULONG cbMaxToken; /* bytes of the largest token */
  SEC_WCHAR *Name;
  SEC_WCHAR *Comment;
} SecPkgInfoW, *PSecPkgInfoW;

typedef struct _SecPkgInfoA {
  ULONG fCapabilities;
  USHORT wVersion;
  USHORT wRPCID;
  ULONG cbMaxToken;
  SEC_CHAR *Name;
  SEC_CHAR *Comment;
} SecPkgInfoA, *PSecPkgInfoA;

#ifdef UNICODE
#define SecPkgInfo SecPkgInfoW
#define PSecPkgInfo PSecPkgInfoW
#else
#define SecPkgInfo SecPkgInfoA
#define PSecPkgInfo PSecPkgInfoA
#endif

#define SECPKG_ID_NONE 0xFFFF

/* fCapabilities */
#define SECPKG_FLAG_INTEGRITY 0x00000001                    /* MakeSignature, VerifySignature */
#define SECPKG_FLAG_PRIVACY 0x00000002                      /* EncryptMessage, DecryptMessage */
#define SECPKG_FLAG_TOKEN_ONLY 0x00000004                   /* looks at TOKEN buffers only */
#define SECPKG_FLAG_DATAGRAM 0x00000008                     /* datagrams */
#define SECPKG_FLAG_CONNECTION 0x00000010                   /* connections */
#define SECPKG_FLAG_MULTI_REQUIRED 0x00000020               /* takes several legs */
#define SECPKG_FLAG_CLIENT_ONLY 0x00000040                  /* has no server side */
#define SECPKG_FLAG_EXTENDED_ERROR 0x00000080               /* can send error tokens */
#define SECPKG_FLAG_IMPERSONATION 0x00000100                /* clients can be impersonated */
#define SECPKG_FLAG_ACCEPT_WIN32_NAME 0x00000200            /* understands Win32 names */
#define SECPKG_FLAG_STREAM 0x00000400                       /* a stream of messages */
#define SECPKG_FLAG_NEGOTIABLE 0x00000800                   /* usable under Negotiate */
#define SECPKG_FLAG_GSS_COMPATIBLE 0x00001000               /* GSS-API tokens */
#define SECPKG_FLAG_LOGON 0x00002000                        /* usable by LsaLogonUser */
#define SECPKG_FLAG_ASCII_BUFFERS 0x00004000                /* tokens are text */
#define SECPKG_FLAG_FRAGMENT 0x00008000                     /* tokens come in fragments */
#define SECPKG_FLAG_MUTUAL_AUTH 0x00010000                  /* both sides prove themselves */
#define SECPKG_FLAG_DELEGATION 0x00020000                   /* can delegate */
#define SECPKG_FLAG_READONLY_WITH_CHECKSUM 0x00040000       /* protects such buffers */
#define SECPKG_FLAG_RESTRICTED_TOKENS 0x00080000            /* for restricted callers too */
#define SECPKG_FLAG_NEGO_EXTENDER 0x00100000                /* extends Negotiate */
#define SECPKG_FLAG_NEGOTIABLE2 0x00200000                  /* usable under NegoExtender */
#define SECPKG_FLAG_APPCONTAINER_PASSTHROUGH 0x00400000     /* takes all such calls */
#define SECPKG_FLAG_APPCONTAINER_CHECKS 0x00800000          /* takes them after checks */
#define SECPKG_FLAG_CREDENTIAL_ISOLATION_ENABLED 0x01000000 /* Credential Guard */
#define SECPKG_FLAG_APPLY_LOOPBACK 0x02000000               /* knows itself as its peer */

/* What a local authority is told about a caller. */
#define SECPKG_CALLFLAGS_APPCONTAINER 0x00000001
#define SECPKG_CALLFLAGS_APPCONTAINER_AUTHCAPABLE 0x00000002
#define SECPKG_CALLFLAGS_FORCE_SUPPLIED 0x00000004
#define SECPKG_CALLFLAGS_APPCONTAINER_UPNCAPABLE 0x00000008

/* For AddSecurityPackage. */
typedef struct _SECURITY_PACKAGE_OPTIONS {
  ULONG Size;          /* bytes of the structure */
  ULONG Type;          /* SECPKG_OPTIONS_TYPE_ */
  ULONG Flags;         /* SECPKG_OPTIONS_PERMANENT */
  ULONG SignatureSize; /* bytes */
  void *Signature;
} SECURITY_PACKAGE_OPTIONS, *PSECURITY_PACKAGE_OPTIONS;

#define SECPKG_OPTIONS_TYPE_UNKNOWN 0
#define SECPKG_OPTIONS_TYPE_LSA 1
#define SECPKG_OPTIONS_TYPE_SSPI 2
#define SECPKG_OPTIONS_PERMANENT 0x00000001

/* ---- Smaller constants ---------------------------------------------------------------------- */

/* TargetDataRep */
#define SECURITY_NATIVE_DREP 0x00000010
#define SECURITY_NETWORK_DREP 0x00000000

/* Quality of protection: integrity only; out-of-band data (TLS: an alert). */
#define SECQOP_WRAP_NO_ENCRYPT 0x80000001
#define SECQOP_WRAP_OOB_DATA 0x40000000

/* ExportSecurityContext */
#define SECPKG_CONTEXT_EXPORT_RESET_NEW 0x00000001
#define SECPKG_CONTEXT_EXPORT_DELETE_OLD 0x00000002
#define SECPKG_CONTEXT_EXPORT_TO_KERNEL 0x00000004

/* The privileges that Windows asks callers for. */
#ifndef SE_TCB_NAME
#define SE_TCB_NAME TEXT("SeTcbPrivilege")
#endif
#ifndef SE_IMPERSONATE_NAME
#define SE_IMPERSONATE_NAME TEXT("SeImpersonatePrivilege")
#endif

#endif /* OPENSSPI_SSPI_TYPES_H */
