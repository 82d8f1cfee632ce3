// Packages may say what their messages are; where they do not, the first bytes tell.
#include "abi/leg_event.h"

#include <algorithm>

#include "abi/guard.h"
#include "abi/message_kind.h"

namespace opensspi::abi {
namespace {

const char* described(const char* by_package, ByteView token) {
  return *by_package != '\0' ? by_package : message_kind(token);
}

}  // namespace

void LegEvent::note(const ContextEntry& entry, ByteView token, const StepOutput& output) {
  event_.package = entry.package.info().name.data();
  if (!observers_.events.installed()) return;
  const ByteView taken = token.first(token.size() - std::min(output.unread, token.size()));
  event_.context = entry.serial;
  event_.side = entry.request.role == Role::Client ? OPENSSPI_CLIENT : OPENSSPI_SERVER;
  event_.leg = entry.num_legs;
  event_.received = described(output.received, taken);
  event_.sent = described(output.sent, output.token);
  event_.bytes_in = taken.size();
  event_.bytes_out = output.token.size();
}

void LegEvent::tell(const Result<SECURITY_STATUS>& status) {
  log(status);
  if (event_.leg == 0) return;
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  event_.nanoseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count());
  event_.status = status ? *status : to_security_status(status.error().status);
  if (const auto [callback, user] = observers_.events.get(); callback != nullptr)
    callback(&event_, user);
}

// How an authentication ended.
void LegEvent::log(const Result<SECURITY_STATUS>& status) const {
  const char* const room = event_.package != nullptr ? event_.package : "abi";
  if (status) {
    if (*status == SEC_E_OK)
      observers_.tell_log(LogLevel::Info, room, "an authentication is complete", 0);
  } else if (const Error& error = status.error(); error.status != Status::IncompleteMessage) {
    const std::int64_t number = error.nt_status != 0 ? error.nt_status : error.value;
    observers_.tell_log(LogLevel::Warning, room, error.why, number);
  }
}

}  // namespace opensspi::abi
