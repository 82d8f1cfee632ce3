// Written with write(2), so that a line is there when the call returns.
#include "console.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace opensspi::command {
namespace {

bool coloured(Output output) {
  const auto decide = [](int descriptor) {
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return isatty(descriptor) == 1 && (no_color == nullptr || *no_color == '\0') &&
           terminal != nullptr && std::string_view(terminal) != "dumb";
  };
  static const bool results = decide(STDOUT_FILENO), progress = decide(STDERR_FILENO);
  return output == Output::Results ? results : progress;
}

const char* escape_of(Colour colour) {
  switch (colour) {
    case Colour::Plain:
      return "";
    case Colour::Bold:
      return "\033[1m";
    case Colour::Dim:
      return "\033[2m";
    case Colour::Red:
      return "\033[31m";
    case Colour::Green:
      return "\033[32m";
    case Colour::Yellow:
      return "\033[33m";
    case Colour::Cyan:
      return "\033[36m";
  }
  return "";
}

}  // namespace

void print(Output output, std::string line) {
  static std::mutex mutex;
  line += '\n';
  const std::lock_guard lock(mutex);
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t written = ::write(static_cast<int>(output), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads: nothing to tell it to
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string paint(Output output, Colour colour, std::string_view text) {
  if (colour == Colour::Plain || !coloured(output)) return std::string(text);
  return std::string(escape_of(colour)).append(text).append("\033[0m");
}

std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return out;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string right_aligned(std::string_view text, std::size_t width) {
  const std::size_t blanks = text.size() < width ? width - text.size() : 0;
  return std::string(blanks, ' ').append(text);
}

std::string milliseconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

}  // namespace opensspi::command
