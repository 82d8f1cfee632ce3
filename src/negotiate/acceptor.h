// The acceptor of a SPNEGO negotiation. RFC 4178 3.2 and 4, [MS-SPNG] 3.3. Each state is what is
// awaited; each handle() returns the state after it.
//
//   AwaitFirstToken -> AwaitMechToken… [-> AwaitMechListMic] -> Established
//   AwaitFirstToken -> AwaitBareToken… -> EstablishedBare     a mechanism without SPNEGO around it
#pragma once

#include <variant>
#include <vector>

#include "negotiate/negotiation.h"
#include "negotiate/tokens.h"

namespace opensspi::negotiate {

class Acceptor final : public Negotiation {
 public:
  Acceptor(const ContextRequest& request, std::vector<Mechanism> mechanisms);

  StepOutput step(const StepInput& input) override;

 private:
  struct AwaitFirstToken {
    bool hinted = false;  // a NegTokenInit2 is out
  };
  struct AwaitMechToken {};    // the selected mechanism goes on
  struct AwaitMechListMic {};  // it is complete and our MIC is out
  struct AwaitBareToken {};
  struct Established {
    MechListAgreed agreed;
  };
  struct EstablishedBare {};
  struct Dead {};
  using State = std::variant<AwaitFirstToken, AwaitMechToken, AwaitMechListMic, AwaitBareToken,
                             Established, EstablishedBare, Dead>;
  struct Turn {
    State next;
    Bytes token;
  };

  Result<Turn> handle(AwaitFirstToken& state, ByteView token);
  Result<Turn> handle(AwaitMechToken&, ByteView token);
  Result<Turn> handle(AwaitMechListMic&, ByteView token);
  Result<Turn> handle(AwaitBareToken&, ByteView token);
  Result<Turn> handle(Established&, ByteView token);
  Result<Turn> handle(EstablishedBare&, ByteView token);
  Result<Turn> handle(Dead&, ByteView token);

  Result<Turn> hint();
  Result<Turn> begin(ByteView token);
  Result<Turn> begin_bare(ByteView mechanism, ByteView token);
  Result<Turn> step_bare(ByteView token);
  Result<Turn> answer_first(const Leg& leg, const NegTokenInit& init);
  Result<std::size_t> select_from(const std::vector<ByteView>& mech_types, std::size_t begin);
  [[nodiscard]] const Mechanism* find(ByteView oid) const;

  // Who speaks next when the mechanism is complete and the client has sent no MIC with its token.
  enum class ClientMic { DueNow, MayFollow };
  Result<Turn> answer(const Leg& leg, const std::optional<ByteView>& mic, NegTokenResp reply,
                      ClientMic client_mic);
  [[nodiscard]] Bytes refusal() const;

  State state_ = AwaitFirstToken{};
  bool spnego_ = false;  // the peer speaks SPNEGO and is answered in it
};

}  // namespace opensspi::negotiate
