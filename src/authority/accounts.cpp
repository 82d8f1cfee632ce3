// Administration: each change is one transaction.
#include "authority/accounts.h"

#include <algorithm>

#include "authority/account_import.h"
#include "authority/account_row.h"
#include "authority/blank_hash.h"
#include "base/utf16.h"
#include "crypto/digest.h"

namespace opensspi::authority {
namespace {

constexpr std::uint32_t kMaxThreshold = 999;  // Windows' limits of the lockout policy
constexpr std::uint32_t kMaxMinutes = 99999;
constexpr std::size_t kMaxUnixName = 256;  // bytes
constexpr const char* kEmptyPassword = "the password is empty";

constexpr const char* kListSql =
    "SELECT user, domain, sid, enabled, must_change, expiry, created, unix_user, counter_key,"
    "       failures, last_failure, last_logon"
    " FROM accounts LEFT JOIN counters ON counters.key = accounts.counter_key"
    " ORDER BY domain_key, user_key";

constexpr const char* kFindSql =
    "SELECT user, domain, sid, enabled, must_change, expiry, created, unix_user, counter_key,"
    "       failures, last_failure, last_logon"
    " FROM accounts LEFT JOIN counters ON counters.key = accounts.counter_key"
    " WHERE user_key = ? AND domain_key = ?";

tl::unexpected<Error> no_such_account() {
  return fail(Status::TargetUnknown, "there is no such account", nt_status::kNoSuchUser);
}

Result<std::uint64_t> counter_key_of(Database& database, const AccountKey& key) {
  TRY_ASSIGN(Statement secret, database.prepare("SELECT counter_secret FROM machine"));
  TRY(secret.step_to_row());
  return counter_key(secret.blob(0), key.user, key.domain);
}

// A SID of this machine that no account had before.
Result<std::string> next_sid(Database& database) {
  TRY_ASSIGN(Statement next, database.prepare("UPDATE machine SET next_rid = next_rid + 1"
                                              " RETURNING sid || '-' || (next_rid - 1)"));
  TRY(next.step_to_row());
  std::string sid = next.text(0);
  TRY(next.step());
  return sid;
}

Result<bool> exists(Database& database, const AccountKey& key) {
  TRY_ASSIGN(Statement find,
             database.prepare("SELECT 1 FROM accounts WHERE user_key = ? AND domain_key = ?"));
  return find.bind(key.user).bind(key.domain).step();
}

Result<void> require_password(const NtHash& nt_hash) {
  if (is_blank(nt_hash)) return fail(Status::InvalidParameter, kEmptyPassword);
  return {};
}

// As passwd(5) can hold it. "DOMAIN\\user" is one too, where NSS asks a domain.
Result<void> require_unix_name(const std::string& name) {
  const auto is_unfit = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == ':' || c == '/';
  };
  if (name.size() > kMaxUnixName || std::ranges::any_of(name, is_unfit) || !utf8_to_utf16(name)) {
    return fail(Status::InvalidParameter,
                "a Unix user's name has at most 256 bytes of UTF-8 and no ':' or '/'");
  }
  return {};
}

// Zeroes the counters of a name, in the database and in the memory that is shared. Inside a
// transaction, so that no process writes the old ones behind it.
Result<void> forget_counters(StoreSession& session, std::uint64_t key) {
  TRY_ASSIGN(Statement forget, session.database.prepare("DELETE FROM counters WHERE key = ?"));
  TRY(forget.bind(sql_integer(key)).run());
  TRY_ASSIGN(const SharedCounters::Hold held, session.counters.hold());
  session.counters.forget(held, key);
  return {};
}

Result<void> insert(StoreSession& session, const AccountName& name, const AccountKey& key,
                    const NtHash& nt_hash, bool enabled, FileTime now) {
  Database& database = session.database;
  TRY_ASSIGN(const std::uint64_t counters, counter_key_of(database, key));
  // Whoever tried the name while it was unknown must not have locked the new account.
  TRY(forget_counters(session, counters));
  TRY_ASSIGN(const std::string sid, next_sid(database));
  TRY_ASSIGN(Statement add,
             database.prepare("INSERT INTO accounts(user_key, domain_key, user, domain, nt_hash,"
                              " enabled, expiry, must_change, sid, created, counter_key)"
                              " VALUES(?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)"));
  const std::string_view domain = key.domain.empty() ? "" : std::string_view(name.domain);
  add.bind(key.user).bind(key.domain).bind(name.user).bind(domain);
  add.bind(ByteView(nt_hash.expose())).bind(std::int64_t{enabled}).bind(sql_integer(kNever));
  return add.bind(sid).bind(sql_integer(now)).bind(sql_integer(counters)).run();
}

Result<void> insert_or_update(StoreSession& session, const ImportedAccount& account,
                              const AccountKey& key, FileTime now) {
  Database& database = session.database;
  TRY_ASSIGN(const bool there, exists(database, key));
  if (!there) {
    return insert(session, account.name, key, account.nt_hash, account.enabled, now);
  }
  TRY_ASSIGN(Statement update, database.prepare("UPDATE accounts SET nt_hash = ?, enabled = ?"
                                                " WHERE user_key = ? AND domain_key = ?"));
  update.bind(ByteView(account.nt_hash.expose())).bind(std::int64_t{account.enabled});
  return update.bind(key.user).bind(key.domain).run();
}

// Ends a lockout, in the database and in the memory that is shared; inside a transaction, as above.
Result<void> lift_lockout(StoreSession& session, std::uint64_t key) {
  TRY_ASSIGN(Statement lift,
             session.database.prepare("UPDATE counters SET failures = 0 WHERE key = ?"));
  TRY(lift.bind(sql_integer(key)).run());
  TRY_ASSIGN(const SharedCounters::Hold held, session.counters.hold());
  if (const LogonCounters* shared = session.counters.find(held, key)) {
    LogonCounters lifted = *shared;
    lifted.failures = 0;
    session.counters.put(held, {key, lifted});
  }
  return {};
}

}  // namespace

Result<NtHash> hash_of_password(const SecretBytes& password) {
  if (password.empty()) return fail(Status::InvalidParameter, kEmptyPassword);
  return crypto::secret_md4({password.expose()});
}

Result<std::unique_ptr<AccountStore>> AccountStore::open(Options options, Missing missing) {
  if (options.path.empty()) {
    return fail(
        missing == Missing::Refuse ? Status::NoAuthenticatingAuthority : Status::InternalError,
        "this user has no home, so there is no place for accounts");
  }
  TRY_ASSIGN(std::unique_ptr<StoreSessions> sessions,
             StoreSessions::open({options.path, options.deadline,
                                  options.open_deadline.value_or(options.deadline), options.trace},
                                 missing));
  return std::unique_ptr<AccountStore>(new AccountStore(std::move(options), std::move(sessions)));
}

AccountStore::~AccountStore() {
  // What cannot be written now waits in the shared memory for the next process.
  if (sessions_->opened_here()) static_cast<void>(flush());
}

Result<void> AccountStore::add(const AccountName& name, const NtHash& nt_hash) {
  TRY(require_password(nt_hash));
  TRY_ASSIGN(const AccountKey key, account_key(name, host_));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Transaction transaction, Transaction::begin(session->database));
  TRY_ASSIGN(const bool there, exists(session->database, key));
  if (there) {
    return fail(Status::InvalidParameter, "the account is there already", nt_status::kUserExists);
  }
  TRY(insert(*session, name, key, nt_hash, true, now_()));
  return transaction.commit();
}

Result<void> AccountStore::set_nt_hash(const AccountName& name, const NtHash& nt_hash) {
  return update_nt_hash(name, nullptr, nt_hash);
}

Result<void> AccountStore::change_nt_hash(const AccountName& name, const NtHash& old_hash,
                                          const NtHash& nt_hash) {
  return update_nt_hash(name, &old_hash, nt_hash);
}

Result<void> AccountStore::update_nt_hash(const AccountName& name, const NtHash* old_hash,
                                          const NtHash& nt_hash) {
  TRY(require_password(nt_hash));
  TRY_ASSIGN(const AccountKey key, account_key(name, host_));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Statement update,
             session->database.prepare("UPDATE accounts SET nt_hash = ?, must_change = 0"
                                       " WHERE user_key = ? AND domain_key = ?"
                                       " AND nt_hash = ifnull(?, nt_hash)"));
  update.bind(ByteView(nt_hash.expose())).bind(key.user).bind(key.domain);
  if (old_hash != nullptr) update.bind(ByteView(old_hash->expose()));  // else it stays NULL
  TRY(update.run());
  if (session->database.changes() == 0) return no_such_account();
  return {};
}

template <class Value>
Result<void> AccountStore::change(const AccountName& name, const char* sql, Value value) {
  TRY_ASSIGN(const AccountKey key, account_key(name, host_));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Statement update, session->database.prepare(sql));
  TRY(update.bind(value).bind(key.user).bind(key.domain).run());
  if (session->database.changes() == 0) return no_such_account();
  return {};
}

Result<void> AccountStore::set_enabled(const AccountName& name, bool enabled) {
  TRY_ASSIGN(const AccountKey key, account_key(name, host_));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Transaction transaction, Transaction::begin(session->database));
  TRY_ASSIGN(Statement update, session->database.prepare("UPDATE accounts SET enabled = ?"
                                                         " WHERE user_key = ? AND domain_key = ?"));
  TRY(update.bind(std::int64_t{enabled}).bind(key.user).bind(key.domain).run());
  if (session->database.changes() == 0) return no_such_account();
  TRY_ASSIGN(const std::uint64_t counters, counter_key_of(session->database, key));
  if (enabled) TRY(lift_lockout(*session, counters));
  return transaction.commit();
}

Result<void> AccountStore::set_must_change(const AccountName& name, bool must_change) {
  return change(name, "UPDATE accounts SET must_change = ? WHERE user_key = ? AND domain_key = ?",
                std::int64_t{must_change});
}

Result<void> AccountStore::set_expiry(const AccountName& name, FileTime expiry) {
  return change(name, "UPDATE accounts SET expiry = ? WHERE user_key = ? AND domain_key = ?",
                sql_integer(std::min(expiry, kNever)));
}

Result<void> AccountStore::set_unix_user(const AccountName& name, const std::string& unix_user) {
  TRY(require_unix_name(unix_user));
  return change(name, "UPDATE accounts SET unix_user = ? WHERE user_key = ? AND domain_key = ?",
                std::string_view(unix_user));
}

Result<void> AccountStore::remove(const AccountName& name) {
  TRY_ASSIGN(const AccountKey key, account_key(name, host_));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Transaction transaction, Transaction::begin(session->database));
  TRY_ASSIGN(Statement removal, session->database.prepare(
                                    "DELETE FROM accounts WHERE user_key = ? AND domain_key = ?"));
  TRY(removal.bind(key.user).bind(key.domain).run());
  if (session->database.changes() == 0) return no_such_account();
  TRY_ASSIGN(const std::uint64_t counters, counter_key_of(session->database, key));
  TRY(forget_counters(*session, counters));
  return transaction.commit();
}

Result<std::vector<Account>> AccountStore::read(const char* sql, const AccountKey* key) {
  TRY_ASSIGN(const LockoutPolicy policy, lockout());
  const FileTime now = now_();
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Statement rows, session->database.prepare(sql));
  if (key != nullptr) rows.bind(key->user).bind(key->domain);
  std::vector<Account> accounts;
  std::vector<CounterEntry> entries;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    accounts.push_back(account_of(rows));
    entries.push_back({unsigned_at(rows, 8), counters_of(rows, 9)});
  }
  TRY_ASSIGN(const SharedCounters::Hold held, session->counters.hold());
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const LogonCounters* shared = session->counters.find(held, entries[i].key);
    const LogonCounters& counters = shared != nullptr ? *shared : entries[i].counters;
    accounts[i].failures = counters.failures;
    accounts[i].last_logon = counters.last_logon;
    accounts[i].locked_until = locked_until(counters, policy, now);
  }
  return accounts;
}

Result<std::vector<Account>> AccountStore::list() {
  return read(kListSql, nullptr);
}

Result<Account> AccountStore::find(const AccountName& name) {
  TRY_ASSIGN(const AccountKey key, account_key(name, host_));
  TRY_ASSIGN(std::vector<Account> found, read(kFindSql, &key));
  if (found.empty()) return no_such_account();
  return std::move(found.front());
}

Result<ImportCount> AccountStore::import(std::string_view text) {
  TRY_ASSIGN(const ImportedAccounts imported, parse_accounts(text));
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Transaction transaction, Transaction::begin(session->database));
  for (const ImportedAccount& account : imported.accounts) {
    Result<AccountKey> key = account_key(account.name, host_);
    if (!key) return fail(key.error().status, key.error().why, 0, account.line);
    TRY(insert_or_update(*session, account, *key, now_()));
  }
  TRY(transaction.commit());
  return ImportCount{static_cast<std::uint32_t>(imported.accounts.size()), imported.skipped};
}

Result<LockoutPolicy> AccountStore::lockout() {
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Statement row,
             session->database.prepare("SELECT lockout_threshold, lockout_minutes FROM machine"));
  TRY(row.step_to_row());
  return LockoutPolicy{static_cast<std::uint32_t>(row.integer(0)),
                       static_cast<std::uint32_t>(row.integer(1))};
}

Result<void> AccountStore::set_lockout(const LockoutPolicy& policy) {
  const bool off = policy.threshold == 0;
  if (policy.threshold > kMaxThreshold || policy.minutes > kMaxMinutes ||
      (!off && policy.minutes == 0)) {
    return fail(Status::InvalidParameter,
                "a lockout takes 1 to 999 failures and lasts 1 to 99999 minutes");
  }
  TRY_ASSIGN(const StoreSessions::Lease session, sessions_->lease());
  TRY_ASSIGN(Statement update,
             session->database.prepare(
                 "UPDATE machine SET lockout_threshold = ?, lockout_minutes = ? RETURNING 1"));
  update.bind(std::int64_t{policy.threshold}).bind(std::int64_t{policy.minutes});
  TRY(update.step_to_row());
  return update.run();
}

}  // namespace opensspi::authority
