// What lies in credential caches: whose tickets, and until when. Reading them asks nobody but, for
// KCM, the service of this machine that keeps them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"
#include "kerberos/principal.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

// The best that a cache holds.
enum class Tickets {
  None,
  Expired,
  ForServices,  // some, but none that others could be had with
  Granting,     // a ticket-granting ticket of the principal's own realm
};

struct TicketCache {
  std::string name;  // for libkrb5, with its type
  Principal principal;
  Tickets tickets = Tickets::None;
  FileTime expiry = 0;  // of the tickets that count, the last to end
};

// Whether the service that listens on this local socket answers in time.
using KcmAnswers = std::function<bool(const std::string& socket_path)>;

struct CacheCollection {
  std::vector<TicketCache> caches;  // the primary first
  bool refused = false;             // there is one that the caller may not read
  bool damaged = false;             // there is one that nobody can read
};

// Whose the cache is; the errors of kdc_failure().
Result<OwnPrincipal> owner_of(const Library& library, _krb5_ccache& cache);
// krbtgt/REALM@REALM of the client's own realm, RFC 4120 7.3; null when there is no memory.
[[nodiscard]] OwnPrincipal granting_principal(const Library& library,
                                              const krb5_principal_data& client);

// One cache, or all of a collection (DIR, KEYRING, KCM). The empty name is libkrb5's default. What
// is not there is an empty collection; the only error is InsufficientMemory.
Result<CacheCollection> read_caches(const Library& library, const std::string& name, FileTime now,
                                    const KcmAnswers& kcm_answers);

}  // namespace opensspi::kerberos
