// Looks over what a logon needs on this machine, part by part: packages, policy, keyring, who
// judges, Kerberos' configuration, its KDCs and their clock, the keytab, winbind, and the way to
// one target.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "doctor/finding.h"
#include "policy/file.h"
#include "sspi/environment.h"
#include "sspi/logon_session.h"
#include "sspi/package.h"

namespace opensspi::doctor {

// What is looked over.
struct Machine {
  std::shared_ptr<const Environment> environment;
  policy::Paths policy_files;
  std::vector<const SecurityPackage*> packages;
  std::shared_ptr<const LogonSession> session;  // the caller's own
};

// Tells each finding as it is made; false ends the examination. `target`: an SPN or a host, whose
// name is resolved and for which a ticket is asked; empty: none. Waits for KDCs, a domain and name
// servers, for each as long as the policy and their own time-outs have it.
void examine(const Machine& machine, const std::string& target,
             const std::function<bool(const Finding&)>& tell);

}  // namespace opensspi::doctor
