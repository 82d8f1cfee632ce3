// Errors of wincrypt.h's functions: `value` is what GetLastError() gives for them on Windows, which
// is an HRESULT more often than a Win32 error.
#pragma once

#include "abi/guard.h"

namespace opensspi::abi {

inline tl::unexpected<Error> fail_crypt(std::int64_t code, const char* why) {
  return fail(Status::InvalidParameter, why, 0, static_cast<std::uint32_t>(code));
}

// What stands for a status that has no code of its own yet.
[[nodiscard]] constexpr std::uint32_t crypt_code(Status status) {
  switch (status) {
    case Status::InsufficientMemory:
      return static_cast<std::uint32_t>(E_OUTOFMEMORY);
    case Status::InvalidParameter:
    case Status::InvalidHandle:
      return static_cast<std::uint32_t>(E_INVALIDARG);
    default:
      return static_cast<std::uint32_t>(status);
  }
}

// guard_value, with that code.
template <class T, class F>
T guard_crypt(T otherwise, F&& body) noexcept {
  bool done = false;
  const T value = guard_value<T>(otherwise, [&]() -> Result<T> {
    auto result = std::forward<F>(body)();
    done = result.has_value();
    return result;
  });
  if (!done) {
    Error error = last_error();
    if (error.value == 0) error.value = crypt_code(error.status);
    remember_error(error);
  }
  return value;
}

// For those that answer BOOL; `body` returns Result<void>.
template <class F>
BOOL guard_crypt_bool(F&& body) noexcept {
  return guard_crypt<BOOL>(FALSE, [&]() -> Result<BOOL> {
    TRY(std::forward<F>(body)());
    return TRUE;
  });
}

}  // namespace opensspi::abi
