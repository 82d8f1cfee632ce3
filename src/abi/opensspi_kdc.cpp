// opensspi.h: programs that carry messages to KDCs themselves.
#include <memory>
#include <string>
#include <vector>

#include "abi/guard.h"
#include "abi/module.h"
#include "authority/callback_kdc.h"
#include "logon/impersonation.h"

namespace opensspi::abi {
namespace {

// The caller's structure, copied; `release` is called when the last user of it is gone.
class CallersTransport {
 public:
  explicit CallersTransport(const opensspi_kdc_transport& transport) : transport_(transport) {}
  CallersTransport(const CallersTransport&) = delete;
  CallersTransport& operator=(const CallersTransport&) = delete;
  ~CallersTransport() {
    if (transport_.release != nullptr) transport_.release(transport_.user_data);
  }

  authority::KdcAnswer exchange(const KdcRequest& request,
                                std::chrono::milliseconds deadline) const {
    const logon::AsProcess as_process;
    std::vector<const char*> servers;
    for (const std::string& name : request.servers.names) servers.push_back(name.c_str());
    servers.push_back(nullptr);
    opensspi_kdc_request asked{};
    asked.realm = request.realm.c_str();
    asked.service = request.service == KdcService::Tickets ? OPENSSPI_KDC_TICKETS
                                                           : OPENSSPI_KDC_PASSWORD_CHANGES;
    asked.message = request.message.data();
    asked.message_size = request.message.size();
    asked.servers = servers.data();
    asked.proxy =
        request.proxy && !request.proxy->server.empty() ? request.proxy->server.c_str() : nullptr;
    asked.proxy_forced = request.proxy && request.proxy->forced ? 1 : 0;
    asked.deadline_ms = static_cast<std::uint32_t>(deadline.count());

    authority::KdcAnswer answer;
    answer.answer.resize(OPENSSPI_KDC_MAX_ANSWER);
    std::size_t size = answer.answer.size();
    answer.nt_status =
        transport_.exchange(&asked, answer.answer.data(), &size, transport_.user_data);
    answer.answer.resize(size <= answer.answer.size() ? size : 0);
    return answer;
  }

 private:
  opensspi_kdc_transport transport_;
};

Result<std::shared_ptr<KdcTransport>> transport_of(const opensspi_kdc_transport& transport) {
  if (transport.size != sizeof(opensspi_kdc_transport))
    return fail(Status::InvalidParameter, "opensspi_kdc_transport has an unknown size");
  if (transport.exchange == nullptr)
    return fail(Status::InvalidParameter, "a transport has a callback, exchange");
  auto callers = std::make_shared<const CallersTransport>(transport);
  return std::make_shared<authority::CallbackKdcTransport>(
      [] { return Module::instance().policy().current()->kdc_timeout; },
      [callers](const KdcRequest& request, std::chrono::milliseconds deadline) {
        return callers->exchange(request, deadline);
      });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS
opensspi_set_kdc_transport(const opensspi_kdc_transport* transport) {
  return guard([&]() -> Result<void> {
    std::shared_ptr<KdcTransport> own;
    if (transport != nullptr) {
      TRY_ASSIGN(own, transport_of(*transport));
    }
    Module::instance().kdc_ways().set_own(std::move(own));
    return {};
  });
}
