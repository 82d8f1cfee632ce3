// Kerberos: its configuration, the machine's keys, and the way to one target.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "authority/host_lookup.h"
#include "doctor/checks.h"
#include "kerberos/kdc_clock.h"
#include "kerberos/keytab.h"
#include "kerberos/library.h"
#include "sspi/target_name.h"

namespace opensspi::doctor {
namespace {

using kerberos::Configuration;
using kerberos::Keytab;
using kerberos::KeytabKey;
using kerberos::Library;

constexpr const char* kConfiguration = "krb5.conf";
constexpr const char* kKdc = "kdc";
constexpr const char* kClock = "clock";
constexpr const char* kKeytab = "keytab";
constexpr const char* kTarget = "target";

// Seconds: what Kerberos bears by default, and what a clock that is kept does not come to.
constexpr std::int64_t kRefusedSkew = 300, kNoticedSkew = 30;

// What the package krb5-config writes where nobody answered its questions.
constexpr const char* kRealmOfNobody = "ATHENA.MIT.EDU";

// As libkrb5 finds it.
std::string configuration_files() {
  const char* named = secure_getenv("KRB5_CONFIG");
  return named != nullptr ? named : "/etc/krb5.conf";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

// The newest keys of one principal.
struct NewestKeys {
  std::uint32_t version = 0;
  std::vector<std::string> enctypes;
  bool all_weak = true;
};

std::map<std::string, NewestKeys> newest_keys(const Keytab& keytab) {
  std::map<std::string, NewestKeys> newest;
  for (const KeytabKey& key : keytab.keys) {
    NewestKeys& keys = newest[key.principal];
    if (key.version < keys.version) continue;
    if (key.version > keys.version) keys = {key.version, {}, true};
    keys.enctypes.push_back(kerberos::enctype_name(key.enctype));
    keys.all_weak = keys.all_weak && kerberos::is_weak(key.enctype);
  }
  return newest;
}

Finding finding_of(const std::string& principal, const NewestKeys& keys) {
  Finding finding{
      kKeytab,
      Verdict::Ok,
      principal + ", version " + std::to_string(keys.version) + ": " + joined(keys.enctypes),
      {},
      keys.version};
  if (keys.all_weak) {
    finding.verdict = Verdict::Warning;
    finding.advice =
        "KDCs of today give no tickets for these encryption types: let the account have AES "
        "(msDS-SupportedEncryptionTypes) and write its keytab anew";
  }
  return finding;
}

// Makes Kerberos' first message for the target, as a client would.
Result<void> try_ticket(const Machine& machine, const std::string& target) {
  TRY_ASSIGN(const auto credential, tickets_of(machine));
  ContextRequest request;
  request.target_name = target;
  TRY_ASSIGN(const auto context, credential->new_context(request));
  TRY(context->step({}).progress);
  return {};
}

Finding ticket_for(const Machine& machine, const std::string& target) {
  const auto got = try_ticket(machine, target);
  if (got) return {kTarget, Verdict::Ok, "there is a ticket for " + target, {}};
  const Error& error = got.error();
  const std::string found = target + ": " + error.why;
  switch (error.status) {
    case Status::NoCredentials:
      return {kTarget, Verdict::Note, found, "to have a ticket tried: kinit, or opensspi login"};
    case Status::TargetUnknown:
      return {kTarget, Verdict::Warning, found,
              "clients fall back to NTLM, if that: register the name (setspn, samba-tool spn add) "
              "for the account whose keytab the server has"};
    default:
      return {kTarget, Verdict::Warning, found, "clients fall back to NTLM, if that", error.value};
  }
}

std::string realm_of(const std::string& principal) {
  const std::size_t at = principal.rfind('@');
  return at == std::string::npos ? std::string() : principal.substr(at + 1);
}

Finding no_kdc(const std::string& realm, const Error& error) {
  return {kKdc, Verdict::Problem, realm + ": " + error.why,
          "krb5.conf names KDCs under [realms], else DNS must (SRV _kerberos._udp." + realm +
              "); look whether a firewall lets port 88 pass",
          error.value};
}

Finding clock_of(const std::string& realm, std::int64_t ahead) {
  const std::string size = std::to_string(ahead < 0 ? -ahead : ahead) + " s";
  const std::string found = "the clock of " + realm + " is " + size +
                            (ahead < 0 ? " behind this machine's" : " ahead of this machine's");
  const bool refuses = ahead > kRefusedSkew || ahead < -kRefusedSkew;
  const bool drifts = ahead > kNoticedSkew || ahead < -kNoticedSkew;
  if (!drifts) return {kClock, Verdict::Ok, found, {}, ahead};
  return {kClock, refuses ? Verdict::Problem : Verdict::Warning, found,
          "set the clock (chrony, ntpd); tickets are refused beyond five minutes", ahead};
}

// `error.value` is libkrb5's code, the system's own numbers among them.
Findings no_keytab(const Error& error) {
  const bool absent = error.value == ENOENT || error.value == ENOTDIR;
  if (error.status == Status::NotOwner) {
    return {{kKeytab, Verdict::Warning, error.why,
             "servers that take tickets must be able to read one: run them as root, or give them "
             "a keytab of their own"}};
  }
  if (absent) {
    return {{kKeytab, Verdict::Note, error.why,
             "a server that takes tickets needs one: net ads keytab, ktutil or the KDC's "
             "administrator make it"}};
  }
  return {{kKeytab, Verdict::Problem, error.why, "write it anew", error.value}};
}

}  // namespace

Result<std::shared_ptr<Credential>> tickets_of(const Machine& machine) {
  const auto kerberos = std::ranges::find(machine.packages, "Kerberos",
                                          [](const auto* package) { return package->info().name; });
  if (kerberos == machine.packages.end()) {
    return fail(Status::PackageNotFound, "there is no package Kerberos");
  }
  AcquireRequest request;
  request.session = machine.session;
  return (*kerberos)->acquire(request);
}

Findings check_krb5_conf(const Subject& /*subject*/) {
  const std::string files = configuration_files();
  const auto library = Library::open(Configuration::Callers);
  if (!library) {
    return {{kConfiguration, Verdict::Problem, files + ": " + library.error().why,
             "mend it: until then Kerberos does nothing", library.error().value}};
  }
  const std::string realm = library->configured_realm();
  if (realm.empty()) {
    return {{kConfiguration, Verdict::Note, files + " names no default realm",
             "for Kerberos: set default_realm under [libdefaults]"}};
  }
  if (realm == kRealmOfNobody) {
    return {{kConfiguration, Verdict::Warning,
             files + ": the default realm is " + realm + ", as the package was installed",
             "set default_realm under [libdefaults] to your own"}};
  }
  return {{kConfiguration, Verdict::Ok, files + ": the default realm is " + realm, {}}};
}

Findings check_kdc(const Subject& subject) {
  const auto library = Library::open(Configuration::Callers);
  if (!library) return {};  // told already
  std::set<std::string> realms = {library->configured_realm()};
  if (const auto tickets = tickets_of(subject.machine)) {
    if (const auto names = (*tickets)->names()) realms.insert(realm_of(names->user));
  }
  realms.erase(std::string());
  library->set_time(subject.machine.environment->now());
  Findings findings;
  const kerberos::KdcWay way{subject.machine.environment, {}};
  for (const std::string& realm : realms) {
    const auto ahead = kerberos::seconds_ahead(*library, way, realm);
    if (!ahead) {
      findings.push_back(no_kdc(realm, ahead.error()));
      continue;
    }
    findings.push_back({kKdc, Verdict::Ok, "a KDC of " + realm + " answers", {}});
    findings.push_back(clock_of(realm, *ahead));
  }
  return findings;
}

Findings check_keytab(const Subject& /*subject*/) {
  const auto library = Library::open(Configuration::Callers);
  if (!library) return {};  // told already
  const auto keytab = kerberos::read_keytab(*library, {});
  if (!keytab) return no_keytab(keytab.error());
  Findings findings;
  for (const auto& [principal, keys] : newest_keys(*keytab)) {
    findings.push_back(finding_of(principal, keys));
  }
  return findings;
}

Findings check_target(const Subject& subject) {
  if (subject.target.empty()) return {};
  const std::string host(host_of(subject.target));
  const auto found = authority::look_up_host(host);
  if (!found) {
    return {{kTarget, Verdict::Problem, host + ": " + found.error().why,
             "look at /etc/hosts, resolv.conf and the name itself", found.error().value}};
  }
  Findings findings{{kTarget, Verdict::Ok, host + " is " + joined(found->addresses), {}}};
  findings.push_back(ticket_for(subject.machine, subject.target));
  return findings;
}

}  // namespace opensspi::doctor
