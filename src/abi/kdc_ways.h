// The way to KDCs: the program's own, else the network.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "sspi/kdc_transport.h"

namespace opensspi::abi {

class KdcWays {
 public:
  explicit KdcWays(std::shared_ptr<KdcTransport> network) : network_(std::move(network)) {}

  // Null: back to the network.
  void set_own(std::shared_ptr<KdcTransport> own) {
    const std::scoped_lock lock(mutex_);
    std::swap(own_, own);  // the old one is released outside the lock
  }
  [[nodiscard]] std::shared_ptr<KdcTransport> current() {
    const std::scoped_lock lock(mutex_);
    return own_ != nullptr ? own_ : network_;
  }

 private:
  const std::shared_ptr<KdcTransport> network_;
  std::mutex mutex_;
  std::shared_ptr<KdcTransport> own_;
};

}  // namespace opensspi::abi
