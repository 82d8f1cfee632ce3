// The security package "NTLM": [MS-NLMP], version 2 responses only.
#pragma once

#include <memory>

#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::ntlm {

[[nodiscard]] std::unique_ptr<SecurityPackage> make_package(
    std::shared_ptr<const Environment> environment);

// Name, capabilities and sizes, as Windows gives them.
[[nodiscard]] const PackageInfo& package_info();

}  // namespace opensspi::ntlm
