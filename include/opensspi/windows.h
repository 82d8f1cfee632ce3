/*
 * windows.h: as much of it as programs need that talk to the security interfaces only: the scalar
 * types, the status codes, the empty words of Windows' declarations, and its names for memcpy and
 * memset.
 */
#ifndef OPENSSPI_WINDOWS_H
#define OPENSSPI_WINDOWS_H

#include <string.h>

#include "winerror.h"
#include "wintypes.h"

#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif

/* clang knows these words. */
#ifndef __clang__
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#endif

#ifndef MAX_PATH
#define MAX_PATH 260
#endif

#define CopyMemory(to, from, size) ((void)memcpy((to), (from), (size)))
#define MoveMemory(to, from, size) ((void)memmove((to), (from), (size)))
#define FillMemory(to, size, octet) ((void)memset((to), (octet), (size)))
#define ZeroMemory(to, size) ((void)memset((to), 0, (size)))

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))

/* Closes what QuerySecurityContextToken hands out; see opensspi.h. A macro, because other libraries
 * of this machine export a CloseHandle of their own. */
#ifndef CloseHandle
#define CloseHandle opensspi_close_handle
#endif

/* Of the functions of these headers only. */
#ifndef GetLastError
#define GetLastError opensspi_get_last_error
#endif

#endif /* OPENSSPI_WINDOWS_H */
