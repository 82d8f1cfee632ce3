// The client's side: it sends NEGOTIATE, awaits the CHALLENGE and answers with AUTHENTICATE.
// [MS-NLMP] 3.1
#pragma once

#include <memory>

#include "ntlm/established.h"
#include "ntlm/messages.h"
#include "ntlm/response.h"
#include "sspi/context.h"
#include "sspi/environment.h"
#include "sspi/exchange.h"
#include "sspi/identity.h"

namespace opensspi::ntlm {

struct SendNegotiate {};

struct AwaitChallenge {
  Bytes negotiate;  // as sent: the MIC covers it
  NegotiateFlags offered = NegotiateFlags::None;
  crypto::Digest128 channel_bindings{};  // of the first leg, in case the second brings none
};

class ClientContext final : public Exchange<Established, SendNegotiate, AwaitChallenge> {
 public:
  // `identity` null: there is none. NEGOTIATE carries no identity, so, as on Windows, that shows at
  // the second leg, with NoCredentials. UnsupportedFunction for a datagram
  // context and for a null session inside CREDSSP.
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 std::shared_ptr<const Identity> identity,
                                                 const ContextRequest& request);

  StepOutput step(const StepInput& input) override;

 private:
  ClientContext(std::shared_ptr<const Environment> environment,
                std::shared_ptr<const Identity> identity, const ContextRequest& request);

  Result<Leg> handle(SendNegotiate, const StepInput& input);
  Result<Leg> handle(AwaitChallenge state, const StepInput& input);

  struct Claim;
  Result<Claim> make_claim(const ChallengeMessage& challenge,
                           const crypto::Digest128& bindings) const;
  Result<Key> choose_key(NegotiateFlags agreed, const Response& response) const;
  static AuthenticateMessage claimed(const Claim& claim);

  std::shared_ptr<const Environment> environment_;
  std::shared_ptr<const Identity> identity_;
  ContextRequest request_;
};

}  // namespace opensspi::ntlm
