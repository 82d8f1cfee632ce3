// Where passwords come from: a file, standard input, the environment, or a prompt without echo.
// Never an argument, which every user of the machine can read.
#pragma once

#include <string>

#include "secret_text.h"

namespace opensspi::command {

// The first line of a file; "-" is standard input. CommandError: Usage.
[[nodiscard]] SecretText password_from_file(const std::string& path);

// Asks on the terminal. CommandError Usage when there is none.
[[nodiscard]] SecretText prompt_password(const std::string& prompt);

// A file when one is named, else $OPENSSPI_PASSWORD, else a prompt.
[[nodiscard]] SecretText password_for_logon(const std::string& file, const std::string& user);

// A file when one is named, else a prompt, asked twice.
[[nodiscard]] SecretText new_password(const std::string& file, const std::string& user);

}  // namespace opensspi::command
