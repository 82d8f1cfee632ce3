// The open files of an account store, one set per process. SQLite connections and file locks do not
// survive fork: a child that uses an inherited store opens the files anew and leaves its parent's
// set alone, neither used nor closed. (A child of a process with several threads may only exec, as
// POSIX has it, unless no other thread was inside the library when it forked.)
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "authority/counters.h"
#include "authority/database.h"
#include "authority/private_file.h"
#include "base/result.h"

namespace opensspi::authority {

struct StoreFiles {
  std::string path;                    // absolute
  std::chrono::milliseconds deadline;       // for waiting on other processes
  std::chrono::milliseconds open_deadline;  // the same while the files are opened first
  SqlTrace trace;
};

// What belongs to one process.
struct StoreSession {
  StoreSession(pid_t owner, Database opened_database, SharedCounters opened_counters)
      : pid(owner), database(std::move(opened_database)), counters(std::move(opened_counters)) {}

  const pid_t pid;
  std::mutex mutex;  // one thread at a time
  Database database;
  SharedCounters counters;
  std::unique_ptr<StoreSession> inherited;  // of the process that forked this one
};

class StoreSessions {
 public:
  // Opens the first one, so that a process may give up its rights afterwards.
  static Result<std::unique_ptr<StoreSessions>> open(StoreFiles files, Missing missing);
  StoreSessions(const StoreSessions&) = delete;
  StoreSessions& operator=(const StoreSessions&) = delete;
  ~StoreSessions();

  // This process' session, for this thread alone.
  class Lease {
   public:
    explicit Lease(StoreSession& session) : session_(session), lock_(session.mutex) {}
    StoreSession* operator->() const { return &session_; }
    StoreSession& operator*() const { return session_; }

   private:
    StoreSession& session_;
    std::unique_lock<std::mutex> lock_;
  };
  Result<Lease> lease();

  // Whether this process has opened the files itself.
  [[nodiscard]] bool opened_here() const;
  [[nodiscard]] const std::string& path() const { return files_.path; }

 private:
  StoreSessions(StoreFiles files, std::unique_ptr<StoreSession> first)
      : files_(std::move(files)), current_(first.release()) {}

  StoreFiles files_;
  std::atomic<StoreSession*> current_;
};

}  // namespace opensspi::authority
