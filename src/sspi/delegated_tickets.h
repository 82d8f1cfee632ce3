// Kerberos tickets that a client handed over, so that its server may act in its name elsewhere.
#pragma once

#include <string>

#include "base/result.h"
#include "sspi/types.h"

namespace opensspi {

// Erased with the last who holds it.
class DelegatedTickets {
 public:
  virtual ~DelegatedTickets() = default;

  // A cache in this process's memory, by its name for libkrb5.
  [[nodiscard]] virtual const std::string& cache() const = 0;
  // Whose they are: user@REALM.
  [[nodiscard]] virtual const std::string& client() const = 0;
  [[nodiscard]] virtual FileTime expiry() const = 0;
  // Copies them into a cache of the calling thread's user, by its name for libkrb5; what was in it
  // is gone.
  [[nodiscard]] virtual Result<void> store(const std::string& cache) const = 0;
};

}  // namespace opensspi
