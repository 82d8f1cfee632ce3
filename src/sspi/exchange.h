// What the two sides of NTLM, and those of Kerberos, have in common: a machine whose state is what
// it awaits, then the established context, or the wreck of one.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "sspi/context.h"

namespace opensspi {

// After a failure nothing goes on.
struct Dead {};

// `Established` has `security`, mech_list_mic(), query() and expiry(). `Awaited` are the states of
// one side in their order.
template <class Established, class... Awaited>
class Exchange : public Context {
 public:
  MessageProtection* message_protection() final {
    auto* established = std::get_if<Established>(&state_);
    return established == nullptr ? nullptr : &established->security;
  }

  MechListMic* mech_list_mic() final {
    auto* established = std::get_if<Established>(&state_);
    return established == nullptr ? nullptr : established->mech_list_mic();
  }

  [[nodiscard]] Result<Attribute> query(AttributeId id) const final {
    const auto* established = std::get_if<Established>(&state_);
    if (established != nullptr) return established->query(id);
    return fail(Status::InvalidHandle, "the exchange is not complete");
  }

 protected:
  using State = std::variant<Awaited..., Established, Dead>;

  // What became of one message.
  struct Leg {
    State next;
    Bytes token;
    Progress progress = Progress::ContinueNeeded;
    ContextFlags granted = ContextFlags::None;
  };

  // Gives the state to `handle`, which returns Result<Leg>; without one the context is dead.
  template <class Handle>
  StepOutput advance(Handle&& handle) {
    State state = std::exchange(state_, Dead{});
    Result<Leg> leg = std::visit(
        [&]<class Now>(Now& now) -> Result<Leg> {
          if constexpr (std::is_same_v<Now, Established>) {
            return fail(Status::OutOfSequence, "the exchange is over");
          } else if constexpr (std::is_same_v<Now, Dead>) {
            return fail(Status::OutOfSequence, "the exchange has failed before");
          } else {
            return handle(std::move(now));
          }
        },
        state);
    StepOutput output;
    if (!leg) {
      output.progress = fail(leg.error());
      return output;
    }
    state_ = std::move(leg->next);
    output.progress = leg->progress;
    output.token = std::move(leg->token);
    output.granted = leg->granted;
    if (const auto* established = std::get_if<Established>(&state_)) {
      output.expiry = established->expiry();
    }
    return output;
  }

 private:
  State state_;
};

}  // namespace opensspi
