/*
 * sspi.h: the security support provider interface, with Windows' names, values and layouts. The
 * parts lie in sspi/; programs include security.h. Rules that hold for every part:
 *
 *  - The including program defines SECURITY_WIN32 first, as on Windows.
 *  - Functions return SECURITY_STATUS: negative is failure, SEC_I_ codes are successes that ask for
 *    something. Each may also return SEC_E_INSUFFICIENT_MEMORY, SEC_E_INVALID_HANDLE for a handle
 *    that is not (or no longer) one, and SEC_E_UNSUPPORTED_FUNCTION. More about the last failure
 *    says opensspi_last_error() of opensspi.h.
 *  - Memory that a function hands out is released with FreeContextBuffer unless its comment names
 *    another function. A structure that the caller passes is the caller's; what its pointers point
 *    to after a successful call was handed out.
 *  - A and W forms differ in their text (UTF-8, UTF-16, with a terminating zero) and in nothing
 *    else. The name without A or W is the W form under UNICODE and the A form otherwise.
 *  - Times are FILETIMEs in a 64-bit integer: 100 nanoseconds since 1601-01-01.
 *  - Two threads may not call on the same context at once; different handles are independent.
 */
#ifndef OPENSSPI_SSPI_H
#define OPENSSPI_SSPI_H

#if !defined(SECURITY_WIN32) && !defined(SECURITY_KERNEL) && !defined(SECURITY_MAC)
#error "Define SECURITY_WIN32 before this header is included"
#endif

#define ISSP_LEVEL 32
#ifdef SECURITY_KERNEL
#define ISSP_MODE 0
#else
#define ISSP_MODE 1
#endif

#include "winerror.h"
#include "wintypes.h"

/* The order matters: each part uses those before it. */
#include "sspi/types.h"

#include "sspi/buffers.h"

#include "sspi/flags.h"

#include "sspi/attributes.h"

#include "sspi/identity.h"

#include "sspi/functions.h"

#include "sspi/sasl.h"

#include "sspi/table.h"

#endif /* OPENSSPI_SSPI_H */
