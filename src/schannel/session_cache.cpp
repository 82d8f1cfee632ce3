// A short list, searched from its new end.
#include "schannel/session_cache.h"

#include <algorithm>
#include <utility>

namespace opensspi::schannel {
namespace {

constexpr std::size_t kMost = 256;

}  // namespace

std::shared_ptr<const tls::Resumption> SessionCache::take(const std::string& target) {
  const std::lock_guard lock(mutex_);
  newest_first_.remove_if([](const Kept& kept) { return !kept.resumption->is_current(); });
  const auto found = std::ranges::find(newest_first_, target, &Kept::target);
  if (found == newest_first_.end()) return nullptr;
  auto resumption = found->resumption;
  if (resumption->is_for_once()) newest_first_.erase(found);
  return resumption;
}

void SessionCache::put(std::string target, std::shared_ptr<const tls::Resumption> resumption) {
  const std::lock_guard lock(mutex_);
  newest_first_.push_front({std::move(target), std::move(resumption)});
  if (newest_first_.size() > kMost) newest_first_.pop_back();
}

void SessionCache::drop(const tls::Resumption& resumption) {
  const std::lock_guard lock(mutex_);
  newest_first_.remove_if([&](const Kept& kept) { return kept.resumption.get() == &resumption; });
}

}  // namespace opensspi::schannel
