// open(2) and its relatives, so that modes are set from the start and secrets stay out of buffers.
#include "files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "command_error.h"

namespace opensspi::command {
namespace {

constexpr std::size_t kMaximumSize = 1U << 20;

[[noreturn]] void fail(const std::string& path, ExitCode code = ExitCode::Usage) {
  throw CommandError(code, path + ": " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

// Reads what there is; false with errno when it cannot.
bool read_all(int descriptor, std::string& text) {
  text.resize(kMaximumSize + 1);
  std::size_t size = 0;
  ssize_t got = 0;
  while ((got = read(descriptor, text.data() + size, text.size() - size)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return true;
}

}  // namespace

SecretText read_file(const std::string& path) {
  const bool from_input = path == "-";
  const int descriptor = from_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path);
  SecretText content;
  const bool done = read_all(descriptor, content.expose());
  const int error = errno;
  if (!from_input) close(descriptor);
  errno = error;
  if (!done) fail(path);
  if (content.expose().size() > kMaximumSize)
    throw CommandError(ExitCode::Usage, path + ": the file is too large");
  return content;
}

void write_private_file(const std::string& path, std::string_view content) {
  std::string fresh = path + ".XXXXXX";
  const int descriptor = mkostemp(fresh.data(), O_CLOEXEC);  // mode 0600
  if (descriptor < 0) fail(path, ExitCode::Refused);
  const bool written = write_all(descriptor, content);
  const bool done = close(descriptor) == 0 && written && rename(fresh.c_str(), path.c_str()) == 0;
  if (done) return;
  const int error = errno;
  unlink(fresh.c_str());
  errno = error;
  fail(path, ExitCode::Refused);
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

}  // namespace opensspi::command
