// What Windows' KDCs say in a KRB-ERROR besides its number: KERB-EXT-ERROR, [MS-KILE] 2.2.1.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace opensspi::kerberos {

// The NTSTATUS, of severity error, in a KRB-ERROR's e-data; nothing when that holds something else.
[[nodiscard]] std::optional<std::uint32_t> extended_status(ByteView e_data);

}  // namespace opensspi::kerberos
