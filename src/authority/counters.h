// Failures and last logons of every name that was tried, in memory that all processes on one
// accounts database share: a mapped file beside it. So a lockout holds at once, whichever process
// met the failures, and nothing is lost when a process dies. The database is written behind: see
// AccountStore::flush().
//
// The file is a table of fixed size; names are known by a keyed 64-bit hash. It is touched only
// under the file's lock (flock), which the kernel releases when its holder dies; a `Hold` is the
// proof.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "sspi/types.h"

namespace opensspi::authority {

struct LockoutPolicy {
  std::uint32_t threshold = 0;  // failures; 0: no lockout
  std::uint32_t minutes = 0;
};

struct LogonCounters {
  std::uint32_t failures = 0;  // since the last logon, or since a pause as long as the lockout
  FileTime last_failure = 0;
  FileTime last_logon = 0;

  friend bool operator==(const LogonCounters&, const LogonCounters&) = default;
};

// How the counters know a name: a hash under the database's own secret, so that nobody can choose
// names that fall together. Names are given as they compare (AccountKey).
[[nodiscard]] std::uint64_t counter_key(ByteView secret, std::string_view user,
                                        std::string_view domain);

// When the lock that these counters mean ends; 0 when they mean none or it is over.
[[nodiscard]] FileTime locked_until(const LogonCounters& counters, const LockoutPolicy& policy,
                                    FileTime now);
// One more failure. Failures while locked neither count nor prolong the lock.
void count_failure(LogonCounters& counters, const LockoutPolicy& policy, FileTime now);

struct CounterEntry {
  std::uint64_t key = 0;
  LogonCounters counters;
};

class SharedCounters {
 public:
  // Makes the file (0600) if it is not there. A table of an earlier boot is emptied: the database
  // has what it said.
  static Result<SharedCounters> open(const std::string& path, std::chrono::milliseconds deadline);
  // What it waits for other processes from now on.
  void set_deadline(std::chrono::milliseconds deadline) { deadline_ = deadline; }
  SharedCounters(SharedCounters&& other) noexcept;
  SharedCounters& operator=(SharedCounters&&) = delete;
  ~SharedCounters();

  class Hold {
   public:
    Hold(Hold&& other) noexcept : file_(other.file_) { other.file_ = -1; }
    Hold& operator=(Hold&&) = delete;
    ~Hold();

   private:
    friend class SharedCounters;
    explicit Hold(int file) : file_(file) {}
    int file_;
  };

  // InternalError when others hold the table until the deadline.
  Result<Hold> hold();

  // The counters of a name; null when the table does not have them.
  const LogonCounters* find(const Hold&, std::uint64_t key) const;
  // Puts counters in, as not yet written. False when there is no room until something is written.
  bool put(const Hold&, const CounterEntry& entry);
  // Takes a name out of what waits to be written and zeroes it.
  void forget(const Hold&, std::uint64_t key);

  // Whether the last writing was begun a second ago or earlier; if so, the caller is the one to
  // write now.
  bool claim_writing(const Hold&, FileTime now);
  // Whether so much time went by since the last one; if so, the caller is the one to do it.
  bool claim_purge(const Hold&, FileTime now);
  [[nodiscard]] bool anything_waits(const Hold&) const;
  [[nodiscard]] std::vector<CounterEntry> waiting(const Hold&) const;
  // These were written; what has changed since keeps waiting.
  void written(const Hold&, const std::vector<CounterEntry>& entries);

 private:
  struct Table;
  struct Slot;

  SharedCounters(int file, std::chrono::milliseconds deadline) : file_(file), deadline_(deadline) {}
  Result<void> map();
  [[nodiscard]] Slot* slot(std::uint64_t key) const;

  int file_ = -1;
  std::chrono::milliseconds deadline_;
  Table* table_ = nullptr;
};

}  // namespace opensspi::authority
