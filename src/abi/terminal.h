// A dialogue with the person at the terminal that controls this process, whatever standard input
// and output are.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace opensspi::abi {

class Terminal {
 public:
  // UnsupportedFunction when there is none. The terminal's own echo and line editing are off for as
  // long as the object lives; what was typed before is dropped.
  static Result<Terminal> open();
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  // One line. Control characters become '?': a name from elsewhere must not drive the terminal.
  void say(std::string_view line);
  // UTF-8 as typed. Nothing when the person gave up: Ctrl-C, Ctrl-D at the start of a line, or a
  // terminal that went away.
  std::optional<std::string> ask(std::string_view question);
  std::optional<SecretBytes> ask_secret(std::string_view question);

 private:
  Terminal(int descriptor, const termios& before) : descriptor_(descriptor), before_(before) {}

  void write(std::string_view text);
  // How many bytes of `line` were typed.
  std::optional<std::size_t> read_line(ByteSpan line, bool echo);

  int descriptor_;
  termios before_;
};

}  // namespace opensspi::abi
