// One question to several servers: each is called in its turn, and while it is silent the next one
// too; the first answer counts. No thread, no signal, no waiting beyond the deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "authority/conversation.h"
#include "base/result.h"

namespace opensspi::authority {

struct Endpoint {
  std::string address;  // a literal one
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct Call {
  Endpoint endpoint;
  bool datagrams = false;
  std::function<std::unique_ptr<Conversation>()> converse;
};

enum class Sending {
  ToAnybody,  // who hears the question twice only answers it twice
  Sparingly,  // each who hears it counts it: the next one is called when patience is all used up
  ToOne,      // who is connected first; the others never hear it
};

struct Outcome {
  Result<Bytes> answer;
  bool silence = false;  // no answer, and the time is over: to ask again would cost the same
  bool sent = false;     // a server has, or may have, the question
};

// How long a server may be silent before the next one is called too; of ToAnybody less when there
// are many.
inline constexpr std::chrono::milliseconds kPatience{1000};

// NoAuthenticatingAuthority (kNoLogonServers) when nobody answers: `value` is the milliseconds that
// silence has cost. What a server said that cannot go on, a proxy's certificate for one, is told
// before silence.
[[nodiscard]] Outcome race(const std::vector<Call>& calls, std::chrono::milliseconds deadline,
                           Sending sending = Sending::ToAnybody,
                           std::chrono::milliseconds patience = kPatience);

}  // namespace opensspi::authority
