// The system stores of Windows and where their certificates lie here. docs/certificates.md
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "x509/files.h"

namespace opensspi::abi {

using x509::StoreOwner;

// "ROOT", "CA" or "MY", in any case. TargetUnknown for other names.
Result<std::vector<x509::KeyPair>> system_store(std::string_view name, StoreOwner owner);

}  // namespace opensspi::abi
