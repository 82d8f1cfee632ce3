// Small files, and what else the system knows.
#pragma once

#include <string>
#include <string_view>

#include "secret_text.h"

namespace opensspi::command {

// The whole of a file; "-" is standard input. It may hold secrets. CommandError Usage when it
// cannot be read or is larger than a megabyte.
[[nodiscard]] SecretText read_file(const std::string& path);

// Makes or replaces a file that only its owner may read, at once: readers see the old or the new.
void write_private_file(const std::string& path, std::string_view content);

// What this machine calls itself.
[[nodiscard]] std::string host_name();

}  // namespace opensspi::command
