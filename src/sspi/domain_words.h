// What a domain says of an account whose logon it refuses, for a person: winbind and KDCs tell it
// alike.
#pragma once

#include <cstdint>

namespace opensspi {

// Static text for the NTSTATUS ([MS-ERREF] 2.3.1); null when it says nothing of the account.
[[nodiscard]] const char* domain_words(std::uint32_t nt_status);

}  // namespace opensspi
