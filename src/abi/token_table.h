// The HANDLEs of tokens. A HANDLE is one word, with no room for the two of a Ticket, so each is a
// number that nobody can guess and that means nothing but here: a stale, forged or twice closed one
// is found in no table. Like Windows' they are positive and divisible by four.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"
#include "logon/unix_user.h"

namespace opensspi::abi {

using SharedToken = std::shared_ptr<const logon::ClientToken>;

class TokenTable {
 public:
  using Random = std::function<Result<void>(ByteSpan)>;
  using Handle = std::uintptr_t;

  explicit TokenTable(Random random) : random_(std::move(random)) {}

  // For the caller to close.
  Result<Handle> open(SharedToken token) { return insert(std::move(token), Owner::Caller); }
  // For a context that lends it out and ends it with itself.
  Result<Handle> lend(SharedToken token) { return insert(std::move(token), Owner::Context); }

  // InvalidHandle, for both.
  Result<SharedToken> find(Handle handle) const;
  Result<void> close(Handle handle);
  // Of one that was lent.
  void end(Handle handle) noexcept;

 private:
  enum class Owner { Caller, Context };
  struct Row {
    SharedToken token;
    Owner owner;
  };

  Result<Handle> insert(SharedToken token, Owner owner);

  Random random_;
  mutable std::mutex mutex_;
  std::unordered_map<Handle, Row> rows_;
};

}  // namespace opensspi::abi
