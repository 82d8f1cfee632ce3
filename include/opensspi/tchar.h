/*
 * tchar.h: text that is wide under _UNICODE and narrow otherwise. Only the types and the literals:
 * the C library has no functions for char16_t.
 */
#ifndef OPENSSPI_TCHAR_H
#define OPENSSPI_TCHAR_H

#include "wintypes.h"

#ifdef _UNICODE
typedef WCHAR _TCHAR;
#define __T(quote) OPENSSPI_WIDE(quote)
#else
typedef char _TCHAR;
#define __T(quote) quote
#endif

/* The literal may be a macro. */
#define _T(quote) __T(quote)
#define _TEXT(quote) __T(quote)

#endif /* OPENSSPI_TCHAR_H */
