// What tickets stand for: credentials and contexts with all that the C ABI must remember of them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "abi/handle_table.h"
#include "abi/token_table.h"
#include "abi/windows_names.h"
#include "base/result.h"
#include "sspi/package.h"

namespace opensspi::abi {

// Any number of threads at once. A credential is immutable: what changes one puts another in its
// place, and contexts keep theirs.
class CredentialEntry final : public Entry {
 public:
  static constexpr Kind kKind = Kind::Credential;

  CredentialEntry(const SecurityPackage& its_package, std::shared_ptr<const Credential> its)
      : Entry(kKind), package(its_package), credential_(std::move(its)) {}

  const SecurityPackage& package;

  [[nodiscard]] std::shared_ptr<const Credential> credential() const {
    const std::lock_guard lock(mutex_);
    return credential_;
  }
  // `change` makes a Result of a credential out of the one that there is.
  template <class F>
  Result<void> replace(F&& change) {
    const std::lock_guard lock(mutex_);
    TRY_ASSIGN(credential_, std::forward<F>(change)(*credential_));
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Credential> credential_;
};

// What a leg came to when its token found no room: it waits for the same call with more of it.
struct Undelivered {
  Bytes taken;  // of the input
  StepOutput output;
};

// The token of an acceptor's client, made when it is first asked for, and the handle that the
// context lends out.
struct ClientOfContext {
  ClientOfContext() = default;
  ClientOfContext(const ClientOfContext&) = delete;
  ClientOfContext& operator=(const ClientOfContext&) = delete;
  ~ClientOfContext();

  SharedToken token;
  TokenTable::Handle lent = 0;
};

// One call at a time: whoever touches anything but the constants holds `mutex`.
struct ContextEntry final : Entry {
  static constexpr Kind kKind = Kind::Context;

  enum class State { Establishing, Established, Failed };

  ContextEntry(const SecurityPackage& its_package, ContextRequest its_request);

  const SecurityPackage& package;
  const ContextRequest request;
  const std::uint64_t serial;  // unique in the process

  std::mutex mutex;
  std::shared_ptr<const Credential> credential;  // lives as long as the context
  std::unique_ptr<Context> context;
  State state = State::Establishing;
  std::uint32_t num_legs = 0;
  bool speaks_next = false;        // the next leg needs no input
  bool awaits_credential = false;  // SEC_I_INCOMPLETE_CREDENTIALS: it may name another
  ContextFlags granted = ContextFlags::None;
  std::optional<Undelivered> undelivered;
  std::string claimed_name;  // of an acceptor: what the client called itself
  mutable ClientOfContext client;
  Error last_error{Status::Ok, ""};
};

[[nodiscard]] inline Ticket ticket_of(const SecHandle& handle) {
  return {static_cast<std::uintptr_t>(handle.dwLower), static_cast<std::uintptr_t>(handle.dwUpper)};
}
[[nodiscard]] inline SecHandle handle_of(const Ticket& ticket) {
  SecHandle handle;
  handle.dwLower = ticket.lower;
  handle.dwUpper = ticket.upper;
  return handle;
}

using PinnedCredential = HandleTable::Pin<CredentialEntry>;
using PinnedContext = HandleTable::Pin<ContextEntry>;

// InvalidHandle for NULL and for every handle that is not a living one of this kind.
Result<PinnedCredential> find_credential(const SecHandle* handle);
Result<PinnedContext> find_context(const SecHandle* handle);

// A context that is pinned and locked: what a call on it holds.
class LockedContext {
 public:
  explicit LockedContext(PinnedContext pin) : pin_(std::move(pin)), lock_(pin_->mutex) {}
  ContextEntry* operator->() const { return pin_.operator->(); }
  ContextEntry& operator*() const { return *pin_; }

 private:
  PinnedContext pin_;
  std::unique_lock<std::mutex> lock_;  // released before the pin
};

// The same for a context that is established, as messages need it; else InvalidHandle.
Result<LockedContext> lock_established(const SecHandle* handle);

// Runs `body` on an established context, which remembers the error.
template <class F>
auto on_established(const SecHandle* handle, F&& body) -> std::invoke_result_t<F, ContextEntry&> {
  TRY_ASSIGN(const LockedContext context, lock_established(handle));
  auto result = std::forward<F>(body)(*context);
  if (!result) context->last_error = result.error();
  return result;
}

}  // namespace opensspi::abi
