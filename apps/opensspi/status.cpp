// Words out of the library's tables.
#include "status.h"

namespace opensspi::command {
namespace {

constexpr std::uint32_t kStatusNtlmBlocked = 0xC0000418;

}  // namespace

std::string describe(SECURITY_STATUS status) {
  return std::string(opensspi_status_name(status)) + ": " + opensspi_status_text(status);
}

std::string reason_of(const opensspi_error& error) {
  const bool has_words = error.why != nullptr && *error.why != '\0';
  std::string reason = has_words ? error.why : opensspi_status_text(error.status);
  if (error.nt_status != 0) {
    reason += std::string(" (") + opensspi_nt_status_name(error.nt_status) + ')';
  }
  return reason;
}

opensspi_error last_error() {
  opensspi_error error{};
  opensspi_last_error(&error);
  return error;
}

bool is_policy(const opensspi_error& error) {
  return error.status == SEC_E_DELEGATION_POLICY || error.status == SEC_E_POLICY_NLTM_ONLY ||
         error.nt_status == kStatusNtlmBlocked;
}

void check(SECURITY_STATUS status, const std::string& what, ExitCode code) {
  if (status == SEC_E_OK) return;
  opensspi_error error = last_error();
  error.status = status;
  std::string words = what + ": " + reason_of(error);
  if (error.value != 0) words += ", " + std::to_string(error.value);
  throw CommandError(code, words + " (" + opensspi_status_name(status) + ')');
}

}  // namespace opensspi::command
