// What libssl's error queue and the peer's alerts mean in statuses and words.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace opensspi::tls {

// The peer's fatal alert: the status that Schannel documents for it, `value` = the alert's number.
[[nodiscard]] Error alert_received(std::uint8_t description);

// Empties libssl's error queue into one error. `otherwise` when the queue says nothing better.
[[nodiscard]] Error take_failure(const Error& otherwise);

}  // namespace opensspi::tls
