// Reading without stdio, whose buffers would keep the text.
#include "password.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "command_error.h"

namespace opensspi::command {
namespace {

constexpr std::size_t kMaximumSize = 4096;  // more than any authority takes

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

volatile sig_atomic_t caught_signal = 0;

// While it lives a terminal shows nothing of what is typed, and a signal ends reading, so that the
// terminal is put right before the signal has its way.
class WithoutEcho {
 public:
  explicit WithoutEcho(int terminal) : terminal_(terminal) {
    caught_signal = 0;
    struct sigaction action {};
    action.sa_handler = [](int signal) { caught_signal = signal; };
    for (std::size_t i = 0; i < std::size(kSignals); ++i)
      sigaction(kSignals[i], &action, &before_[i]);
    tcgetattr(terminal_, &mode_);
    termios quiet = mode_;
    quiet.c_lflag &= static_cast<tcflag_t>(~ECHO);
    tcsetattr(terminal_, TCSAFLUSH, &quiet);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  ~WithoutEcho() {
    tcsetattr(terminal_, TCSAFLUSH, &mode_);
    for (std::size_t i = 0; i < std::size(kSignals); ++i)
      sigaction(kSignals[i], &before_[i], nullptr);
    if (caught_signal != 0) raise(caught_signal);
  }

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  int terminal_;
  termios mode_{};
  struct sigaction before_[std::size(kSignals)]{};
};

// Up to the first line end.
SecretText read_line(int descriptor, const std::string& name) {
  SecretText line;
  std::string& text = line.expose();
  text.reserve(kMaximumSize);
  char c = '\0';
  for (ssize_t got = 0; (got = read(descriptor, &c, 1)) != 0;) {
    if (got < 0 && errno == EINTR && caught_signal == 0) continue;
    if (got < 0) throw CommandError(ExitCode::Usage, name + ": " + std::strerror(errno));
    if (c == '\n') break;
    if (text.size() == kMaximumSize || c == '\0')
      throw CommandError(ExitCode::Usage, name + ": this is no password");
    text += c;
  }
  c = '\0';
  if (text.ends_with('\r')) text.pop_back();
  return line;
}

void show(int terminal, std::string_view text) {
  // The terminal is there for reading too: when it takes no text, the prompt is only not seen.
  [[maybe_unused]] const ssize_t written = write(terminal, text.data(), text.size());
}

}  // namespace

SecretText password_from_file(const std::string& path) {
  if (path == "-") return read_line(STDIN_FILENO, "standard input");
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw CommandError(ExitCode::Usage, path + ": " + std::strerror(errno));
  return read_line(file.get(), path);
}

SecretText prompt_password(const std::string& prompt) {
  const Descriptor terminal(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.get() < 0) {
    throw CommandError(ExitCode::Usage,
                       "there is no terminal to ask for the password: give --password-file FILE");
  }
  SecretText password;
  {
    const WithoutEcho without_echo(terminal.get());
    show(terminal.get(), prompt + ": ");
    password = read_line(terminal.get(), "the terminal");
  }
  show(terminal.get(), "\n");
  return password;
}

SecretText password_for_logon(const std::string& file, const std::string& user) {
  if (!file.empty()) return password_from_file(file);
  if (const char* variable = std::getenv("OPENSSPI_PASSWORD"); variable != nullptr)
    return SecretText(variable);
  return prompt_password("Password of " + user);
}

SecretText new_password(const std::string& file, const std::string& user) {
  if (!file.empty()) return password_from_file(file);
  SecretText password = prompt_password("New password of " + user);
  const SecretText again = prompt_password("The same again");
  if (password.expose() != again.expose())
    throw CommandError(ExitCode::Usage, "the two passwords differ");
  return password;
}

}  // namespace opensspi::command
