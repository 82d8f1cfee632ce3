// The keys that a server's credential opens tickets with: its keytab, or those that its password
// makes, computed by the first context that needs them.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "kerberos/credential.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

class ServerKeys {
 public:
  explicit ServerKeys(Source source) : source_(std::move(source)) {}

  // May wait for another thread that computes them.
  Result<OwnKeytab> open(const Library& library);
  // The one principal that tickets may be for; null for any whose key there is. A password is an
  // account's, which has any number of names.
  Result<OwnPrincipal> principal(const Library& library) const;

  [[nodiscard]] const Source& source() const { return source_; }

 private:
  struct Made {
    Library library;
    OwnKeytab keytab;  // keeps it alive
    std::string name;
  };
  Result<Made> make() const;

  Source source_;
  std::mutex mutex_;
  std::optional<Made> made_;
};

}  // namespace opensspi::kerberos
