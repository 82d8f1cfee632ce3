// What lies on this machine alone: policy, packages, and the credentials of whoever asks.
#include <set>
#include <string>

#include "doctor/checks.h"
#include "logon/keyring.h"

namespace opensspi::doctor {
namespace {

constexpr const char* kPolicy = "policy";
constexpr const char* kPackages = "packages";
constexpr const char* kKeyring = "keyring";
constexpr const char* kCredentials = "credentials";

std::string joined(const std::set<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string name_of(const Identity& identity) {
  return identity.domain.empty() ? identity.user : identity.domain + '\\' + identity.user;
}

std::string until(FileTime expiry, FileTime now) {
  if (expiry == kNever || expiry < now) return {};
  constexpr FileTime kMinute = 600'000'000;
  const FileTime minutes = (expiry - now) / kMinute;
  return ", for another " + std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) +
         " min";
}

}  // namespace

Findings check_policy(const Subject& subject) {
  const auto settings = policy::settings(subject.machine.policy_files);
  if (!settings) {
    return {{kPolicy, Verdict::Problem, settings.error().message(),
             "mend the file: until then nothing is permitted"}};
  }
  std::set<std::string> files;
  for (const policy::Setting& setting : *settings) {
    if (!setting.file.empty()) files.insert(setting.file);
  }
  Findings findings{{kPolicy,
                     Verdict::Ok,
                     files.empty() ? "no policy file says anything else than the defaults"
                                   : "in force: " + joined(files),
                     {}}};
  const auto policy = subject.machine.environment->policy();
  if (policy->encryption_oracle != policy::EncryptionOracle::Force) {
    findings.push_back({kPolicy, Verdict::Warning,
                        "credssp.encryption_oracle lets peers in that are open to CVE-2018-0886",
                        "update those peers, then take the key out of the policy"});
  }
  return findings;
}

Findings check_packages(const Subject& subject) {
  std::string names;
  for (const SecurityPackage* package : subject.machine.packages) {
    names += (names.empty() ? "" : ", ") + std::string(package->info().name);
  }
  Findings findings{{kPackages, Verdict::Ok, names, {}}};
  if (!subject.machine.environment->policy()->allow_ntlm) {
    findings.push_back(
        {kPackages, Verdict::Note, "NTLM is forbidden by policy: logons need Kerberos", {}});
  }
  return findings;
}

Findings check_keyring(const Subject& subject) {
  const uid_t user = subject.machine.session->luid().low;
  const auto ring = logon::Keyring::open(user, logon::Keyring::Missing::Refuse);
  if (ring || ring.error().status == Status::NoCredentials)
    return {{kKeyring, Verdict::Ok, "the kernel keeps what opensspi login gives it", {}}};
  const char* advice = ring.error().status == Status::UnsupportedFunction
                           ? "in a container, let its seccomp profile permit add_key, keyctl and "
                             "request_key; or use "
                             "kinit with a cache in a file"
                           : "look at /proc/key-users, and at keyrings(7) for its limits";
  return {{kKeyring, Verdict::Problem, ring.error().why, advice}};
}

// NTLM takes any user, so Negotiate's answer would say nothing: both sources are asked themselves.
Findings check_credentials(const Subject& subject) {
  const Machine& machine = subject.machine;
  const FileTime now = machine.environment->now();
  Findings findings;
  const auto identity = machine.session->identity({});
  if (identity) {
    findings.push_back({kCredentials,
                        Verdict::Ok,
                        "logged on by opensspi login: " + name_of(*identity->identity) +
                            until(identity->expiry, now),
                        {}});
  }
  const auto tickets = tickets_of(machine);
  if (tickets && (*tickets)->names()) {
    findings.push_back({kCredentials,
                        Verdict::Ok,
                        "Kerberos: " + (*tickets)->names()->user + until((*tickets)->expiry(), now),
                        {}});
  }
  if (!findings.empty()) return findings;
  return {{kCredentials, Verdict::Note, tickets ? "none" : tickets.error().why,
           "kinit, or opensspi login, gives this user's programs something to log on with"}};
}

}  // namespace opensspi::doctor
