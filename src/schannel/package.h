// The security package Schannel under its three names.
#pragma once

#include <memory>
#include <vector>

#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::schannel {

// What the three have in common; the name is the first's.
[[nodiscard]] const PackageInfo& package_info();

// In Windows' order of enumeration. Acquire needs AuthData::tls: NoCredentials without it.
[[nodiscard]] std::vector<std::unique_ptr<SecurityPackage>> make_packages(
    std::shared_ptr<const Environment> environment);

}  // namespace opensspi::schannel
