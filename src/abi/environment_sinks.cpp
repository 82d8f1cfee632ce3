// Files that lines are appended to, one write per line, so that processes may share one.
#include "abi/environment_sinks.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "base/folders.h"

namespace opensspi::abi {
namespace {

class LineFile {
 public:
  explicit LineFile(int descriptor) : descriptor_(descriptor) {}
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  ~LineFile() { ::close(descriptor_); }

  void append(std::string line) const {
    line += '\n';
    // A full disk must not fail a logon.
    [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
  }

 private:
  int descriptor_;
};

// Readable by the user alone: key log lines open sessions. Null when it cannot be opened.
std::shared_ptr<LineFile> open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  return descriptor >= 0 ? std::make_shared<LineFile>(descriptor) : nullptr;
}

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::Error:
      return "error";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Info:
      return "info";
    case LogLevel::Debug:
      return "debug";
  }
  return "";
}

}  // namespace

void open_sinks_of_environment(const policy::Policy& policy, Observers& observers) {
  if (policy.allow_key_log_variable) {
    const std::string path = environment_variable("SSLKEYLOGFILE");
    if (auto file = path.empty() ? nullptr : open_file(path); file != nullptr) {
      observers.key_log_file = [file](std::string_view line) { file->append(std::string(line)); };
    }
  }
  if (policy.allow_log_variable) {
    const std::string path = environment_variable("OPENSSPI_LOG");
    if (auto file = path.empty() ? nullptr : open_file(path); file != nullptr) {
      observers.log_file = [file](LogLevel level, const char* room, const char* what,
                                  std::int64_t value) {
        file->append(std::string(level_name(level)) + ' ' + room + ": " + what + ' ' +
                     std::to_string(value));
      };
    }
  }
}

}  // namespace opensspi::abi
