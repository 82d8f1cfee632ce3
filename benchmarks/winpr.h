// Debian's libwinpr2, the SSPI of FreeRDP. Its table has Windows' layout and so ours; nothing of
// its headers is seen here.
#pragma once

#include <cstdint>
#include <span>

namespace bench {

// WinPR's SecurityFunctionTableW. Its members end with SetContextAttributesW. Throws when the
// library is not installed.
[[nodiscard]] const void* winpr_function_table();

// Tells a server's context the NT hash of whoever logs on, so that it reads no SAM file.
void give_winpr_nt_hash(void* context, std::span<const std::uint8_t, 16> nt_hash);

}  // namespace bench
