// Windows' names, for this room only.
#pragma once

#define SECURITY_WIN32
#define SCHANNEL_USE_BLACKLISTS  // SCH_CREDENTIALS
#include "security.h"
// The order matters: schannel.h wants UNICODE_STRING of ntsecapi.h.
#include "credssp.h"
#include "ntsecapi.h"
#include "opensspi.h"
#include "schannel.h"
#include "wincrypt.h"

// On the definition of every function that the library exports.
#define OPENSSPI_EXPORT extern "C" OPENSSPI_API
