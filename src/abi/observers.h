// Who watches: the callbacks that a program installs for the legs of authentications, for log lines
// and for key log lines.
#pragma once

#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

#include "abi/auth_data.h"
#include "abi/windows_names.h"
#include "sspi/environment.h"

namespace opensspi::abi {

// A C callback with its user pointer, replaced and read by any thread.
template <class Function>
class Observer {
 public:
  using Pair = std::pair<Function, void*>;

  void set(Function function, void* user) {
    const std::lock_guard lock(mutex_);
    pair_ = {function, user};
    installed_.store(function != nullptr, std::memory_order_release);
  }
  [[nodiscard]] bool installed() const { return installed_.load(std::memory_order_acquire); }
  [[nodiscard]] Pair get() const {
    const std::lock_guard lock(mutex_);
    return pair_;
  }

 private:
  std::atomic<bool> installed_ = false;
  mutable std::mutex mutex_;
  Pair pair_{};
};

class Observers {
 public:
  Observer<opensspi_event_callback> events;
  Observer<opensspi_log_callback> log;
  Observer<opensspi_key_log_callback> key_log;
  std::atomic<std::int32_t> maximum_log_level = OPENSSPI_LOG_ERROR;
  // The policy's own sinks, by SSLKEYLOGFILE and OPENSSPI_LOG; beside the callbacks.
  KeyLog key_log_file;
  std::function<void(LogLevel, const char* room, const char* what, std::int64_t value)> log_file;

  void tell_log(LogLevel level, const char* room, const char* what, std::int64_t value) const;
  // What the TLS of a credential acquired now is to call; empty: nobody wants key log lines.
  [[nodiscard]] KeyLog key_log_for_now() const;
};

}  // namespace opensspi::abi
