// The initiator of a SPNEGO negotiation. RFC 4178 3.2 and 4, [MS-SPNG] 3.2. Each state is what is
// awaited; each handle() returns the state after it.
//
//   AwaitFirstLeg -> AwaitSelection -> AwaitResponse… -> AwaitAcceptance -> Established
//   AwaitFirstLeg -> AwaitBareToken… -> EstablishedBare      NTLM without SPNEGO around it
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "negotiate/negotiation.h"
#include "negotiate/tokens.h"
#include "sspi/environment.h"

namespace opensspi::negotiate {

class Initiator final : public Negotiation {
 public:
  // With those mechanisms whose credential is good for this context. When there are none: why it is
  // not, NoCredentials when none was given. Said here and not by the first step, since CREDSSP
  // comes to that after TLS only.
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 const ContextRequest& request,
                                                 std::vector<Mechanism> mechanisms);

  StepOutput step(const StepInput& input) override;

 private:
  Initiator(std::shared_ptr<const Environment> environment, const ContextRequest& request,
            std::vector<Mechanism> mechanisms);
  Result<void> keep_usable();

  struct AwaitFirstLeg {};
  struct AwaitSelection {  // the NegTokenInit with an optimistic token is out
    bool mechanism_complete;
  };
  struct AwaitResponse {};    // the selected mechanism goes on
  struct AwaitAcceptance {};  // it is complete; the acceptor has the last word
  struct AwaitBareToken {};
  struct Established {
    MechListAgreed agreed;
  };
  struct EstablishedBare {};
  struct Dead {};
  using State = std::variant<AwaitFirstLeg, AwaitSelection, AwaitResponse, AwaitAcceptance,
                             AwaitBareToken, Established, EstablishedBare, Dead>;
  struct Turn {
    State next;
    Bytes token;
  };

  Result<Turn> handle(AwaitFirstLeg&, ByteView token);
  Result<Turn> handle(AwaitSelection& state, ByteView token);
  Result<Turn> handle(AwaitResponse&, ByteView token);
  Result<Turn> handle(AwaitAcceptance&, ByteView token);
  Result<Turn> handle(AwaitBareToken&, ByteView token);
  Result<Turn> handle(Established&, ByteView token);
  Result<Turn> handle(EstablishedBare&, ByteView token);
  Result<Turn> handle(Dead&, ByteView token);

  struct Start {
    Leg leg;
    Framing framing;
  };
  Result<Start> start_first_usable();
  [[nodiscard]] Framing framing() const;
  Result<Turn> offer(const Leg& optimistic);
  Result<Turn> restart_with(const Mechanism& mechanism, const NegTokenResp& resp);
  Result<Turn> continue_mechanism(const NegTokenResp& resp);
  Result<Turn> send(const Leg& leg);
  Result<Turn> accept(const NegTokenResp& resp);
  [[nodiscard]] Bytes refusal() const;
  void report_mutual_auth(StepOutput& out) const;

  std::shared_ptr<const Environment> environment_;
  std::optional<Error> unusable_;  // what is told of the mechanisms that create() left out
  State state_ = AwaitFirstLeg{};
};

}  // namespace opensspi::negotiate
