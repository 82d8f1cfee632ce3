// Errors of functions that answer BOOL: `value` is the Win32 error that GetLastError() gives for
// them on Windows.
#pragma once

#include <cstdint>

#include "abi/guard.h"
#include "base/result.h"

namespace opensspi::abi {

// Refuses an argument with a Win32 error of its own.
inline tl::unexpected<Error> fail_win32(std::uint32_t code, const char* why) {
  return fail(Status::InvalidParameter, why, 0, code);
}

// What stands for a status of the logon session's store.
[[nodiscard]] constexpr std::uint32_t win32_error(Status status) {
  switch (status) {
    case Status::InvalidParameter:
      return ERROR_INVALID_PARAMETER;
    case Status::InsufficientMemory:
      return ERROR_NOT_ENOUGH_MEMORY;
    case Status::NoCredentials:
      return ERROR_NOT_FOUND;
    case Status::NotOwner:
      return ERROR_ACCESS_DENIED;
    case Status::UnsupportedFunction:
      return ERROR_NO_SUCH_LOGON_SESSION;
    default:
      return ERROR_INTERNAL_ERROR;
  }
}

// Runs `body`, which returns Result<void>. An error that has no Win32 error yet gets its status's.
template <class F>
BOOL guard_bool(F&& body) noexcept {
  const BOOL done = guard_value<BOOL>(FALSE, [&]() -> Result<BOOL> {
    TRY(std::forward<F>(body)());
    return TRUE;
  });
  if (done == TRUE) return TRUE;
  Error error = last_error();
  if (error.value == 0) error.value = win32_error(error.status);
  remember_error(error);
  return FALSE;
}

}  // namespace opensspi::abi
