// The judge over the accounts of this machine. What a peer learns of a refusal follows from
// Error::nt_status through nt_status_for_peer(): whether a name exists stays hidden, and what is
// wrong with an account is told only to who knows its password. Error::why is the whole truth, for
// the server's own log.
#pragma once

#include <functional>
#include <memory>

#include "authority/accounts.h"
#include "sspi/authority.h"

namespace opensspi::authority {

// ntlm::check_response, or what a test puts in its place.
using ResponseCheck =
    std::function<Result<SecretArray<16>>(const NtHash& nt_hash, const NtlmResponse& response)>;

class AccountsAuthority final : public Authority {
 public:
  AccountsAuthority(std::shared_ptr<AccountStore> store, std::function<FileTime()> now);
  AccountsAuthority(std::shared_ptr<AccountStore> store, std::function<FileTime()> now,
                    ResponseCheck check);

  Result<HostNames> names() override;
  // LogonDenied with the true reason; NoAuthenticatingAuthority when the database cannot be asked;
  // InvalidToken for what is no NTLMv2 response.
  Result<NtlmLogon> validate(const NtlmResponse& response) override;
  // A wrong old password counts like one at a logon. That it must be changed, or is expired, is no
  // hindrance; a disabled, expired or locked account is.
  Result<void> change_password(const PasswordChange& change) override;

  // Writes failures and last logons that wait; servers call it each second. See AccountStore.
  Result<void> flush() { return store_->flush(); }

 private:
  enum class Purpose { Logon, PasswordChange };

  // Counts the outcome and says it.
  Result<void> settle(const LogonRecord& record, bool password_right, Purpose purpose);

  std::shared_ptr<AccountStore> store_;
  std::function<FileTime()> now_;
  ResponseCheck check_;
};

}  // namespace opensspi::authority
