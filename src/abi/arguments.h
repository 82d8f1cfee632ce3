// Pointers that a function of the C face cannot do without.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "base/result.h"

namespace opensspi::abi {

// InvalidParameter when one of them is NULL.
inline Result<void> need(std::initializer_list<const void*> arguments) {
  if (std::ranges::find(arguments, nullptr) == arguments.end()) return {};
  return fail(Status::InvalidParameter, "an argument that is needed is NULL");
}

}  // namespace opensspi::abi
