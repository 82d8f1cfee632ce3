// How a subcommand ends: its exit code, and the exception that carries a failure up to main().
#pragma once

#include <stdexcept>
#include <string>

namespace opensspi::command {

enum class ExitCode {
  Ok = 0,
  Refused = 1,  // the logon was refused, or what was asked for could not be done
  Usage = 2,
  Network = 3,
  Policy = 4,
};

// main() prints what() and exits with the code.
class CommandError : public std::runtime_error {
 public:
  CommandError(ExitCode code, const std::string& words) : std::runtime_error(words), code_(code) {}

  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace opensspi::command
