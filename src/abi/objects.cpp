// Finding objects by their handles.
#include "abi/objects.h"

#include <atomic>

#include "abi/module.h"

namespace opensspi::abi {
namespace {

std::atomic<std::uint64_t> next_serial = 1;

template <class T>
Result<HandleTable::Pin<T>> find(const SecHandle* handle, const char* why) {
  if (handle != nullptr) {
    auto pin = Module::instance().handles().pin<T>(ticket_of(*handle));
    if (pin) return pin;
  }
  return fail(Status::InvalidHandle, why);
}

}  // namespace

ClientOfContext::~ClientOfContext() {
  if (lent != 0) Module::instance().tokens().end(lent);
}

ContextEntry::ContextEntry(const SecurityPackage& its_package, ContextRequest its_request)
    : Entry(kKind),
      package(its_package),
      request(std::move(its_request)),
      serial(next_serial.fetch_add(1, std::memory_order_relaxed)) {}

Result<PinnedCredential> find_credential(const SecHandle* handle) {
  return find<CredentialEntry>(handle, "this is not the handle of a credential");
}

Result<PinnedContext> find_context(const SecHandle* handle) {
  return find<ContextEntry>(handle, "this is not the handle of a context");
}

Result<LockedContext> lock_established(const SecHandle* handle) {
  TRY_ASSIGN(PinnedContext pin, find_context(handle));
  LockedContext locked(std::move(pin));
  if (locked->state != ContextEntry::State::Established)
    return fail(Status::InvalidHandle, "the context is not established");
  return locked;
}

}  // namespace opensspi::abi
