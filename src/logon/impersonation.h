// A thread that acts as a client: its Unix user and groups are put on this thread only, for files,
// sockets and all else that the kernel checks by the effective user. The rest of the process stays
// what it is. docs/tokens.md says what that is good for, and what not.
#pragma once

#include <memory>

#include "base/result.h"
#include "logon/unix_user.h"
#include "sspi/delegated_tickets.h"

namespace opensspi::logon {

// Makes this thread the user, instead of another whom it may act as already. NoImpersonation when
// the process may not do that; then the thread stays what it was. A process whose thread can
// neither go on nor back is ended. `tickets` are what the client handed over; null: none.
Result<void> impersonate(const UnixUser& user,
                         std::shared_ptr<const DelegatedTickets> tickets = nullptr);

// Those of the client as whom this thread acts now; null: none.
[[nodiscard]] std::shared_ptr<const DelegatedTickets> delegated_tickets();

// Makes this thread what the process is. Nothing when it acts as nobody. When that fails the
// process is ended: the thread would go on as the client without anybody's knowledge.
void revert() noexcept;

// For what the library does of itself, such as opening the accounts: while this lives, a thread
// that acts as a client is what the process is. What the program calls meanwhile goes before: it
// counts at once, and a client that it ended or replaced does not come back.
class AsProcess {
 public:
  AsProcess() noexcept;
  AsProcess(const AsProcess&) = delete;
  AsProcess& operator=(const AsProcess&) = delete;
  ~AsProcess();

 private:
  bool stepped_back_ = false;
};

}  // namespace opensspi::logon
