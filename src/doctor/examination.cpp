// The order of the checks: what others stand on comes first, and without a policy nothing stands.
#include "doctor/examination.h"

#include "doctor/checks.h"
#include "logon/impersonation.h"

namespace opensspi::doctor {

void examine(const Machine& machine, const std::string& target,
             const std::function<bool(const Finding&)>& tell) {
  constexpr decltype(&check_policy) kChecks[] = {
      check_policy,  check_packages,  check_keyring, check_credentials, check_accounts,
      check_winbind, check_krb5_conf, check_kdc,     check_keytab,      check_target};
  const Subject subject{machine, target};
  for (const auto check : kChecks) {
    Findings findings;
    {
      const logon::AsProcess as_process;  // not the caller, who is told
      findings = check(subject);
    }
    for (const Finding& finding : findings) {
      if (!tell(finding)) return;
    }
    if (machine.environment->policy()->bad_line) return;
  }
}

}  // namespace opensspi::doctor
