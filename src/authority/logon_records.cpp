// The half of AccountStore that a logon uses: looking names up, counting outcomes, writing behind.
#include <algorithm>

#include "authority/account_row.h"
#include "authority/accounts.h"

namespace opensspi::authority {
namespace {

constexpr FileTime kMinute = 600'000'000;
constexpr FileTime kRemembered = 60 * kMinute;  // unknown names, at least
constexpr std::int64_t kMaxUnknownNames = 100'000;

// Always one row, so that a name without an account takes the same steps: its first column says
// whether there is one, and where there is none the rest is made up.
constexpr const char* kCandidatesSql =
    "SELECT coalesce(user, ?1), coalesce(domain, ?2), coalesce(sid, ?5), coalesce(enabled, 1),"
    "       coalesce(must_change, 0), coalesce(expiry, ?6), coalesce(created, 0),"
    "       coalesce(unix_user, ''), coalesce(counter_key, ?4), coalesce(nt_hash, zeroblob(16)),"
    "       counter_key IS NOT NULL"
    " FROM (SELECT 1) LEFT JOIN accounts ON user_key = ?1 AND domain_key IN (?2, ?3)"
    " ORDER BY domain_key = ?2 DESC LIMIT 1";
constexpr std::string_view kNobodysSid = "S-1-5-21-1000000000-2000000000-3000000000-1000";
constexpr const char* kMachineSql =
    "SELECT lockout_threshold, lockout_minutes, counter_secret FROM machine";
constexpr const char* kCountersSql =
    "SELECT failures, last_failure, last_logon FROM counters WHERE key = ?";
constexpr const char* kWriteSql =
    "INSERT OR REPLACE INTO counters(key, failures, last_failure, last_logon) VALUES(?, ?, ?, ?)";
constexpr const char* kForgetOldSql =
    "DELETE FROM counters WHERE last_failure < ? AND key NOT IN (SELECT counter_key FROM accounts)";
constexpr const char* kForgetManySql =
    "DELETE FROM counters WHERE key IN (SELECT key FROM counters"
    " WHERE key NOT IN (SELECT counter_key FROM accounts)"
    " ORDER BY last_failure DESC LIMIT -1 OFFSET ?)";

void apply(LogonCounters& counters, Outcome outcome, const LockoutPolicy& policy, FileTime now) {
  switch (outcome) {
    case Outcome::WrongPassword:
      count_failure(counters, policy, now);
      break;
    case Outcome::Accepted:
      if (locked_until(counters, policy, now) != 0) break;
      counters.failures = 0;
      counters.last_logon = now;
      break;
    case Outcome::Refused:
      break;
  }
}

// Names without an account are kept as long as they can matter and no more than so many: whoever
// tries names must not fill the disk.
Result<void> purge(Database& database, const LockoutPolicy& policy, FileTime now) {
  const FileTime kept = std::max(kRemembered, policy.minutes * kMinute);
  TRY_ASSIGN(Statement old, database.prepare(kForgetOldSql));
  TRY(old.bind(sql_integer(now > kept ? now - kept : 0)).run());
  TRY_ASSIGN(Statement many, database.prepare(kForgetManySql));
  return many.bind(kMaxUnknownNames).run();
}

Result<void> write_waiting(StoreSession& session, FileTime now) {
  // Read inside the transaction: whoever commits later has read later.
  TRY_ASSIGN(Transaction transaction, Transaction::begin(session.database));
  std::vector<CounterEntry> entries;
  bool purge_now = false;
  {
    TRY_ASSIGN(const SharedCounters::Hold held, session.counters.hold());
    entries = session.counters.waiting(held);
    purge_now = session.counters.claim_purge(held, now);
  }
  for (const CounterEntry& entry : entries) {
    TRY_ASSIGN(Statement write, session.database.prepare(kWriteSql));
    write.bind(sql_integer(entry.key)).bind(std::int64_t{entry.counters.failures});
    write.bind(sql_integer(entry.counters.last_failure));
    TRY(write.bind(sql_integer(entry.counters.last_logon)).run());
  }
  if (purge_now) {
    TRY_ASSIGN(Statement machine, session.database.prepare(kMachineSql));
    TRY(machine.step_to_row());
    const LockoutPolicy policy{0, static_cast<std::uint32_t>(machine.integer(1))};
    TRY(purge(session.database, policy, now));
  }
  TRY(transaction.commit());
  TRY_ASSIGN(const SharedCounters::Hold held, session.counters.hold());
  session.counters.written(held, entries);
  return {};
}

Result<void> write_behind(StoreSession& session, FileTime now) {
  {
    TRY_ASSIGN(const SharedCounters::Hold held, session.counters.hold());
    if (!session.counters.anything_waits(held)) return {};
  }
  // These may be lost with the machine, and a logon must not wait for the disk.
  TRY(session.database.execute("PRAGMA synchronous = NORMAL"));
  const Result<void> result = write_waiting(session, now);
  TRY(session.database.execute("PRAGMA synchronous = FULL"));
  return result;
}

// For this long a connection waits for nobody.
class WithoutWaiting {
 public:
  explicit WithoutWaiting(Database& database) : database_(database), busy_(database.busy()) {
    database_.set_busy(std::chrono::milliseconds(0));
  }
  ~WithoutWaiting() { database_.set_busy(busy_); }
  WithoutWaiting(const WithoutWaiting&) = delete;
  WithoutWaiting& operator=(const WithoutWaiting&) = delete;

 private:
  Database& database_;
  const std::chrono::milliseconds busy_;
};

}  // namespace

Result<LogonRecord> AccountStore::look_up(const AccountName& sent) {
  TRY_ASSIGN(const std::vector<AccountKey> keys, candidates(sent, host_));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  LogonRecord record;
  {
    TRY_ASSIGN(Statement machine, session->database.prepare(kMachineSql));
    TRY(machine.step_to_row());
    record.lockout = {static_cast<std::uint32_t>(machine.integer(0)),
                      static_cast<std::uint32_t>(machine.integer(1))};
    record.counter_key = counter_key(machine.blob(2), keys[0].user, keys[0].domain);
  }
  {
    TRY_ASSIGN(Statement account, session->database.prepare(kCandidatesSql));
    account.bind(keys[0].user).bind(keys[0].domain).bind(keys[1].domain);
    account.bind(sql_integer(record.counter_key)).bind(kNobodysSid).bind(sql_integer(kNever));
    TRY(account.step_to_row());
    record.account = account_of(account);
    record.counter_key = unsigned_at(account, 8);
    const ByteView hash = account.blob(9);
    if (hash.size() != record.nt_hash.expose().size()) {
      return fail(Status::InternalError, "the accounts database is damaged");
    }
    std::copy(hash.begin(), hash.end(), record.nt_hash.expose_mutable().begin());
    record.known = account.integer(10) != 0;
  }
  TRY_ASSIGN(Statement counters, session->database.prepare(kCountersSql));
  TRY_ASSIGN(const bool counted, counters.bind(sql_integer(record.counter_key)).step());
  if (counted) record.stored = counters_of(counters, 0);
  return record;
}

Result<LogonCounters> AccountStore::count(const LogonRecord& record, Outcome outcome,
                                          FileTime now) {
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  for (;;) {
    LogonCounters counters = record.stored;
    bool fits = false, write = false;
    {
      TRY_ASSIGN(const SharedCounters::Hold held, session->counters.hold());
      const LogonCounters* shared = session->counters.find(held, record.counter_key);
      if (shared != nullptr) counters = *shared;
      apply(counters, outcome, record.lockout, now);
      fits = session->counters.put(held, {record.counter_key, counters});
      write = session->counters.claim_writing(held, now);
    }
    if (!fits) {
      // The table is full of names that wait: once they are written there is room.
      TRY(write_behind(*session, now));
      continue;
    }
    // A failure here changes nothing for this logon: what waits is tried again in a second. So a
    // logon does not wait while an administrator's command writes.
    if (write) {
      const WithoutWaiting at_once(session->database);
      static_cast<void>(write_behind(*session, now));
    }
    return counters;
  }
}

Result<void> AccountStore::flush() {
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  return write_behind(*session, now_());
}

}  // namespace opensspi::authority
