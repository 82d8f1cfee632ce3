// The server's side: it awaits NEGOTIATE, answers with the CHALLENGE, awaits AUTHENTICATE and has
// an authority judge it. [MS-NLMP] 3.2
#pragma once

#include <memory>
#include <optional>

#include "ntlm/established.h"
#include "ntlm/messages.h"
#include "ntlm/response.h"
#include "sspi/authority.h"
#include "sspi/context.h"
#include "sspi/environment.h"
#include "sspi/exchange.h"

namespace opensspi::ntlm {

struct AwaitNegotiate {};

struct AwaitAuthenticate {
  Bytes negotiate, challenge;  // as received and sent: the MIC covers them
  NegotiateFlags answered = NegotiateFlags::None;
  ChallengeBytes server_challenge{};
  FileTime timestamp = 0;  // MsvAvTimestamp of the challenge
  // The hash of those of the first leg, in case the second brings none.
  std::optional<crypto::Digest128> channel_bindings;
};

class ServerContext final : public Exchange<Established, AwaitNegotiate, AwaitAuthenticate> {
 public:
  // `authority` null: the environment's; with none at all AUTHENTICATE is answered with
  // NoAuthenticatingAuthority. UnsupportedFunction for a datagram context and for null sessions
  // inside CREDSSP.
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 std::shared_ptr<Authority> authority,
                                                 const ContextRequest& request);

  StepOutput step(const StepInput& input) override;

 private:
  ServerContext(std::shared_ptr<const Environment> environment,
                std::shared_ptr<Authority> authority, const ContextRequest& request);

  Result<Leg> handle(AwaitNegotiate state, const StepInput& input);
  Result<Leg> handle(AwaitAuthenticate state, const StepInput& input);

  Result<ChallengeMessage> make_challenge(NegotiateFlags offered, FileTime now) const;
  Result<NtlmLogon> log_on(const AuthenticateMessage& authenticate,
                           const ChallengeBytes& server_challenge) const;
  Result<void> check_bindings(const AuthenticateMessage& authenticate,
                              const std::optional<crypto::Digest128>& supplied) const;

  std::shared_ptr<const Environment> environment_;
  std::shared_ptr<Authority> authority_;
  ContextRequest request_;
};

}  // namespace opensspi::ntlm
