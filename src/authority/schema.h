// The tables of the accounts database and how older ones become today's.
#pragma once

#include "authority/database.h"
#include "base/result.h"

namespace opensspi::authority {

// Brings the database to the current version; makes the tables, the machine's SID and the key of
// the counters in an empty one. InternalError for a file that is no accounts database or was made
// by a newer OpenSSPI.
Result<void> migrate(Database& database);

}  // namespace opensspi::authority
