// A packed KERB_INTERACTIVE_LOGON: a structure of pointers, its strings behind it in the same
// block, and offsets from its start in the place of the pointers.
#pragma once

#include "abi/identity_parts.h"
#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

// UTF-16LE.
struct LogonStrings {
  ByteView domain, user, password;
};

// CannotPack when a string is too long for a UNICODE_STRING.
Result<std::size_t> logon_buffer_size(const LogonStrings& strings);
// `out` is zero-filled and as large as the above says.
void write_logon_buffer(const LogonStrings& strings, ByteSpan out);

// Whether here begins a logon buffer of any kind, and no identity: the first eight bytes of a plain
// identity are a pointer, and no address is as low as the numbers of logon messages.
[[nodiscard]] bool is_logon_buffer(const void* start);

// KERB_INTERACTIVE_LOGON and KERB_INTERACTIVE_UNLOCK_LOGON. UnknownCredentials in words for other
// kinds, InvalidToken for malformed ones.
Result<IdentityParts> read_logon_buffer(ByteView buffer);
// The same where its strings tell how far it goes: `start` gives no other bound.
Result<IdentityParts> read_logon_buffer_at(const void* start);

}  // namespace opensspi::abi
