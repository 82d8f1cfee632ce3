// Logon sessions on what a Linux machine has: a user's keyring and Kerberos caches are that user's
// session. docs/credentials.md describes the scheme.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "logon/saved_credentials.h"
#include "logon/stored_identity.h"
#include "sspi/logon_session.h"

namespace opensspi::logon {

// {uid, 1}.
[[nodiscard]] Luid luid_of(uid_t user);

// One session as it is shown to people and to LsaGetLogonSessionData.
struct SessionInfo {
  Luid luid;
  uid_t uid = 0;
  std::string owner;  // the Unix user's name, or its number
  struct Entry {
    std::string user, domain;
    FileTime since = 0, expiry = kNever;
  };
  std::vector<Entry> identities;  // the last to log on first
  bool refuses_keyrings = false;  // the kernel: nobody can log on, there may be Kerberos caches
};

class Sessions final : public LogonSessions {
 public:
  explicit Sessions(std::function<FileTime()> now) : now_(std::move(now)) {}

  Result<std::shared_ptr<const LogonSession>> open(const std::optional<Luid>& luid) override;

  // Adds an identity to the caller's own session, in place of one of the same name.
  // InvalidParameter for an identity without a name or a secret, or one that exceeds Windows'
  // limits. The secret's end is `lifetime` from now, or that of the keyring.
  Result<Luid> log_on(const Identity& identity, std::optional<std::chrono::seconds> lifetime);
  // Takes an identity of this name out of the caller's own session, or all for an empty name.
  // NoCredentials when there is none.
  Result<void> log_off(const std::string& name);

  // The sessions that the caller may see: its own, and for who may act for others also the
  // machine's and that of everybody who has logged on.
  Result<std::vector<SessionInfo>> list();
  // One of them, or nobody's. NotOwner, NoCredentials.
  Result<SessionInfo> info(const Luid& luid);

  // What CredWrite and its kin keep, in the caller's own session.
  [[nodiscard]] SavedCredentials saved();

 private:
  std::function<FileTime()> now_;
};

}  // namespace opensspi::logon
