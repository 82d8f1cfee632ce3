// Cryptographic randomness of the operating system; safe after fork.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::crypto {

// Fills all of `out`; InternalError when the system has no randomness.
Result<void> random(ByteSpan out);

}  // namespace opensspi::crypto
