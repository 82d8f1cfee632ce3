// libwbclient, Samba's way to ask winbindd, which asks the domain. Loaded when it is there: a
// machine that belongs to no domain needs none of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sspi/authority.h"

namespace opensspi::authority {

// A NtlmResponse that owns what it points to: the question may outlive who asked.
struct NtlmQuestion {
  explicit NtlmQuestion(const NtlmResponse& response);

  std::string user, domain, workstation;
  std::array<std::uint8_t, 8> server_challenge{};
  Bytes nt_response, lm_response;
};

// A PasswordChange in the text that Samba takes.
struct PasswordQuestion {
  std::string user, domain;                // UTF-8
  SecretBytes old_password, new_password;  // UTF-8, zero-terminated
};

// Whom the domain recognised.
struct DomainLogon {
  std::string user, domain;       // UTF-8, as the domain spells them
  std::vector<std::string> sids;  // S-1-…: the user's, the primary group's, the other groups'
  SecretArray<16> session_base_key;
};

// What winbindd can be asked; blocks until it answers. Called from any thread, several at once.
class WinbindClient {
 public:
  virtual ~WinbindClient() = default;

  // What this machine is called in its domain. NoAuthenticatingAuthority when winbindd does not
  // answer.
  virtual Result<HostNames> machine() = 0;
  // Whether a controller of the domain answers this machine as one that it trusts. Errors as of
  // log_on().
  virtual Result<void> ping_controller() = 0;
  // LogonDenied with the domain's reason in Error::nt_status; NoAuthenticatingAuthority when nobody
  // can judge.
  virtual Result<DomainLogon> log_on(const NtlmQuestion& question) = 0;
  // The same, of a PAC whose signature for this server was checked; there is no session base key.
  virtual Result<DomainLogon> identify(const Bytes& pac) = 0;
  // The same, and kPasswordRestriction when the domain does not take the new password.
  virtual Result<void> change_password(const PasswordQuestion& question) = 0;
};

// Null when this machine has no libwbclient. Loaded once, never unloaded.
std::shared_ptr<WinbindClient> load_winbind_client();
// Whether winbindd listens on this machine; asks nobody.
[[nodiscard]] bool winbind_listens();
// Whether this process may have winbind judge logons, which is a privilege; asks nobody.
[[nodiscard]] bool may_have_winbind_judge();

// The verdict that an NTSTATUS of the domain stands for. Of those that say that the domain could
// not be asked, NoAuthenticatingAuthority; LogonDenied for the rest.
[[nodiscard]] Error domain_refusal(std::uint32_t nt_status);

}  // namespace opensspi::authority
