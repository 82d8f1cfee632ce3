// TSRequest.errorCode: an NTSTATUS that ends the exchange. [MS-CSSP] 2.2.1, [MS-ERREF] 2.3.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace opensspi::credssp {

// What a client tells its caller. The NTSTATUS stays in the error.
[[nodiscard]] Error refusal_by_server(std::uint32_t error_code);

// What a server tells a client of its own failure: never whether a user exists or which check
// failed.
[[nodiscard]] std::uint32_t error_code_for(const Error& error);

}  // namespace opensspi::credssp
