// The tickets that a credential has or gets: of a password or a keytab they are had from a KDC by
// the first context that needs them, and kept, in memory, as long as the credential.
#pragma once

#include <mutex>
#include <optional>

#include "base/result.h"
#include "kerberos/credential.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

class LogonTickets {
 public:
  explicit LogonTickets(Source source) : source_(std::move(source)) {}
  LogonTickets(const LogonTickets&) = delete;
  LogonTickets& operator=(const LogonTickets&) = delete;
  ~LogonTickets();

  // The cache with the ticket-granting ticket. May wait for a KDC, and for another thread that
  // does. LogonDenied, NoAuthenticatingAuthority, NoCredentials.
  Result<OwnCache> open(const Library& library, FileTime now);

  [[nodiscard]] const Source& source() const { return source_; }

 private:
  struct Obtained {
    Library library;
    OwnCache cache;
    FileTime expiry = 0;
  };
  Result<Obtained> obtain(FileTime now) const;

  Source source_;
  std::mutex mutex_;
  std::optional<Obtained> obtained_;
};

}  // namespace opensspi::kerberos
