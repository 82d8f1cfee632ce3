// The security package CREDSSP: Negotiate inside TLS, with the user's credentials handed to the
// server. [MS-CSSP]
#pragma once

#include <memory>

#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::credssp {

[[nodiscard]] const PackageInfo& package_info();

// `negotiate` is the package of the inner leg and must outlive this one.
[[nodiscard]] std::unique_ptr<SecurityPackage> make_package(
    std::shared_ptr<const Environment> environment, const SecurityPackage& negotiate);

}  // namespace opensspi::credssp
