// ISC_REQ_/ISC_RET_ and ASC_REQ_/ASC_RET_ bits to ContextFlags and back. The two families differ
// from 0x4000 on.
#pragma once

#include <cstdint>

#include "sspi/types.h"

namespace opensspi::abi {

// Bits that no package knows are dropped; ALLOCATE_MEMORY is abi's own business.
[[nodiscard]] ContextFlags flags_from_request(Role role, std::uint32_t request);
[[nodiscard]] std::uint32_t flags_to_attributes(Role role, ContextFlags granted);

}  // namespace opensspi::abi
