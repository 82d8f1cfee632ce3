// Times at the border: FILETIME in UTC inside, local time outside, as SSPI's pages have it.
#pragma once

#include "abi/windows_names.h"
#include "sspi/types.h"

namespace opensspi::abi {

// 100 ns between 1601-01-01 and 1970-01-01.
inline constexpr FileTime kUnixEpoch = 116444736000000000;
inline constexpr FileTime kSecond = 10000000;

// Local time; kNever stays.
[[nodiscard]] TimeStamp to_time_stamp(FileTime utc);
// The same into a caller's ptsExpiry, which may be NULL, and which programs ported from Windows
// align for 32 bits only, as a FILETIME.
void put_time_stamp(FileTime utc, TimeStamp* out);

// The clock of this machine.
[[nodiscard]] FileTime system_time();

}  // namespace opensspi::abi
