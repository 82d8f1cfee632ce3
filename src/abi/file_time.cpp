// The C library knows the zone's offset at a moment.
#include "abi/file_time.h"

#include <chrono>
#include <cstring>
#include <ctime>

namespace opensspi::abi {

TimeStamp to_time_stamp(FileTime utc) {
  FileTime local = utc;
  if (utc != kNever && utc >= kUnixEpoch) {
    const auto seconds = static_cast<std::time_t>((utc - kUnixEpoch) / kSecond);
    std::tm parts{};
    if (localtime_r(&seconds, &parts) != nullptr)
      local += static_cast<FileTime>(parts.tm_gmtoff) * kSecond;
  }
  TimeStamp stamp;
  stamp.QuadPart = static_cast<std::int64_t>(local);
  return stamp;
}

void put_time_stamp(FileTime utc, TimeStamp* out) {
  if (out == nullptr) return;
  const TimeStamp stamp = to_time_stamp(utc);
  std::memcpy(static_cast<void*>(out), &stamp, sizeof stamp);
}

FileTime system_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return kUnixEpoch + static_cast<FileTime>(nanoseconds / 100);
}

}  // namespace opensspi::abi
