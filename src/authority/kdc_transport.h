// KDCs over the network: those that krb5.conf names, else those that DNS has, and the proxy of the
// credential; UDP, then TCP (RFC 4120 7.2), or HTTPS ([MS-KKDCP]). A realm that was silent for the
// whole deadline is not asked again for a minute, by anybody in the process.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "authority/dns.h"
#include "authority/race.h"
#include "sspi/kdc_transport.h"

namespace opensspi::authority {

class NetworkKdcTransport final : public KdcTransport {
 public:
  using Clock = std::chrono::steady_clock;
  // What tests put in the place of the machine's.
  struct World {
    std::function<Resolver()> resolver = [] { return Resolver(); };
    std::function<Clock::time_point()> now = Clock::now;
    std::chrono::milliseconds patience = kPatience;
  };

  // `deadline` of one exchange, asked at each.
  explicit NetworkKdcTransport(std::function<std::chrono::milliseconds()> deadline);
  NetworkKdcTransport(std::function<std::chrono::milliseconds()> deadline, World world);

  Result<Bytes> exchange(const KdcRequest& request) override;

 private:
  struct Dead {
    Error error;
    Clock::time_point until;
  };

  std::function<std::chrono::milliseconds()> deadline_;
  World world_;
  std::mutex mutex_;
  std::map<std::string, Dead> dead_;  // by way(): the realm, and how it was asked
};

}  // namespace opensspi::authority
