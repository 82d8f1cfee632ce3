// opensspi.h: the policy files.
#include "abi/guard.h"
#include "abi/module.h"
#include "abi/text.h"
#include "logon/impersonation.h"
#include "policy/file.h"

namespace opensspi::abi {
namespace {

auto settings_of_process() {
  const logon::AsProcess as_process;
  return policy::settings(policy::standard_paths());
}

Result<void> list(opensspi_policy_callback callback, void* user, char** problem) {
  const auto settings = settings_of_process();
  if (!settings) {
    if (problem != nullptr) {
      TRY_ASSIGN(auto text, text_block<char>(settings.error().message()));
      *problem = text.release();
    }
    return fail(Status::InvalidParameter, "a policy file has an error in this line", 0,
                settings.error().line);
  }
  for (const policy::Setting& setting : *settings) {
    const opensspi_policy_setting one{setting.key.c_str(), setting.value.c_str(),
                                      setting.file.c_str()};
    if (callback(&one, user) != 0) break;
  }
  return {};
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_reload_policy(void) {
  return guard([] { return Module::instance().policy().reload(); });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_policy_list(opensspi_policy_callback callback, void* user,
                                                     char** problem) {
  return guard([&]() -> opensspi::Result<void> {
    if (problem != nullptr) *problem = nullptr;
    if (callback == nullptr) {
      return opensspi::fail(opensspi::Status::InvalidParameter, "there is no callback");
    }
    return list(callback, user, problem);
  });
}
