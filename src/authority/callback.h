// The judge that asks the program itself: for the NT hash of a name, or for a verdict.
#pragma once

#include <functional>
#include <string>

#include "base/secret.h"
#include "sspi/authority.h"
#include "sspi/identity.h"

namespace opensspi::authority {

// 0 with the hash: the account may log on. kNoSuchUser: there is none. Any other NTSTATUS refuses
// for that reason, which the client learns only if its password was right, so the hash comes too.
struct HashAnswer {
  std::uint32_t nt_status = 0;
  NtHash nt_hash;
};

// 0 with the session base key ([MS-NLMP] 3.3.2), else why the logon is refused.
struct LogonAnswer {
  std::uint32_t nt_status = 0;
  SecretArray<16> session_base_key;
};

using HashCallback = std::function<HashAnswer(const std::string& user, const std::string& domain)>;
using LogonCallback = std::function<LogonAnswer(const NtlmResponse& response)>;

// Called from any thread, several at once, as the callbacks are then. The token has the names as
// the client sent them.
class CallbackAuthority final : public Authority {
 public:
  CallbackAuthority(HostNames names, HashCallback hash);
  CallbackAuthority(HostNames names, LogonCallback logon);

  Result<HostNames> names() override { return names_; }
  Result<NtlmLogon> validate(const NtlmResponse& response) override;

 private:
  Result<SecretArray<16>> check_hash(const NtlmResponse& response) const;
  Result<SecretArray<16>> ask_verdict(const NtlmResponse& response) const;

  HostNames names_;
  HashCallback hash_;  // exactly one of the two is set
  LogonCallback logon_;
};

}  // namespace opensspi::authority
