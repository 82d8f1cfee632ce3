// opensspi.h: the library, its words, errors and observers.
#include "abi/guard.h"
#include "abi/memory.h"
#include "abi/module.h"
#include "abi/objects.h"
#include "abi/status_names.h"

namespace opensspi::abi {
namespace {

opensspi_error to_c(const Error& error) {
  return {to_security_status(error.status), error.nt_status, error.value, error.why};
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT const char* opensspi_version(void) {
  return OPENSSPI_VERSION;
}

OPENSSPI_EXPORT const char* opensspi_status_name(SECURITY_STATUS status) {
  return words_of_status(static_cast<std::uint32_t>(status)).name;
}
OPENSSPI_EXPORT const char* opensspi_status_text(SECURITY_STATUS status) {
  return words_of_status(static_cast<std::uint32_t>(status)).text;
}
OPENSSPI_EXPORT const char* opensspi_nt_status_name(uint32_t nt_status) {
  return words_of_nt_status(nt_status).name;
}
OPENSSPI_EXPORT const char* opensspi_nt_status_text(uint32_t nt_status) {
  return words_of_nt_status(nt_status).text;
}

OPENSSPI_EXPORT void opensspi_last_error(opensspi_error* error) {
  if (error != nullptr) *error = to_c(last_error());
}

// What has no code of its own is told by its status.
OPENSSPI_EXPORT DWORD WINAPI opensspi_get_last_error(void) {
  const Error& error = last_error();
  return error.value != 0 ? static_cast<DWORD>(error.value) : static_cast<DWORD>(error.status);
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_context_error(PCtxtHandle context, opensspi_error* error) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(PinnedContext pin, find_context(context));
    if (error == nullptr) return fail(Status::InvalidParameter, "there is no place for the error");
    *error = to_c(LockedContext(std::move(pin))->last_error);
    return {};
  });
}

OPENSSPI_EXPORT void opensspi_set_event_callback(opensspi_event_callback callback, void* user) {
  guard([&]() -> Result<void> {
    Module::instance().observers().events.set(callback, user);
    return {};
  });
}

OPENSSPI_EXPORT void opensspi_set_log_callback(opensspi_log_callback callback,
                                               int32_t maximum_level, void* user) {
  guard([&]() -> Result<void> {
    Observers& observers = Module::instance().observers();
    observers.maximum_log_level.store(maximum_level, std::memory_order_relaxed);
    observers.log.set(callback, user);
    return {};
  });
}

OPENSSPI_EXPORT void opensspi_set_key_log_callback(opensspi_key_log_callback callback, void* user) {
  guard([&]() -> Result<void> {
    Module::instance().observers().key_log.set(callback, user);
    return {};
  });
}

OPENSSPI_EXPORT void opensspi_free(void* pointer) {
  if (pointer != nullptr) free_block(pointer);
}
