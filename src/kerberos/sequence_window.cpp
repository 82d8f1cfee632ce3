// A window of 64 numbers behind the highest.
#include "kerberos/sequence_window.h"

#include <algorithm>

namespace opensspi::kerberos {
namespace {

constexpr std::uint64_t kSize = 64;

// Numbers wrap around: which one is ahead is told by the shorter way.
bool is_ahead(std::uint64_t number, std::uint64_t of) {
  return number - of < std::uint64_t{1} << 63;
}

}  // namespace

Result<void> SequenceWindow::check(std::uint64_t number) const {
  if (has(flags_, ContextFlags::SequenceDetect)) {
    if (number == next_) return {};
    return fail(Status::OutOfSequence, "not the peer's next message");
  }
  if (!has(flags_, ContextFlags::ReplayDetect) || is_ahead(number, next_)) return {};
  const std::uint64_t age = next_ - 1 - number;
  if (age >= num_seen_) {
    return fail(Status::OutOfSequence, "a message older than what can be told from a replay");
  }
  if ((seen_ >> age & 1) == 0) return {};
  return fail(Status::OutOfSequence, "the message was received before");
}

void SequenceWindow::accept(std::uint64_t number) {
  if (!is_ahead(number, next_)) {
    const std::uint64_t age = next_ - 1 - number;
    if (age < kSize) seen_ |= std::uint64_t{1} << age;
    return;
  }
  const std::uint64_t steps = number - next_ + 1;
  seen_ = (steps < kSize ? seen_ << steps : 0) | 1;
  num_seen_ = steps < kSize ? std::min(num_seen_ + steps, kSize) : kSize;
  next_ = number + 1;
}

std::uint64_t SequenceWindow::widened(std::uint32_t number) const {
  const auto ahead = static_cast<std::int32_t>(number - static_cast<std::uint32_t>(next_));
  return next_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(ahead));
}

}  // namespace opensspi::kerberos
