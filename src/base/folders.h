// Where this user's files lie: the XDG base directories. In a set-uid process (AT_SECURE) no
// environment variable counts, and the home of the effective user is taken.
#pragma once

#include <string>

namespace opensspi {

// The value of an environment variable; empty when it is unset or the process is set-uid.
[[nodiscard]] std::string environment_variable(const char* name);

// $XDG_DATA_HOME, else ~/.local/share; empty when the user has no home.
[[nodiscard]] std::string data_folder();
// $XDG_CONFIG_HOME, else ~/.config; empty when the user has no home.
[[nodiscard]] std::string config_folder();

}  // namespace opensspi
