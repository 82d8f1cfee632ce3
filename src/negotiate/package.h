// The Negotiate package: SPNEGO over whichever mechanisms the composition root has.
#pragma once

#include <memory>
#include <vector>

#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::negotiate {

// `mechanisms` in order of preference; each outlives the package and names its SPNEGO OIDs in
// PackageInfo::mechanism_oids.
[[nodiscard]] std::unique_ptr<SecurityPackage> make_package(
    std::shared_ptr<const Environment> environment, std::vector<const SecurityPackage*> mechanisms);

}  // namespace opensspi::negotiate
