// Files that hold secrets: where the accounts lie, and that nobody but their owner gets at them.
#pragma once

#include <string>

#include "base/result.h"

namespace opensspi::authority {

enum class Missing { Create, Refuse };

// $OPENSSPI_ACCOUNTS, else /var/lib/opensspi/accounts.db for root and opensspi/accounts.db in the
// user's data folder otherwise. Empty when the user has no home. Variables do not count in a
// set-uid process.
[[nodiscard]] std::string accounts_path();

// That `path` is a regular file of the effective user which nobody else can read or write, in a
// folder which nobody else can write. With Missing::Create the folder (0700) and an empty file
// (0600) are made; else NoAuthenticatingAuthority when there is none.
// Looks by name, never by opening: closing a descriptor of a database would drop the locks that
// SQLite holds on it in this process.
Result<void> require_private_file(const std::string& path, Missing missing);

}  // namespace opensspi::authority
