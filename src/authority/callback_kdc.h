// The way to KDCs that asks the program itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "sspi/kdc_transport.h"

namespace opensspi::authority {

// 0 with a KDC's answer; any other NTSTATUS: none could be had, for that reason.
struct KdcAnswer {
  std::uint32_t nt_status = 0;
  Bytes answer;
};

using KdcCallback =
    std::function<KdcAnswer(const KdcRequest& request, std::chrono::milliseconds deadline)>;

// Called from any thread, several at once, as the callback is then. What a realm cost that was
// silent is the program's to remember.
class CallbackKdcTransport final : public KdcTransport {
 public:
  CallbackKdcTransport(std::function<std::chrono::milliseconds()> deadline, KdcCallback ask)
      : deadline_(std::move(deadline)), ask_(std::move(ask)) {}

  Result<Bytes> exchange(const KdcRequest& request) override;

 private:
  std::function<std::chrono::milliseconds()> deadline_;
  KdcCallback ask_;
};

}  // namespace opensspi::authority
