// The border that every exported function stands behind: errors become a SECURITY_STATUS and are
// remembered, and bad_alloc, the only exception there is, becomes SEC_E_INSUFFICIENT_MEMORY. The
// one `catch` of the library, but for where a library in C lies between.
#pragma once

#include <new>
#include <type_traits>
#include <utility>

#include "abi/last_error.h"
#include "abi/windows_names.h"
#include "base/result.h"

namespace opensspi::abi {

inline SECURITY_STATUS to_security_status(Status status) noexcept {
  return static_cast<SECURITY_STATUS>(status);
}

inline SECURITY_STATUS refuse(const Error& error) noexcept {
  remember_error(error);
  return to_security_status(error.status);
}

inline constexpr Error kOutOfMemory{Status::InsufficientMemory, "out of memory"};

// Runs `body`, which returns Result<void> or Result<SECURITY_STATUS>.
template <class F>
SECURITY_STATUS guard(F&& body) noexcept {
  try {
    auto result = std::forward<F>(body)();
    if (!result) return refuse(result.error());
    if constexpr (std::is_void_v<typename decltype(result)::value_type>)
      return SEC_E_OK;
    else
      return *result;
  } catch (const std::bad_alloc&) {
    return refuse(kOutOfMemory);
  }
}

// The same for functions that answer with a value of their own; `otherwise` stands for failure.
template <class T, class F>
T guard_value(T otherwise, F&& body) noexcept {
  try {
    Result<T> result = std::forward<F>(body)();
    if (result) return *result;
    remember_error(result.error());
  } catch (const std::bad_alloc&) {
    remember_error(kOutOfMemory);
  }
  return otherwise;
}

}  // namespace opensspi::abi
