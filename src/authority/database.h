// SQLite behind three small types: a connection, a statement that is bound and stepped, and a
// transaction that rolls back unless it is committed. Errors become static words here; the value
// is SQLite's extended code.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace opensspi::authority {

using SqlTrace = std::function<void(const char* sql)>;

// One run of a prepared statement, which goes back to its connection afterwards. Bound bytes must
// live until then. A failed bind is reported by step().
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(Statement&&) noexcept = default;

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(ByteView blob);

  // Whether there is a (further) row.
  Result<bool> step();
  // The same where a row must be: InternalError, the database is damaged, without one.
  Result<void> step_to_row();
  // Runs a statement that gives no rows.
  Result<void> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] ByteView blob(int column) const;  // until the next step()

 private:
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement& bound(int code);

  std::unique_ptr<sqlite3_stmt, Reset> statement_;
  int next_ = 1;
  int failure_ = 0;
};

// A connection. Used by one thread at a time, and only in the process that opened it.
class Database {
 public:
  // The file must be there. Statements wait up to `busy` for other processes.
  static Result<Database> open(const std::string& path, std::chrono::milliseconds busy,
                               SqlTrace trace);

  // What it waits for other processes from now on.
  void set_busy(std::chrono::milliseconds busy);
  [[nodiscard]] std::chrono::milliseconds busy() const { return busy_; }

  // `sql` is static text: prepared once and kept. One run at a time of each.
  Result<Statement> prepare(const char* sql);
  // Several statements without values.
  Result<void> execute(const char* script);
  void roll_back() noexcept;
  // Rows that the last statement inserted, changed or deleted.
  [[nodiscard]] int changes() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using OwnedStatement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Database(sqlite3* connection, SqlTrace trace);

  std::unique_ptr<SqlTrace> trace_;  // outlives the connection, which points to it
  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<const char*, OwnedStatement> statements_;
  std::chrono::milliseconds busy_{0};
};

// A write transaction.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) {
    other.database_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // null once it is over
};

}  // namespace opensspi::authority
