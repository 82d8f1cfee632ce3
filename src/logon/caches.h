// Names of a user's Kerberos credential caches, as libkrb5 resolves them. Opening them is the
// Kerberos room's.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace opensspi::logon {

// For the caller's own user: what KRB5CCNAME names (not in a set-uid process) and libkrb5's own
// default, as the empty name. For another user, and beside it, where such caches lie by custom.
[[nodiscard]] std::vector<std::string> kerberos_caches(uid_t user);

}  // namespace opensspi::logon
