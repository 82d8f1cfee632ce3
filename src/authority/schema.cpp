// user_version counts the migrations that were run.
#include "authority/schema.h"

#include <array>
#include <cstring>
#include <string>

#include "crypto/random.h"

namespace opensspi::authority {
namespace {

constexpr std::int64_t kApplicationId = 0x4F535350;  // "OSSP"

// accounts: the *_key columns hold the names upper-cased as Windows does; they are what compares.
//   An empty domain is this machine. Times are FILETIME.
// counters: failures and last logons by the key that SharedCounters uses; also of names that are
//   not in accounts, whose spelling is not kept: people type passwords into the wrong field.
// machine: one row.
constexpr const char* kVersion1 =
    "CREATE TABLE machine("
    "  id INTEGER PRIMARY KEY CHECK(id = 1),"
    "  sid TEXT NOT NULL,"
    "  next_rid INTEGER NOT NULL,"
    "  counter_secret BLOB NOT NULL CHECK(length(counter_secret) = 16),"
    "  lockout_threshold INTEGER NOT NULL,"
    "  lockout_minutes INTEGER NOT NULL) STRICT;"
    "CREATE TABLE accounts("
    "  user_key TEXT NOT NULL,"
    "  domain_key TEXT NOT NULL,"
    "  user TEXT NOT NULL,"
    "  domain TEXT NOT NULL,"
    "  nt_hash BLOB NOT NULL CHECK(length(nt_hash) = 16),"
    "  enabled INTEGER NOT NULL,"
    "  expiry INTEGER NOT NULL,"
    "  must_change INTEGER NOT NULL,"
    "  sid TEXT NOT NULL UNIQUE,"
    "  created INTEGER NOT NULL,"
    "  counter_key INTEGER NOT NULL UNIQUE,"
    "  PRIMARY KEY(user_key, domain_key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE counters("
    "  key INTEGER PRIMARY KEY,"
    "  failures INTEGER NOT NULL,"
    "  last_failure INTEGER NOT NULL,"
    "  last_logon INTEGER NOT NULL) STRICT;";

// unix_user: whom the account stands for on this machine; empty: nobody said.
constexpr const char* kVersion2 =
    "ALTER TABLE accounts ADD COLUMN unix_user TEXT NOT NULL DEFAULT '';";

constexpr std::array<const char*, 2> kMigrations = {kVersion1, kVersion2};

Result<std::int64_t> ask(Database& database, const char* sql) {
  TRY_ASSIGN(Statement statement, database.prepare(sql));
  TRY_ASSIGN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

// S-1-5-21-a-b-c: a random machine SID, as Windows' set-up makes one. [MS-DTYP] 2.4.2.4
Result<std::string> make_machine_sid() {
  std::array<std::uint32_t, 3> parts{};
  std::array<std::uint8_t, sizeof parts> bytes{};
  TRY(crypto::random(bytes));
  std::memcpy(parts.data(), bytes.data(), bytes.size());
  std::string sid = "S-1-5-21";
  for (const std::uint32_t part : parts) sid += '-' + std::to_string(part);
  return sid;
}

Result<void> make_machine(Database& database) {
  TRY_ASSIGN(const std::string sid, make_machine_sid());
  std::array<std::uint8_t, 16> secret{};
  TRY(crypto::random(secret));
  TRY_ASSIGN(Statement insert, database.prepare("INSERT INTO machine VALUES(1, ?, 1000, ?, 0, 0)"));
  return insert.bind(sid).bind(ByteView(secret)).run();
}

Result<void> require_accounts(Database& database) {
  // In this order: another process may be making the tables, and the id comes with them.
  TRY_ASSIGN(const std::int64_t tables, ask(database, "SELECT count(*) FROM sqlite_schema"));
  if (tables == 0) return {};
  TRY_ASSIGN(const std::int64_t id, ask(database, "PRAGMA application_id"));
  if (id != kApplicationId) {
    return fail(Status::InternalError, "the file is not an accounts database");
  }
  return {};
}

}  // namespace

Result<void> migrate(Database& database) {
  TRY(require_accounts(database));
  constexpr auto kCurrent = static_cast<std::int64_t>(kMigrations.size());
  TRY_ASSIGN(const std::int64_t found, ask(database, "PRAGMA user_version"));
  if (found > kCurrent) {
    return fail(Status::InternalError, "the accounts database was made by a newer OpenSSPI", 0,
                found);
  }
  if (found == kCurrent) return {};
  // Readers and the writer do not wait for each other, and a process that gave up root after
  // opening can go on writing. Busy when another process is just here: then that one does it.
  if (found == 0) static_cast<void>(database.execute("PRAGMA journal_mode = WAL"));
  TRY_ASSIGN(Transaction transaction, Transaction::begin(database));
  TRY_ASSIGN(const std::int64_t version, ask(database, "PRAGMA user_version"));
  if (version >= kCurrent) return {};
  for (auto i = static_cast<std::size_t>(version); i < kMigrations.size(); ++i) {
    TRY(database.execute(kMigrations[i]));
  }
  if (version == 0) TRY(make_machine(database));
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kCurrent);
  TRY(database.execute(marks.c_str()));
  return transaction.commit();
}

}  // namespace opensspi::authority
