// Windows asks in this order too: its own accounts for its own name, both for none.
#include "authority/by_domain.h"

#include <utility>

#include "authority/account_names.h"

namespace opensspi::authority {
namespace {

bool knows_nobody(const Result<NtlmLogon>& logon) {
  return !logon && (logon.error().nt_status == nt_status::kNoSuchUser ||
                    logon.error().status == Status::NoAuthenticatingAuthority);
}

// The domain in a user principal name, which is sent as the user's name alone.
std::string_view suffix_of(std::string_view user) {
  const std::size_t at = user.rfind('@');
  return at == std::string_view::npos ? std::string_view() : user.substr(at + 1);
}

}  // namespace

ByDomain::ByDomain(std::shared_ptr<Authority> accounts, std::shared_ptr<Authority> domain)
    : accounts_(std::move(accounts)), domain_(std::move(domain)) {}

Result<HostNames> ByDomain::names() {
  Result<HostNames> names = domain_->names();
  return names ? names : accounts_->names();
}

Result<NtlmLogon> ByDomain::validate(const NtlmResponse& response) {
  TRY_ASSIGN(const HostNames host, names());
  const std::string_view suffix = suffix_of(response.user);
  const std::string_view named = response.domain.empty() ? suffix : response.domain;
  if (!named.empty()) {
    return is_this_machine(named, host) ? accounts_->validate(response)
                                        : domain_->validate(response);
  }
  Result<NtlmLogon> logon = accounts_->validate(response);
  return knows_nobody(logon) ? domain_->validate(response) : std::move(logon);
}

}  // namespace opensspi::authority
