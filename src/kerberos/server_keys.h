// The keys that a server's credential opens tickets with: its keytab, or those that its password
// makes, computed by the first context that needs them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "kerberos/credential.h"
#include "kerberos/handles.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

class LogonTickets;

class ServerKeys {
 public:
  // `way`: for user-to-user, in which a server logs on.
  ServerKeys(Source source, KdcWay way) : source_(std::move(source)), way_(std::move(way)) {}

  // May wait for another thread that computes them.
  Result<OwnKeytab> open(const Library& library);
  // The one principal that tickets may be for; null for any whose key there is. A password is an
  // account's, which has any number of names.
  Result<OwnPrincipal> principal(const Library& library) const;

  // For user-to-user: tickets of the account that the server is. Of a keytab that is the principal
  // that was acquired, else the machine's account, else whom the client named, else the first.
  Result<std::shared_ptr<LogonTickets>> tickets(const Library& library, const std::string& named);

  [[nodiscard]] const Source& source() const { return source_; }

 private:
  struct Made {
    Library library;
    OwnKeytab keytab;  // keeps it alive
    std::string name;
  };
  Result<Made> make() const;

  Source source_;
  KdcWay way_;
  [[nodiscard]] Result<std::string> account(const Library& library, const std::string& named) const;

  std::mutex mutex_;
  std::optional<Made> made_;
  std::map<std::string, std::shared_ptr<LogonTickets>> tickets_;  // by account
};

}  // namespace opensspi::kerberos
