// Opening, and telling a parent's session from one's own.
#include "authority/store_session.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "authority/schema.h"

namespace opensspi::authority {
namespace {

constexpr const char* kCountersSuffix = "-counters";

Result<std::unique_ptr<StoreSession>> open_session(const StoreFiles& files, Missing missing,
                                                   std::chrono::milliseconds wait) {
  TRY(require_private_file(files.path, missing));
  TRY_ASSIGN(Database database, Database::open(files.path, wait, files.trace));
  TRY(migrate(database));
  TRY_ASSIGN(SharedCounters counters, SharedCounters::open(files.path + kCountersSuffix, wait));
  database.set_busy(files.deadline);
  counters.set_deadline(files.deadline);
  return std::make_unique<StoreSession>(getpid(), std::move(database), std::move(counters));
}

}  // namespace

Result<std::unique_ptr<StoreSessions>> StoreSessions::open(StoreFiles files, Missing missing) {
  std::error_code error;
  files.path = std::filesystem::absolute(files.path, error).string();
  if (error || files.path.empty()) {
    return fail(Status::InternalError, "no path for the accounts database", 0, error.value());
  }
  TRY_ASSIGN(std::unique_ptr<StoreSession> first,
             open_session(files, missing, files.open_deadline));
  return std::unique_ptr<StoreSessions>(new StoreSessions(std::move(files), std::move(first)));
}

StoreSessions::~StoreSessions() {
  std::unique_ptr<StoreSession> session(current_.load());
  while (session != nullptr) {
    std::unique_ptr<StoreSession> inherited = std::move(session->inherited);
    // Closing a parent's files would take its locks away and could end its write-ahead log.
    if (session->pid != getpid()) static_cast<void>(session.release());
    session = std::move(inherited);
  }
}

Result<StoreSessions::Lease> StoreSessions::lease() {
  StoreSession* session = current_.load();
  while (session->pid != getpid()) {
    TRY_ASSIGN(std::unique_ptr<StoreSession> own,
               open_session(files_, Missing::Refuse, files_.deadline));
    own->inherited.reset(session);
    if (current_.compare_exchange_strong(session, own.get())) return Lease(*own.release());
    // Another thread of this process was first.
    static_cast<void>(own->inherited.release());
  }
  return Lease(*session);
}

bool StoreSessions::opened_here() const {
  return current_.load()->pid == getpid();
}

}  // namespace opensspi::authority
