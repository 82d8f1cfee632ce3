// Who judges the logons of clients here: accounts of this machine, and the domain's through
// winbind.
#include <chrono>
#include <string>

#include "authority/account_names.h"
#include "authority/accounts.h"
#include "authority/winbind_authority.h"
#include "authority/winbind_client.h"
#include "doctor/checks.h"

namespace opensspi::doctor {
namespace {

constexpr const char* kAccounts = "accounts";
constexpr const char* kWinbind = "winbind";

std::string number_of(std::size_t count, const std::string& of) {
  return std::to_string(count) + ' ' + of + (count == 1 ? "" : "s");
}

// The text of the error with what winbind or the domain itself says behind it.
Findings winbind_problem(const Error& error, std::string advice) {
  return {{kWinbind, Verdict::Problem, error.why, std::move(advice)}};
}

}  // namespace

Findings check_accounts(const Subject& subject) {
  const auto policy = subject.machine.environment->policy();
  if (!policy->authorities.accounts) {
    return {{kAccounts, Verdict::Note, "the policy lets no accounts of this machine judge", {}}};
  }
  const std::string path = authority::accounts_path();
  const auto store = authority::AccountStore::open({.path = path,
                                                    .host = authority::local_host_names(),
                                                    .now = subject.machine.environment->now,
                                                    .deadline = policy->authority_deadline,
                                                    .open_deadline = {},
                                                    .trace = {}},
                                                   authority::Missing::Refuse);
  if (!store) {
    if (store.error().status == Status::NoAuthenticatingAuthority) {
      return {{kAccounts, Verdict::Note, "this user has no accounts of its own to judge by",
               "opensspi account add NAME makes some, for a server that needs no domain"}};
    }
    return {{kAccounts, Verdict::Problem, path + ": " + store.error().why,
             "no server can judge by these accounts until that is mended"}};
  }
  const auto accounts = (*store)->list();
  if (!accounts) return {{kAccounts, Verdict::Problem, path + ": " + accounts.error().why, {}}};
  return {{kAccounts, Verdict::Ok, path + ": " + number_of(accounts->size(), "account"), {}}};
}

Findings check_winbind(const Subject& subject) {
  const auto policy = subject.machine.environment->policy();
  if (!policy->authorities.winbind) {
    return {{kWinbind, Verdict::Note, "the policy lets no domain judge", {}}};
  }
  // Where the domain alone may judge, a machine without winbind lets nobody in.
  const Verdict absent = policy->authorities.accounts ? Verdict::Note : Verdict::Problem;
  const auto client = authority::load_winbind_client();
  if (client == nullptr) {
    return {{kWinbind, absent, "libwbclient is not installed: no domain judges here",
             "for a member of a domain: install winbind and libwbclient, then net ads join"}};
  }
  if (!authority::winbind_listens()) {
    return {{kWinbind, absent, "winbindd does not run: no domain judges here",
             "for a member of a domain: start winbindd"}};
  }
  authority::WinbindAuthority winbind(client, [policy] { return policy->authority_deadline; });
  const auto names = winbind.names();
  if (!names) return winbind_problem(names.error(), "look at winbindd's log");
  const auto controller = winbind.check_controller();
  if (!controller) {
    return winbind_problem(controller.error(), "wbinfo --ping-dc and net ads testjoin say more");
  }
  Findings findings{{kWinbind,
                     Verdict::Ok,
                     names->netbios_computer + " is a member of " + names->netbios_domain + " (" +
                         names->dns_domain + "), whose controller answers",
                     {}}};
  if (!authority::may_have_winbind_judge()) {
    findings.push_back({kWinbind, Verdict::Warning, "this user may not have winbind judge logons",
                        "run servers as root, or put their user into the group winbindd_priv"});
  }
  return findings;
}

}  // namespace opensspi::doctor
