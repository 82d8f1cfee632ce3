// Packages may say what their messages are; where they do not, the first bytes tell.
#include "abi/leg_event.h"

#include <algorithm>

#include "abi/message_kind.h"

namespace opensspi::abi {
namespace {

const char* described(const char* by_package, ByteView token) {
  return *by_package != '\0' ? by_package : message_kind(token);
}

}  // namespace

void LegEvent::note(const ContextEntry& entry, ByteView token, const StepOutput& output) {
  if (!observers_.events.installed()) return;
  const ByteView taken = token.first(token.size() - std::min(output.unread, token.size()));
  event_.context = entry.serial;
  event_.side = entry.request.role == Role::Client ? OPENSSPI_CLIENT : OPENSSPI_SERVER;
  event_.leg = entry.num_legs;
  event_.package = entry.package.info().name.data();
  event_.received = described(output.received, taken);
  event_.sent = described(output.sent, output.token);
  event_.bytes_in = taken.size();
  event_.bytes_out = output.token.size();
}

void LegEvent::tell(SECURITY_STATUS status) {
  if (event_.leg == 0) return;
  const auto elapsed = std::chrono::steady_clock::now() - start_;
  event_.nanoseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count());
  event_.status = status;
  if (const auto [callback, user] = observers_.events.get(); callback != nullptr)
    callback(&event_, user);
}

}  // namespace opensspi::abi
