// Logon sessions: whose stored credentials a caller may use when it brings none of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sspi/delegated_tickets.h"
#include "sspi/identity.h"
#include "sspi/types.h"

namespace opensspi {

// The number of a logon session, as in Windows' LUID. A user's own session is {uid, 1}: see
// docs/credentials.md.
struct Luid {
  std::uint32_t low = 0;
  std::int32_t high = 0;

  friend bool operator==(const Luid&, const Luid&) = default;
};

// The numbers that Windows gives to sessions of the machine.
inline constexpr Luid kSystemLuid{0x3E7, 0};     // the machine itself: its keytab
inline constexpr Luid kAnonymousLuid{0x3E6, 0};  // nobody
inline constexpr std::int32_t kUserLuidHigh = 1;

struct StoredIdentity {
  std::shared_ptr<const Identity> identity;
  FileTime expiry = kNever;
};

// A session that the caller may use. Asked from any thread; never waits.
class LogonSession {
 public:
  virtual ~LogonSession() = default;

  [[nodiscard]] virtual Luid luid() const = 0;

  // The identity of this name (DOMAIN\user, user@domain, or user), or the one that logged on last
  // for an empty name. NoCredentials when there is none (any more), NotOwner for a user of this
  // machine whom the caller may not act for.
  [[nodiscard]] virtual Result<StoredIdentity> identity(std::string_view name) const = 0;

  // What is saved for a target (an SPN, or a host), the most special first; NoCredentials.
  [[nodiscard]] virtual Result<StoredIdentity> saved(std::string_view target_name) const = 0;
  // Whether there is a target for which something is saved that saved() would give.
  [[nodiscard]] virtual bool has_saved() const = 0;

  // Names of the Kerberos credential caches to look into, the likeliest first. The empty name is
  // libkrb5's default, which only the caller's own session has.
  [[nodiscard]] virtual std::vector<std::string> kerberos_caches() const = 0;
  // Of a thread that acts as a client: the tickets that this client handed over, which count before
  // all others. Null: none.
  [[nodiscard]] virtual std::shared_ptr<const DelegatedTickets> delegated_tickets() const {
    return nullptr;
  }
};

class LogonSessions {
 public:
  virtual ~LogonSessions() = default;

  // The session of this number, the caller's own without one. NotOwner when the caller may not use
  // it, NoCredentials when there is none.
  virtual Result<std::shared_ptr<const LogonSession>> open(const std::optional<Luid>& luid) = 0;
};

}  // namespace opensspi
