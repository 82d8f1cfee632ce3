// What the observers hear of each leg: the event that a program's callback gets, and the log.
#pragma once

#include <chrono>

#include "abi/objects.h"
#include "abi/observers.h"
#include "base/bytes.h"
#include "sspi/context.h"

namespace opensspi::abi {

// Begins when the leg does, and measures it.
class LegEvent {
 public:
  explicit LegEvent(const Observers& observers) : observers_(observers) {}

  // What came of the step; `token` is what the caller brought.
  void note(const ContextEntry& entry, ByteView token, const StepOutput& output);
  // Tells the callback, if there is one and anything was noted, and the log.
  void tell(const Result<SECURITY_STATUS>& status);

 private:
  void log(const Result<SECURITY_STATUS>& status) const;

  const Observers& observers_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  opensspi_event event_{};
};

}  // namespace opensspi::abi
