// One map and its lock.
#include "abi/token_table.h"

#include <limits>

#include "abi/windows_names.h"

namespace opensspi::abi {
namespace {

// GetCurrentProcess() and its like are negative on Windows; the two lowest bits are a program's to
// use.
constexpr TokenTable::Handle kBits = std::numeric_limits<std::intptr_t>::max() & ~std::intptr_t{3};

tl::unexpected<Error> no_handle(const char* why) {
  return fail(Status::InvalidHandle, why, 0, ERROR_INVALID_HANDLE);
}

}  // namespace

Result<TokenTable::Handle> TokenTable::insert(SharedToken token, Owner owner) {
  for (;;) {
    Handle handle = 0;
    TRY(random_({reinterpret_cast<std::uint8_t*>(&handle), sizeof handle}));
    handle &= kBits;
    if (handle == 0) continue;
    const std::lock_guard lock(mutex_);
    if (rows_.try_emplace(handle, Row{token, owner}).second) return handle;
  }
}

Result<SharedToken> TokenTable::find(Handle handle) const {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(handle);
  if (row == rows_.end()) return no_handle("this is not the handle of a token");
  return row->second.token;
}

Result<void> TokenTable::close(Handle handle) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(handle);
  if (row == rows_.end()) return no_handle("this is not a handle that is open");
  if (row->second.owner == Owner::Context) {
    return no_handle("the handle belongs to its context and is not the caller's to close");
  }
  rows_.erase(row);
  return {};
}

void TokenTable::end(Handle handle) noexcept {
  const std::lock_guard lock(mutex_);
  rows_.erase(handle);
}

}  // namespace opensspi::abi
