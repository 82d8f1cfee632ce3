// What kind of message a token is, for people: events show it. Looks at the first bytes only.
#pragma once

#include "base/bytes.h"

namespace opensspi::abi {

// Static text; "" for no bytes.
[[nodiscard]] const char* message_kind(ByteView token) noexcept;

}  // namespace opensspi::abi
