// The server's side: it awaits NEGOTIATE, answers with the CHALLENGE, awaits AUTHENTICATE and has
// an authority judge it. [MS-NLMP] 3.2
#pragma once

#include <memory>
#include <variant>

#include "ntlm/established.h"
#include "ntlm/messages.h"
#include "sspi/authority.h"
#include "sspi/context.h"
#include "sspi/environment.h"

namespace opensspi::ntlm {

class ServerContext final : public Context {
 public:
  // `authority` null: the environment's; with none at all AUTHENTICATE is answered with
  // NoAuthenticatingAuthority. UnsupportedFunction for a datagram context and for null sessions
  // inside CREDSSP.
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Environment> environment,
                                                 std::shared_ptr<Authority> authority,
                                                 const ContextRequest& request);

  StepOutput step(const StepInput& input) override;
  MessageProtection* message_protection() override;
  MechListMic* mech_list_mic() override;
  [[nodiscard]] Result<Attribute> query(AttributeId id) const override;

 private:
  struct AwaitNegotiate {};
  struct AwaitAuthenticate {
    Bytes negotiate, challenge;  // as received and sent: the MIC covers them
    NegotiateFlags answered = NegotiateFlags::None;
    ChallengeBytes server_challenge{};
  };
  struct Dead {};
  using State = std::variant<AwaitNegotiate, AwaitAuthenticate, Established, Dead>;

  struct Leg {
    State next;
    Bytes token;
    Progress progress = Progress::ContinueNeeded;
    ContextFlags granted = ContextFlags::None;
  };

  ServerContext(std::shared_ptr<const Environment> environment,
                std::shared_ptr<Authority> authority, const ContextRequest& request);

  Result<Leg> handle(AwaitNegotiate state, const StepInput& input);
  Result<Leg> handle(AwaitAuthenticate state, const StepInput& input);
  Result<Leg> handle(Established state, const StepInput& input);
  Result<Leg> handle(Dead state, const StepInput& input);

  Result<ChallengeMessage> make_challenge(NegotiateFlags offered) const;
  Result<NtlmLogon> log_on(const AuthenticateMessage& authenticate,
                           const ChallengeBytes& server_challenge) const;
  Result<void> check_bindings(const AuthenticateMessage& authenticate,
                              const ChannelBindings* supplied) const;

  std::shared_ptr<const Environment> environment_;
  std::shared_ptr<Authority> authority_;
  ContextRequest request_;
  State state_ = AwaitNegotiate{};
};

}  // namespace opensspi::ntlm
