// Times and durations in words. Times are FILETIME in UTC, as opensspi.h has them.
#pragma once

#include <cstdint>
#include <string>

namespace opensspi::command {

inline constexpr std::uint64_t kSecond = 10'000'000, kUnixEpoch = 11'644'473'600 * kSecond;

[[nodiscard]] std::uint64_t now();

// "2027-01-31T12:00:00Z"; "never" for 0.
[[nodiscard]] std::string time_text(std::uint64_t time);

// "90s", "30m", "8h", "2d" in seconds: at least one, and no more than 32 bits hold. CommandError:
// Usage.
[[nodiscard]] std::uint32_t parse_duration(const std::string& text);

}  // namespace opensspi::command
