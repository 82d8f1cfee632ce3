// The users of this machine as NSS has them: /etc/passwd, a domain by sssd or winbind, LDAP. Asking
// may wait for whatever stands behind it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace opensspi::logon {

struct UserEntry {
  std::string name;  // as the database spells it
  uid_t uid = 0;
  gid_t gid = 0;
};

// Nothing when there is no such user. InternalError, with the errno in Error::value, when the
// database could not be asked.
Result<std::optional<UserEntry>> find_user(const std::string& name);
Result<std::optional<UserEntry>> find_user(uid_t uid);

// Every group of the user, its own among them; sorted, each once.
std::vector<gid_t> groups_of(const UserEntry& user);

}  // namespace opensspi::logon
