// --keylog FILE: the TLS secrets of this process, for looking into a capture with Wireshark.
#pragma once

#include <string>

namespace opensspi::command {

// Appends to the file, mode 0600, from now on until the process ends; nothing for an empty path.
// CommandError Usage when the file cannot be opened.
void log_keys_to(const std::string& path);

}  // namespace opensspi::command
