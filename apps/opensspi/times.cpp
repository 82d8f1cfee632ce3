// Calendar time by the C library, the clock by the C++ one.
#include "times.h"

#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>

#include "command_error.h"

namespace opensspi::command {
namespace {

// 0 for what is no unit.
std::uint64_t seconds_of_unit(std::string_view unit) {
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  return unit == "d" ? 86'400 : 0;
}

}  // namespace

std::uint64_t now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
             std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count()) *
             kSecond +
         kUnixEpoch;
}

std::string time_text(std::uint64_t time) {
  if (time == 0) return "never";
  const auto seconds = static_cast<std::time_t>(time / kSecond - kUnixEpoch / kSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::uint32_t parse_duration(const std::string& text) {
  std::uint32_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const std::uint64_t seconds =
      error == std::errc() ? count * seconds_of_unit(std::string_view(rest, end)) : 0;
  if (seconds == 0 || seconds > std::numeric_limits<std::uint32_t>::max())
    throw CommandError(ExitCode::Usage, "'" + text + "' is no duration: a number and s, m, h or d");
  return static_cast<std::uint32_t>(seconds);
}

}  // namespace opensspi::command
