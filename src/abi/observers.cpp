// Telling the observers.
#include "abi/observers.h"

#include <string>

namespace opensspi::abi {

void Observers::tell_log(LogLevel level, const char* room, const char* what,
                         std::int64_t value) const {
  if (log_file) log_file(level, room, what, value);
  const auto number = static_cast<std::int32_t>(level);
  if (!log.installed() || number > maximum_log_level.load(std::memory_order_relaxed)) return;
  if (const auto [callback, user] = log.get(); callback != nullptr)
    callback(number, room, what, value, user);
}

KeyLog Observers::key_log_for_now() const {
  if (!key_log.installed() && !key_log_file) return {};
  return [this](std::string_view line) {
    if (key_log_file) key_log_file(line);
    if (const auto [callback, user] = key_log.get(); callback != nullptr)
      callback(std::string(line).c_str(), user);
  };
}

}  // namespace opensspi::abi
