// One write per line: several threads and processes may share the file.
#include "key_log.h"

#include <fcntl.h>
#include <opensspi.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "command_error.h"

namespace opensspi::command {

void log_keys_to(const std::string& path) {
  if (path.empty()) return;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw CommandError(ExitCode::Usage, path + ": " + std::strerror(errno));
  const auto append = [](const char* line, void* user) {
    const std::string text = std::string(line) + '\n';
    // A full disk must not fail a logon.
    [[maybe_unused]] const ssize_t written =
        write(static_cast<int>(reinterpret_cast<std::intptr_t>(user)), text.data(), text.size());
  };
  opensspi_set_key_log_callback(append, reinterpret_cast<void*>(std::intptr_t{file}));
}

}  // namespace opensspi::command
