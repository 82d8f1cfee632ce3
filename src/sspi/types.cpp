// What a refused peer may learn, and times.
#include "sspi/types.h"

namespace opensspi {

FileTime file_time_of_unix(std::int64_t seconds) {
  constexpr std::int64_t kTicksPerSecond = 10'000'000;
  constexpr std::int64_t kEpoch = 11'644'473'600;  // 1970-01-01 in seconds since 1601-01-01
  constexpr std::int64_t kLast = static_cast<std::int64_t>(kNever) / kTicksPerSecond - kEpoch;
  if (seconds > kLast) return kNever;
  return seconds < -kEpoch ? 0 : static_cast<FileTime>((seconds + kEpoch) * kTicksPerSecond);
}

std::uint32_t nt_status_for_peer(std::uint32_t nt_status) {
  switch (nt_status) {
    case nt_status::kNoSuchUser:
    case nt_status::kWrongPassword:
    // Deviation: Windows tells a lockout to everybody, and so which names there are. Told to the
    // right password only, it would confirm a guess that the lockout is to stop.
    case nt_status::kAccountLockedOut:
      return nt_status::kLogonFailure;
    default:
      return nt_status;
  }
}

}  // namespace opensspi
