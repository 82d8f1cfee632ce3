// opensspi.h: looking the machine over.
#include <string>

#include "abi/guard.h"
#include "abi/module.h"
#include "abi/text.h"
#include "doctor/examination.h"

namespace opensspi::abi {
namespace {

int number_of(doctor::Verdict verdict) {
  switch (verdict) {
    case doctor::Verdict::Ok:
      return OPENSSPI_FINDING_OK;
    case doctor::Verdict::Note:
      return OPENSSPI_FINDING_NOTE;
    case doctor::Verdict::Warning:
      return OPENSSPI_FINDING_WARNING;
    case doctor::Verdict::Problem:
      break;
  }
  return OPENSSPI_FINDING_PROBLEM;
}

Result<void> examine(const char* target, opensspi_finding_callback callback, void* user) {
  Module& module = Module::instance();
  std::string spn;
  if (target != nullptr) {
    TRY_ASSIGN(spn, text_from(target));
  }
  TRY_ASSIGN(const auto session, module.sessions().open(std::nullopt));
  const doctor::Machine machine{module.environment(), policy::standard_paths(), module.packages(),
                                session};
  doctor::examine(machine, spn, [&](const doctor::Finding& finding) {
    const opensspi_finding out{.size = sizeof out,
                               .verdict = number_of(finding.verdict),
                               .area = finding.area,
                               .found = finding.found.c_str(),
                               .advice = finding.advice.c_str(),
                               .value = finding.value};
    return callback(&out, user) == 0;
  });
  return {};
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_examine_machine(const char* target,
                                                         opensspi_finding_callback callback,
                                                         void* user) {
  return guard([&]() -> Result<void> {
    if (callback == nullptr) return fail(Status::InvalidParameter, "there is no callback");
    return examine(target, callback, user);
  });
}
