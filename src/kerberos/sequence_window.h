// Which numbers of received messages are good: every one once, and in order, as far as the context
// was asked to detect it.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

class SequenceWindow {
 public:
  // `first` is the number of the peer's first message. Of the flags ReplayDetect and
  // SequenceDetect count.
  SequenceWindow(std::uint64_t first, ContextFlags flags) : next_(first), flags_(flags) {}

  // OutOfSequence for a message that came before, is so old that nobody knows, or, with
  // SequenceDetect, is not the next. Changes nothing: the message may be forged.
  [[nodiscard]] Result<void> check(std::uint64_t number) const;
  // The message is the peer's.
  void accept(std::uint64_t number);

  // The number that 32 bits of it stand for.
  [[nodiscard]] std::uint64_t widened(std::uint32_t number) const;

 private:
  std::uint64_t next_;          // after the highest that came
  std::uint64_t seen_ = 0;      // of the 64 before next_, the highest in bit 0
  std::uint64_t num_seen_ = 0;  // how many of them there can have been, at most 64
  ContextFlags flags_;
};

}  // namespace opensspi::kerberos
