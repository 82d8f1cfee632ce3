// The rules of account names.
#include "authority/account_names.h"

#include <sys/utsname.h>

#include <algorithm>

#include "base/utf16.h"

namespace opensspi::authority {
namespace {

constexpr std::size_t kMaxNameUnits = 256;  // UNLEN of lmcons.h
constexpr std::size_t kNetbiosNameSize = 15;

Result<std::string> folded(std::string_view name) {
  TRY_ASSIGN(const std::u16string units, utf8_to_utf16(name));
  return utf16_to_utf8(upper(units));
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

Result<std::string> fit_name(std::string_view name, std::string_view forbidden, const char* why) {
  const Result<std::u16string> units = utf8_to_utf16(name);
  if (!units) return fail(Status::InvalidParameter, "a name is not UTF-8");
  const bool bad = std::any_of(name.begin(), name.end(), [forbidden](char c) {
    return is_control(c) || forbidden.find(c) != std::string_view::npos;
  });
  if (bad || units->size() > kMaxNameUnits) return fail(Status::InvalidParameter, why);
  return utf16_to_utf8(upper(*units));
}

}  // namespace

HostNames local_host_names() {
  HostNames names;
  utsname system{};
  if (uname(&system) == 0) names.dns_computer = system.nodename;
  if (names.dns_computer.empty()) names.dns_computer = "localhost";
  const std::string_view dns = names.dns_computer;
  const std::string_view label = dns.substr(0, dns.find('.'));
  const Result<std::string> upper_label = folded(label.substr(0, kNetbiosNameSize));
  names.netbios_computer = upper_label ? *upper_label : "LOCALHOST";
  names.netbios_domain = names.netbios_computer;
  if (label.size() < dns.size()) names.dns_domain = dns.substr(label.size() + 1);
  return names;
}

bool is_this_machine(std::string_view domain, const HostNames& host) {
  return domain.empty() || domain == "." || same_name(domain, host.netbios_computer) ||
         same_name(domain, host.dns_computer);
}

Result<AccountKey> account_key(const AccountName& name, const HostNames& host) {
  if (name.user.empty()) return fail(Status::InvalidParameter, "an account needs a user name");
  TRY_ASSIGN(
      std::string user,
      fit_name(name.user, "\"/\\[]:;|=,+*?<>@",
               "a user name has at most 256 characters and none of \" / \\ [ ] : ; | = , + * "
               "? < > @"));
  if (is_this_machine(name.domain, host)) return AccountKey{std::move(user), ""};
  TRY_ASSIGN(
      std::string domain,
      fit_name(name.domain, "\"/\\:|*?<>@",
               "a domain name has at most 256 characters and none of \" / \\ : | * ? < > @"));
  return AccountKey{std::move(user), std::move(domain)};
}

Result<std::vector<AccountKey>> candidates(const AccountName& sent, const HostNames& host) {
  TRY_ASSIGN(std::string user, folded(sent.user));
  TRY_ASSIGN(std::string domain, folded(sent.domain));
  const std::size_t at = user.rfind('@');
  if (domain.empty() && at != std::string::npos) {
    // A user principal name: [MS-NLMP] has it in the user name, with no domain.
    domain = user.substr(at + 1);
    user.resize(at);
    if (is_this_machine(domain, host)) domain.clear();
    return std::vector<AccountKey>(2, AccountKey{user, domain});
  }
  if (is_this_machine(domain, host)) return std::vector<AccountKey>(2, AccountKey{user, ""});
  // A machine that belongs to no domain answers for every domain that it does not know: clients
  // outside a domain send their own machine's name.
  return std::vector<AccountKey>{{user, domain}, {user, ""}};
}

}  // namespace opensspi::authority
