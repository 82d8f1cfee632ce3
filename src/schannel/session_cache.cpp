// A short list, searched from its new end.
#include "schannel/session_cache.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/utf16.h"

namespace opensspi::schannel {
namespace {

constexpr std::size_t kMost = 256;

// Those that live.
struct Register {
  std::mutex mutex;
  std::set<SessionCache*> caches;
};

Register& all() {
  static auto& caches = *new Register;  // never freed: a credential may outlive statics
  return caches;
}

}  // namespace

SessionCache::SessionCache() {
  const std::lock_guard lock(all().mutex);
  all().caches.insert(this);
}

SessionCache::~SessionCache() {
  const std::lock_guard lock(all().mutex);
  all().caches.erase(this);
}

void SessionCache::forget(const std::string& target) {
  const std::lock_guard lock(all().mutex);
  for (SessionCache* cache : all().caches) {
    const std::lock_guard cache_lock(cache->mutex_);
    cache->newest_first_.remove_if(
        [&](const Kept& kept) { return target.empty() || same_name(kept.target, target); });
  }
}

std::shared_ptr<const tls::Resumption> SessionCache::take(const std::string& target) {
  const std::lock_guard lock(mutex_);
  newest_first_.remove_if([](const Kept& kept) { return !kept.resumption->is_current(); });
  const auto found = std::ranges::find_if(
      newest_first_, [&](const Kept& kept) { return same_name(kept.target, target); });
  if (found == newest_first_.end()) return nullptr;
  auto resumption = found->resumption;
  if (resumption->is_for_once()) newest_first_.erase(found);
  return resumption;
}

void SessionCache::put(const std::string& target,
                       std::shared_ptr<const tls::Resumption> resumption) {
  if (target.empty()) return;
  const std::lock_guard lock(mutex_);
  newest_first_.push_front({target, std::move(resumption)});
  if (newest_first_.size() > kMost) newest_first_.pop_back();
}

void SessionCache::drop(const tls::Resumption& resumption) {
  const std::lock_guard lock(mutex_);
  newest_first_.remove_if([&](const Kept& kept) { return kept.resumption.get() == &resumption; });
}

}  // namespace opensspi::schannel
