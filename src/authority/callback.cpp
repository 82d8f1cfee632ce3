// The hash is checked here with the same steps whatever the program answers.
#include "authority/callback.h"

#include <utility>

#include "authority/account_names.h"
#include "authority/blank_hash.h"
#include "ntlm/keys.h"

namespace opensspi::authority {
namespace {

tl::unexpected<Error> nobody_to_ask() {
  return fail(Status::NoAuthenticatingAuthority, "the program finds nobody to ask",
              nt_status::kNoLogonServers);
}

}  // namespace

CallbackAuthority::CallbackAuthority(HostNames names, HashCallback hash)
    : names_(std::move(names)), hash_(std::move(hash)) {}

CallbackAuthority::CallbackAuthority(HostNames names, LogonCallback logon)
    : names_(std::move(names)), logon_(std::move(logon)) {}

Result<SecretArray<16>> CallbackAuthority::check_hash(const NtlmResponse& response) const {
  HashAnswer answer = hash_(response.user, response.domain);
  const bool known = answer.nt_status != nt_status::kNoSuchUser;
  if (!known) answer.nt_hash = NtHash();
  Result<SecretArray<16>> key = ntlm::check_response(answer.nt_hash, response);
  if (!key && key.error().status != Status::LogonDenied) return fail(key.error());
  if (answer.nt_status == nt_status::kNoLogonServers) return nobody_to_ask();
  if (!known) {
    return fail(Status::LogonDenied, "the program knows no account of that name",
                nt_status::kNoSuchUser);
  }
  if (!key) return fail(Status::LogonDenied, "wrong password", nt_status::kWrongPassword);
  if (is_zero(answer.nt_hash)) {
    return fail(Status::LogonDenied, "the program gave no hash", nt_status::kWrongPassword);
  }
  if (answer.nt_status != 0) {
    return fail(Status::LogonDenied, "the program refuses the account", answer.nt_status);
  }
  return key;
}

Result<SecretArray<16>> CallbackAuthority::ask_verdict(const NtlmResponse& response) const {
  LogonAnswer answer = logon_(response);
  if (answer.nt_status == nt_status::kNoLogonServers) return nobody_to_ask();
  if (answer.nt_status != 0) {
    return fail(Status::LogonDenied, "the program refused the logon", answer.nt_status);
  }
  return std::move(answer.session_base_key);
}

Result<NtlmLogon> CallbackAuthority::validate(const NtlmResponse& response) {
  TRY_ASSIGN(SecretArray<16> key, hash_ ? check_hash(response) : ask_verdict(response));
  auto token = std::make_shared<AccessToken>();
  token->user = response.user;
  token->domain = response.domain;
  token->is_local = is_this_machine(response.domain, names_);
  return NtlmLogon{std::move(token), std::move(key)};
}

}  // namespace opensspi::authority
