// The terminal hands over byte by byte and raises no signals, so that Ctrl-C is an answer here: no
// handler of the host program needs to be replaced, and the terminal is always put back.
#include "abi/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace opensspi::abi {
namespace {

constexpr std::size_t kMaximumName = 2048;    // CREDUI_MAX_USERNAME_LENGTH characters
constexpr std::size_t kMaximumSecret = 1024;  // CREDUI_MAX_PASSWORD_LENGTH characters

// How many bytes the last character of UTF-8 has.
std::size_t last_character(ByteView text) {
  std::size_t size = 0;
  while (size < text.size()) {
    ++size;
    if ((text[text.size() - size] & 0xC0) != 0x80) break;
  }
  return size;
}

}  // namespace

Result<Terminal> Terminal::open() {
  const int descriptor = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  termios before{};
  if (descriptor < 0 || ::tcgetattr(descriptor, &before) != 0) {
    if (descriptor >= 0) ::close(descriptor);
    return fail(Status::UnsupportedFunction, "there is no terminal to ask on", 0, errno);
  }
  Terminal terminal(descriptor, before);
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (::tcsetattr(descriptor, TCSAFLUSH, &raw) != 0)
    return fail(Status::UnsupportedFunction, "the terminal cannot be asked on", 0, errno);
  return terminal;
}

Terminal::Terminal(Terminal&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), before_(other.before_) {}

Terminal::~Terminal() {
  if (descriptor_ < 0) return;
  ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
  ::close(descriptor_);
}

void Terminal::write(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the answer will not come either
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Terminal::say(std::string_view line) {
  std::string text(line);
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  write(text + "\n");
}

std::optional<std::size_t> Terminal::read_line(ByteSpan line, bool echo) {
  const auto is_key = [&](std::uint8_t byte, int key) { return byte == before_.c_cc[key]; };
  std::size_t used = 0;
  for (;;) {
    std::uint8_t byte = 0;
    if (::read(descriptor_, &byte, 1) != 1) return std::nullopt;
    if (byte == '\n' || byte == '\r') return used;
    if (is_key(byte, VINTR) || is_key(byte, VQUIT)) return std::nullopt;
    if (is_key(byte, VEOF)) {
      if (used == 0) return std::nullopt;
    } else if (is_key(byte, VERASE) || byte == '\b' || byte == 0x7F) {
      if (used == 0) continue;
      used -= last_character(line.first(used));
      if (echo) write("\b \b");
    } else if (is_key(byte, VKILL)) {
      while (used > 0) {
        used -= last_character(line.first(used));
        if (echo) write("\b \b");
      }
    } else if (byte >= 0x20 && used < line.size()) {
      line[used++] = byte;
      if (echo) write({reinterpret_cast<const char*>(&byte), 1});
    }
  }
}

std::optional<std::string> Terminal::ask(std::string_view question) {
  write(question);
  std::array<std::uint8_t, kMaximumName> line{};
  const auto size = read_line(line, true);
  write("\n");
  if (!size) return std::nullopt;
  return std::string(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(*size));
}

std::optional<SecretBytes> Terminal::ask_secret(std::string_view question) {
  write(question);
  SecretBytes line(kMaximumSecret);
  const auto size = read_line(line.expose_mutable(), false);
  write("\n");
  if (!size) return std::nullopt;
  return SecretBytes(line.expose().first(*size));
}

}  // namespace opensspi::abi
