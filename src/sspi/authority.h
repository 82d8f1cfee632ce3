// Who vouches for a client: accounts of this machine, a domain, or the program itself.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "sspi/attribute.h"

namespace opensspi {

// What a CHALLENGE must say of the machine that answers. [MS-NLMP] 2.2.2.1
struct HostNames {
  std::string netbios_computer, netbios_domain;  // UTF-8; domain = computer when not joined
  std::string dns_computer, dns_domain;          // UTF-8; domain may be empty
  bool domain_joined = false;
};

// An NTLMv2 response with everything that its proof covers.
struct NtlmResponse {
  std::string user, domain, workstation;  // UTF-8, exactly as the client sent them
  std::array<std::uint8_t, 8> server_challenge{};
  ByteView nt_response;  // NTProofStr (16) || temp; lives as long as the call
  ByteView lm_response;
};

struct NtlmLogon {
  std::shared_ptr<const AccessToken> token;
  SecretArray<16> session_base_key;
};

// Whoever knows the old password may set a new one.
struct PasswordChange {
  std::string user, domain;                // UTF-8, as the caller names the account
  SecretBytes old_password, new_password;  // UTF-16LE
};

// Judges; never hands out hashes. Called from any thread.
class Authority {
 public:
  virtual ~Authority() = default;

  virtual Result<HostNames> names() = 0;
  // LogonDenied with the true reason in Error::nt_status; NoAuthenticatingAuthority when nobody
  // can judge. Takes as long for an unknown user as for a wrong password.
  virtual Result<NtlmLogon> validate(const NtlmResponse& response) = 0;
  // Who it is that a Kerberos ticket has proven. `pac`: what the KDC says of the client, signed for
  // this very server; empty when the ticket has none. LogonDenied when the domain does not take the
  // client; UnsupportedFunction from a judge that knows no more than the ticket says, and
  // NoAuthenticatingAuthority when the domain cannot be asked: kInsufficientResources when that is
  // for too much that is asked of this machine already, which a client may have brought about.
  virtual Result<std::shared_ptr<const AccessToken>> identify(ByteView /*pac*/) {
    return fail(Status::UnsupportedFunction, "who judges logons here knows no users of a KDC");
  }
  // Errors as of validate(), and LogonDenied with kPasswordRestriction when the new password is not
  // fit; UnsupportedFunction from a judge that changes none.
  virtual Result<void> change_password(const PasswordChange& /*change*/) {
    return fail(Status::UnsupportedFunction, "who judges logons here changes no passwords");
  }
};

}  // namespace opensspi
