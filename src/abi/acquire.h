// What every way to acquire a credential ends with.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "abi/windows_names.h"
#include "base/result.h"
#include "sspi/authority.h"

namespace opensspi::abi {

struct AcquireCall {
  std::string principal{};  // UTF-8
  std::uint32_t use = 0;    // SECPKG_CRED_
  const LUID* logon_id = nullptr;  // null: the caller's own logon session
  const void* auth_data = nullptr;
  std::shared_ptr<Authority> authority{};  // the caller's own; null: the module's
  SecHandle* credential = nullptr;
  TimeStamp* expiry = nullptr;
};

// `package_name` in UTF-8. Outputs are written on success only.
Result<void> acquire(std::string_view package_name, AcquireCall call);

}  // namespace opensspi::abi
