// Status codes in words, always with the code's name.
#pragma once

#include <opensspi.h>

#include <string>

#include "command_error.h"

namespace opensspi::command {

// "SEC_E_LOGON_DENIED: The logon was refused."
[[nodiscard]] std::string describe(SECURITY_STATUS status);

// What the library said of a failure, with the reason's name when it has one:
// "wrong password (STATUS_WRONG_PASSWORD)".
[[nodiscard]] std::string reason_of(const opensspi_error& error);

// The last failure on this thread.
[[nodiscard]] opensspi_error last_error();

// Whether a status says that policy, not the peer, forbids the logon.
[[nodiscard]] bool is_policy(const opensspi_error& error);

// Throws when a call of the library failed: "what: why (SEC_E_…)".
void check(SECURITY_STATUS status, const std::string& what, ExitCode code = ExitCode::Refused);

}  // namespace opensspi::command
