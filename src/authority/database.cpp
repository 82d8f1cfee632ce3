// The only file that includes sqlite3.h.
#include "authority/database.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <new>

namespace opensspi::authority {
namespace {

constexpr const char* kVfs = "unix";

tl::unexpected<Error> sqlite_failure(int code) {
  const auto because = [code](const char* why) {
    return fail(Status::InternalError, why, 0, code);
  };
  switch (code & 0xFF) {
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return because("another process holds the accounts database");
    case SQLITE_READONLY:
      return because("the accounts database is read-only");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return because("the accounts database is damaged");
    case SQLITE_FULL:
      return because("the disk of the accounts database is full");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return because("the accounts database cannot be opened");
    case SQLITE_IOERR:
      return because("the accounts database cannot be read or written");
    default:
      return because("the accounts database failed");
  }
}

int on_statement(unsigned, void* trace, void*, void* text) {
  (*static_cast<SqlTrace*>(trace))(static_cast<const char*>(text));
  return 0;
}

// SQLite remembers a process' file locks by device and inode. A forked child inherits that memory
// and none of the locks, so a connection that it opens would rely on locks that nobody holds, and
// the write-ahead log is deleted under it when the parent closes. Hence a file opened here is seen
// with a device number of this process alone.
thread_local bool is_opening = false;

int fstat_for_this_process(int file, struct stat* info) {
  const int result = fstat(file, info);
  if (result == 0 && is_opening) info->st_dev ^= static_cast<dev_t>(getpid()) << 32;
  return result;
}

int see_devices_of_this_process() {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(kVfs);
  if (vfs == nullptr || vfs->iVersion < 3) return SQLITE_CANTOPEN;
  return vfs->xSetSystemCall(vfs, "fstat",
                             reinterpret_cast<sqlite3_syscall_ptr>(fstat_for_this_process));
}

int open_for_this_process(const char* path, int flags, sqlite3** connection) {
  static const int prepared = see_devices_of_this_process();
  if (prepared != SQLITE_OK) return prepared;
  is_opening = true;
  const int code = sqlite3_open_v2(path, connection, flags, kVfs);
  is_opening = false;
  return code;
}

// A database file is input: its schema may not call functions, and what is deleted is overwritten.
constexpr const char* kSettings =
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA synchronous = FULL;";

}  // namespace

void Statement::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

Statement& Statement::bound(int code) {
  ++next_;
  if (failure_ == SQLITE_OK) failure_ = code;
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  return bound(sqlite3_bind_int64(statement_.get(), next_, value));
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL, and an empty view may have one.
  const char* const data = text.empty() ? "" : text.data();
  return bound(
      sqlite3_bind_text64(statement_.get(), next_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Statement& Statement::bind(ByteView blob) {
  return bound(
      sqlite3_bind_blob64(statement_.get(), next_, blob.data(), blob.size(), SQLITE_STATIC));
}

Result<bool> Statement::step() {
  if (failure_ != SQLITE_OK) return sqlite_failure(failure_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_failure(code);
}

Result<void> Statement::step_to_row() {
  TRY_ASSIGN(const bool row, step());
  if (!row) return sqlite_failure(SQLITE_CORRUPT);
  return {};
}

Result<void> Statement::run() {
  TRY(step());
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const ByteView bytes = blob(column);
  return {bytes.begin(), bytes.end()};
}

ByteView Statement::blob(int column) const {
  const void* const data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(sqlite3* connection, SqlTrace trace)
    : trace_(std::make_unique<SqlTrace>(std::move(trace))), connection_(connection) {}

Result<Database> Database::open(const std::string& path, std::chrono::milliseconds busy,
                                SqlTrace trace) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  const int code = open_for_this_process(path.c_str(), flags, &connection);
  Database database(connection, std::move(trace));
  if (code != SQLITE_OK) return sqlite_failure(code);
  sqlite3_extended_result_codes(connection, 1);
  database.set_busy(busy);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(database.execute(kSettings));
  if (*database.trace_) {
    sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, on_statement, database.trace_.get());
  }
  return database;
}

void Database::set_busy(std::chrono::milliseconds busy) {
  busy_ = busy;
  sqlite3_busy_timeout(connection_.get(), static_cast<int>(busy.count()));
}

Result<Statement> Database::prepare(const char* sql) {
  OwnedStatement& kept = statements_[sql];
  if (kept == nullptr) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) return sqlite_failure(code);
    kept.reset(statement);
  }
  return Statement(kept.get());
}

Result<void> Database::execute(const char* script) {
  const int code = sqlite3_exec(connection_.get(), script, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_failure(code);
  return {};
}

// Fails only when SQLite has rolled back by itself already.
void Database::roll_back() noexcept {
  sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

int Database::changes() const {
  return sqlite3_changes(connection_.get());
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->roll_back();
}

Result<void> Transaction::commit() {
  TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace opensspi::authority
