// Names in certificates as Windows writes them.
#pragma once

#include <string>
#include <vector>

#include "abi/windows_names.h"
#include "base/bytes.h"
#include "x509/names.h"

namespace opensspi::abi {

// By CertNameToStr's dwStrType; empty for one that is unknown.
[[nodiscard]] std::string name_text(const std::vector<x509::NameAttribute>& name, DWORD type);
// The same for a DER name; empty for what is none.
[[nodiscard]] std::string name_text(ByteView der, DWORD type);

}  // namespace opensspi::abi
