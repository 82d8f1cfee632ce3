// What the last failing call of a thread left behind, for opensspi_last_error().
#pragma once

#include "base/result.h"

namespace opensspi::abi {

void remember_error(const Error& error) noexcept;
[[nodiscard]] const Error& last_error() noexcept;

}  // namespace opensspi::abi
