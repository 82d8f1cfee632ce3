// The checks, one for each part of the machine.
#pragma once

#include <string>

#include "doctor/examination.h"
#include "doctor/finding.h"

namespace opensspi::doctor {

struct Subject {
  const Machine& machine;
  std::string target;  // SPN; empty: none
};

// The user's own Kerberos credential.
Result<std::shared_ptr<Credential>> tickets_of(const Machine& machine);

Findings check_policy(const Subject& subject);
Findings check_packages(const Subject& subject);
Findings check_keyring(const Subject& subject);
Findings check_credentials(const Subject& subject);
Findings check_accounts(const Subject& subject);
Findings check_winbind(const Subject& subject);
Findings check_krb5_conf(const Subject& subject);
Findings check_kdc(const Subject& subject);
Findings check_keytab(const Subject& subject);
Findings check_target(const Subject& subject);

}  // namespace opensspi::doctor
