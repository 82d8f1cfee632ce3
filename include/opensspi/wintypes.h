/*
 * wintypes.h: the scalar types that Windows' headers build on, with Windows' widths on every
 * machine: ULONG, LONG, DWORD and BOOL are 32 bits, a WCHAR is one UTF-16 code unit. Windows has
 * these in winnt.h, minwindef.h, basetsd.h, guiddef.h and ntdef.h.
 *
 * Rules of every header here:
 *  - No type is wider or narrower than on Windows x64, so structures have the same layout there.
 *  - Text of functions that end in A is UTF-8; text of functions that end in W is UTF-16 in the
 *    machine's byte order. Sizes say for themselves whether they count bytes or characters.
 *  - WCHAR is char16_t, so wide literals are u"…"; under -fshort-wchar it is wchar_t, and they are
 *    L"…". TEXT("…") and OPENSSPI_WIDE("…") fit either.
 */
#ifndef OPENSSPI_WINTYPES_H
#define OPENSSPI_WINTYPES_H

#include <stddef.h>
#include <stdint.h>

#if __SIZEOF_WCHAR_T__ != 2 && !defined(__cplusplus)
#include <uchar.h>
#endif

/* ---- How functions are declared ------------------------------------------------------------- */

/* On every function that the library exports. */
#ifndef OPENSSPI_API
#define OPENSSPI_API __attribute__((visibility("default")))
#endif

/* Windows' calling conventions: there is only one here. */
#define WINAPI
#define NTAPI
#define APIENTRY
#define CALLBACK
#define WINBASEAPI
#define WINADVAPI

#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif

#define FAR
#define NEAR
#ifndef CONST
#define CONST const
#endif
#ifndef VOID
#define VOID void
#endif

/* Between the tag and the brace of an enumeration that structures hold: 32 bits, and any value of
 * them may come from a caller. */
#ifdef __cplusplus
#define OPENSSPI_ENUM32 : int32_t
#else
#define OPENSSPI_ENUM32
#endif

/* Annotations that Windows' compiler checks. */
#ifndef _In_
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(count)
#define _In_reads_opt_(count)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(count)
#define _Inout_updates_bytes_(size)
#define _Out_
#define _Out_opt_
#define _Out_writes_(count)
#define _Out_writes_opt_(count)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_to_opt_(count, used)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Deref_out_
#define _Deref_out_opt_
#define _Reserved_
#define _Pre_
#define _Post_
#define _Success_(condition)
#define _Field_size_(count)
#define _Field_size_bytes_(size)
#define _Check_return_
#define _Must_inspect_result_
#endif

/* ---- Integers ------------------------------------------------------------------------------- */

typedef int8_t INT8, *PINT8;
typedef int16_t INT16, *PINT16;
typedef int32_t INT32, *PINT32;
typedef int64_t INT64, *PINT64;
typedef uint8_t UINT8, *PUINT8;
typedef uint16_t UINT16, *PUINT16;
typedef uint32_t UINT32, *PUINT32;
typedef uint64_t UINT64, *PUINT64;

typedef int16_t SHORT, *PSHORT;
typedef uint16_t USHORT, *PUSHORT;
typedef uint16_t WORD, *PWORD, *LPWORD;
typedef int32_t INT, *PINT, *LPINT;
typedef uint32_t UINT, *PUINT;
typedef int32_t LONG, *PLONG, *LPLONG;
typedef uint32_t ULONG, *PULONG;
typedef uint32_t DWORD, *PDWORD, *LPDWORD;
typedef int32_t LONG32, *PLONG32;
typedef uint32_t ULONG32, *PULONG32;
typedef uint32_t DWORD32, *PDWORD32;
typedef int64_t LONGLONG, *PLONGLONG;
typedef uint64_t ULONGLONG, *PULONGLONG;
typedef int64_t LONG64, *PLONG64;
typedef uint64_t ULONG64, *PULONG64;
typedef uint64_t DWORD64, *PDWORD64;
typedef uint64_t DWORDLONG, *PDWORDLONG;
typedef unsigned char UCHAR, *PUCHAR;
typedef unsigned char BYTE, *PBYTE, *LPBYTE;

/* As wide as a pointer. */
typedef intptr_t INT_PTR, *PINT_PTR;
typedef uintptr_t UINT_PTR, *PUINT_PTR;
typedef intptr_t LONG_PTR, *PLONG_PTR;
typedef uintptr_t ULONG_PTR, *PULONG_PTR;
typedef uintptr_t DWORD_PTR, *PDWORD_PTR;
typedef uintptr_t SIZE_T, *PSIZE_T;
typedef intptr_t SSIZE_T, *PSSIZE_T;

/* Truth is anything but zero; BOOL has 32 bits, BOOLEAN has 8. */
typedef int32_t BOOL, *PBOOL, *LPBOOL;
typedef unsigned char BOOLEAN, *PBOOLEAN;
#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

/* Statuses: negative is failure. winerror.h and ntstatus.h have their values. */
typedef int32_t HRESULT;
typedef int32_t NTSTATUS, *PNTSTATUS;

/* ---- Pointers and handles ------------------------------------------------------------------- */

typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;

typedef void *HANDLE, **PHANDLE, **LPHANDLE;
typedef void *HWND;
typedef void *HMODULE, *HINSTANCE;
typedef void *HLOCAL;
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

/* Why the last function of this thread failed that answers BOOL, NULL or 0, and whose comment lists
 * its errors: a Win32 error or an HRESULT, which is opensspi_last_error().value. A call that succeeds
 * does not clear it. GetLastError of windows.h. */
#ifdef __cplusplus
extern "C"
#endif
OPENSSPI_API DWORD WINAPI opensspi_get_last_error(void);

/* Closes a HANDLE that a function of these headers handed out. FALSE for what is no open one, or was
 * only lent, with ERROR_INVALID_HANDLE as opensspi_last_error().value. CloseHandle of windows.h. */
#ifdef __cplusplus
extern "C"
#endif
OPENSSPI_API BOOL WINAPI opensspi_close_handle(HANDLE handle);

/* ---- Text ----------------------------------------------------------------------------------- */

typedef char CHAR, *PCHAR, *LPCH, *PCH;
typedef char *LPSTR, *PSTR;
typedef const char *LPCSTR, *PCSTR, *LPCCH, *PCCH;

#if __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#define OPENSSPI_WIDE_LITERAL(text) L##text
#else
typedef char16_t WCHAR;
#define OPENSSPI_WIDE_LITERAL(text) u##text
#endif

typedef WCHAR *PWCHAR, *LPWCH, *PWCH;
typedef WCHAR *LPWSTR, *PWSTR;
typedef const WCHAR *LPCWSTR, *PCWSTR, *LPCWCH, *PCWCH;

/* A wide literal of a narrow one, which may be a macro. Needs C11 or C++11 (or GNU C99). */
#define OPENSSPI_WIDE(text) OPENSSPI_WIDE_LITERAL(text)

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR, *PTCH, *LPTCH;
typedef LPWSTR LPTSTR, PTSTR;
typedef LPCWSTR LPCTSTR, PCTSTR;
#define TEXT(quote) OPENSSPI_WIDE(quote)
#else
typedef char TCHAR, *PTCHAR, *PTCH, *LPTCH;
typedef LPSTR LPTSTR, PTSTR;
typedef LPCSTR LPCTSTR, PCTSTR;
#define TEXT(quote) quote
#endif
#define __TEXT(quote) TEXT(quote)

/* Counted text. Both lengths are in bytes; no terminating zero is needed. */
typedef struct _UNICODE_STRING {
  USHORT Length;
  USHORT MaximumLength;
  PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
  USHORT Length;
  USHORT MaximumLength;
  PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING;

/* ---- Structures ----------------------------------------------------------------------------- */

/* 64 bits in two halves, or whole. */
typedef union _LARGE_INTEGER {
  __extension__ struct {
    DWORD LowPart;
    LONG HighPart;
  };
  struct {
    DWORD LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
  __extension__ struct {
    DWORD LowPart;
    DWORD HighPart;
  };
  struct {
    DWORD LowPart;
    DWORD HighPart;
  } u;
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

/* 100 nanoseconds since 1601-01-01, in two halves: not aligned for 64 bits. */
typedef struct _FILETIME {
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

/* A number that names something until the machine restarts: not aligned for 64 bits. */
typedef struct _LUID {
  DWORD LowPart;
  LONG HighPart;
} LUID, *PLUID;

typedef struct _GUID {
  UINT32 Data1;
  UINT16 Data2;
  UINT16 Data3;
  UCHAR Data4[8];
} GUID, *LPGUID;

#endif /* OPENSSPI_WINTYPES_H */
