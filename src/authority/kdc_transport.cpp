// One race for each message, and what is remembered of lost ones.
#include "authority/kdc_transport.h"

#include <algorithm>
#include <utility>

#include "authority/kdc_calls.h"
#include "sspi/types.h"

namespace opensspi::authority {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kDeadFor{1};
constexpr std::uint8_t kAsReqTag = 0x6A;  // [APPLICATION 10], RFC 4120 5.4.1
constexpr std::size_t kMostDead = 256;    // realms that peers name must not fill the memory

// Another configuration, or another proxy, is another way to the same realm.
std::string way(const KdcRequest& request) {
  std::string way = request.service == KdcService::Tickets ? "tickets" : "passwords";
  const auto add = [&](const std::string& part) { (way += '\0') += part; };
  add(request.realm);
  for (const std::string& name : request.servers.names) add(name);
  if (!request.proxy) return way;
  add(request.proxy->forced ? "only through" : "or through");
  add(request.proxy->server);
  return way;
}

}  // namespace

NetworkKdcTransport::NetworkKdcTransport(std::function<milliseconds()> deadline)
    : NetworkKdcTransport(std::move(deadline), World()) {}

NetworkKdcTransport::NetworkKdcTransport(std::function<milliseconds()> deadline, World world)
    : deadline_(std::move(deadline)), world_(std::move(world)) {}

Result<Bytes> NetworkKdcTransport::exchange(const KdcRequest& request) {
  const std::string its_way = way(request);
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(dead_,
                  [now = world_.now()](const auto& dead) { return dead.second.until <= now; });
    const auto dead = dead_.find(its_way);
    if (dead != dead_.end()) return fail(dead->second.error);
  }
  const milliseconds deadline = deadline_();
  const auto begin = Clock::now();
  const Resolver resolver = world_.resolver();
  auto calls = calls_for(request, resolver, deadline);
  Outcome outcome{calls ? Result<Bytes>(Bytes()) : fail(calls.error())};
  // Looking up who is not there may have cost all the time there was for it.
  outcome.silence = !calls && calls.error().status == Status::NoAuthenticatingAuthority &&
                    Clock::now() - begin >= deadline / 2;
  if (calls) {
    const auto used = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    const bool once = request.service == KdcService::PasswordChanges;
    // A wrong password counts at each KDC that hears its proof.
    const bool sparingly = !request.message.empty() && request.message.front() == kAsReqTag;
    outcome = race(*calls, std::max(deadline - used, milliseconds(1)),
                   once        ? Sending::ToOne
                   : sparingly ? Sending::Sparingly
                               : Sending::ToAnybody,
                   world_.patience);
    if (!outcome.answer && once && outcome.sent) {
      return fail(Status::NoAuthenticatingAuthority,
                  "the realm's server took the change and did not answer: it is open whether the "
                  "password was changed",
                  nt_status::kNoLogonServers, outcome.answer.error().value);
    }
  }
  if (outcome.silence) {
    const std::scoped_lock lock(mutex_);
    if (dead_.size() >= kMostDead) dead_.clear();
    dead_[its_way] = Dead{outcome.answer.error(), world_.now() + kDeadFor};
  }
  return std::move(outcome.answer);
}

}  // namespace opensspi::authority
