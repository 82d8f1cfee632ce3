// One logon: look the name up, check the proof, count the outcome. An unknown name takes the same
// steps with a hash of zeros.
#include "authority/accounts_authority.h"

#include <string>
#include <utility>

#include "crypto/digest.h"
#include "ntlm/keys.h"

namespace opensspi::authority {
namespace {

// Whatever is wrong with the database, nobody can judge; the words stay.
tl::unexpected<Error> nobody_can_judge(Error error) {
  if (error.status != Status::InvalidToken) error.status = Status::NoAuthenticatingAuthority;
  if (error.nt_status == 0) error.nt_status = nt_status::kNoLogonServers;
  return fail(error);
}

tl::unexpected<Error> wrong_password(const LogonRecord& record, bool locked, FileTime now) {
  const auto because = [](const char* why) {
    return fail(Status::LogonDenied, why, nt_status::kWrongPassword);
  };
  if (!record.known) {
    return fail(Status::LogonDenied, "there is no account of that name", nt_status::kNoSuchUser);
  }
  if (!record.account.enabled) return because("wrong password, for an account that is disabled");
  if (now >= record.account.expiry) return because("wrong password, for an account that expired");
  if (locked) return because("wrong password, and the account is locked out");
  return because("wrong password");
}

// What stands against a logon with the right password, but for a lockout; 0: nothing.
std::uint32_t restriction(const Account& account, FileTime now) {
  if (!account.enabled) return nt_status::kAccountDisabled;
  if (now >= account.expiry) return nt_status::kAccountExpired;
  if (account.must_change) return nt_status::kPasswordMustChange;
  return 0;
}

tl::unexpected<Error> restricted(std::uint32_t nt_status) {
  switch (nt_status) {
    case nt_status::kAccountDisabled:
      return fail(Status::LogonDenied, "the account is disabled", nt_status);
    case nt_status::kAccountExpired:
      return fail(Status::LogonDenied, "the account expired", nt_status);
    case nt_status::kAccountLockedOut:
      return fail(Status::LogonDenied, "the account is locked out after too many wrong passwords",
                  nt_status);
    default:
      return fail(Status::LogonDenied, "the password must be changed before the next logon",
                  nt_status);
  }
}

std::shared_ptr<const AccessToken> token_for(const Account& account, const HostNames& host) {
  auto token = std::make_shared<AccessToken>();
  token->user = account.user;
  token->domain = account.domain.empty() ? host.netbios_computer : account.domain;
  token->user_sid = account.sid;
  token->unix_user = account.unix_user;
  token->is_local = account.domain.empty();
  return token;
}

}  // namespace

AccountsAuthority::AccountsAuthority(std::shared_ptr<AccountStore> store,
                                     std::function<FileTime()> now)
    : AccountsAuthority(std::move(store), std::move(now), ntlm::check_response) {}

AccountsAuthority::AccountsAuthority(std::shared_ptr<AccountStore> store,
                                     std::function<FileTime()> now, ResponseCheck check)
    : store_(std::move(store)), now_(std::move(now)), check_(std::move(check)) {}

Result<HostNames> AccountsAuthority::names() {
  return store_->host();
}

Result<NtlmLogon> AccountsAuthority::validate(const NtlmResponse& response) {
  const Result<LogonRecord> record = store_->look_up({response.user, response.domain});
  if (!record) return nobody_can_judge(record.error());
  Result<SecretArray<16>> key = check_(record->nt_hash, response);
  if (!key && key.error().status != Status::LogonDenied) return fail(key.error());

  TRY(settle(*record, key.has_value(), Purpose::Logon));
  return NtlmLogon{token_for(record->account, store_->host()), std::move(*key)};
}

Result<void> AccountsAuthority::change_password(const PasswordChange& change) {
  const Result<NtHash> new_hash = hash_of_password(change.new_password);
  if (!new_hash) {
    return fail(Status::LogonDenied, "the new password is empty", nt_status::kPasswordRestriction);
  }
  const Result<LogonRecord> record = store_->look_up({change.user, change.domain});
  if (!record) return nobody_can_judge(record.error());
  const NtHash old_hash = crypto::secret_md4({change.old_password.expose()});
  const bool right = equal(old_hash.expose(), record->nt_hash.expose());
  TRY(settle(*record, right, Purpose::PasswordChange));
  // Somebody else may have set another one meanwhile, and for a reason.
  return store_->change_nt_hash({record->account.user, record->account.domain}, old_hash,
                                *new_hash);
}

Result<void> AccountsAuthority::settle(const LogonRecord& record, bool password_right,
                                       Purpose purpose) {
  const FileTime now = now_();
  const bool right = record.known && password_right;
  std::uint32_t reason = right ? restriction(record.account, now) : 0;
  if (purpose == Purpose::PasswordChange && reason == nt_status::kPasswordMustChange) reason = 0;
  const Outcome outcome = !right                                     ? Outcome::WrongPassword
                          : reason != 0 || purpose != Purpose::Logon ? Outcome::Refused
                                                                     : Outcome::Accepted;
  const Result<LogonCounters> counters = store_->count(record, outcome, now);
  if (!counters) return nobody_can_judge(counters.error());
  const bool locked = locked_until(*counters, record.lockout, now) != 0;

  // Whoever changes a password hears the whole error, so that a locked account's tells nothing.
  if (record.known && locked && purpose == Purpose::PasswordChange)
    return restricted(nt_status::kAccountLockedOut);
  if (!right) return wrong_password(record, locked, now);
  if (locked) return restricted(nt_status::kAccountLockedOut);
  if (reason != 0) return restricted(reason);
  return {};
}

}  // namespace opensspi::authority
