// Encryption of an EX2 identity in place, with keys that this process makes for itself and never
// shows: a secret that lies about for long cannot be read out of a swapped page or a crash report
// that has no such keys. A child of fork() has its parent's keys.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

// `block` is the structure and the room behind it. All but the header is encrypted, and Flags tells
// so. An identity that is encrypted already, or is not, stays as it is.
Result<void> encrypt_identity_block(ByteSpan block);
// DecryptFailure when it was changed or another process encrypted it; it stays as it was then.
Result<void> decrypt_identity_block(ByteSpan block);

}  // namespace opensspi::abi
