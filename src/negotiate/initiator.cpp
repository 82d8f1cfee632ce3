// The initiator's turns. RFC 4178 4.2 and 5, [MS-SPNG] 3.2.5.
#include "negotiate/initiator.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace opensspi::negotiate {
namespace {

// A NegTokenResp that goes on with the negotiation.
Result<NegTokenResp> parse_going_on(ByteView token) {
  TRY_ASSIGN(NegTokenResp resp, parse_neg_token_resp(token));
  if (resp.neg_state == NegState::Reject) {
    return fail(Status::LogonDenied, "the server rejected the negotiation");
  }
  return resp;
}

// Whether a KDC has judged who the client is. Another mechanism would have the same password judged
// once more, and a wrong one counts each time.
bool is_verdict(const Error& error) {
  return error.status == Status::LogonDenied && error.nt_status != nt_status::kNoSuchUser;
}

bool is_user_to_user(const Mechanism& mechanism) {
  return equal(mechanism.oid, oid::kKerberosUserToUser);
}

// A NegTokenResp after the first.
Result<NegTokenResp> parse_later(ByteView token) {
  TRY_ASSIGN(NegTokenResp resp, parse_going_on(token));
  // RFC 4178 4.2.2: request-mic "can only be present in the first reply from the target".
  if (resp.neg_state == NegState::RequestMic) {
    return fail(Status::InvalidToken, "request-mic after the server's first reply");
  }
  // [MS-SPNG] 3.2.5: a supportedMech after the first reply is ignored.
  return resp;
}

}  // namespace

Initiator::Initiator(std::shared_ptr<const Environment> environment, const ContextRequest& request,
                     std::vector<Mechanism> mechanisms)
    : Negotiation(request, std::move(mechanisms)), environment_(std::move(environment)) {
  // [MS-KILE] 3.2.1: UseSessionKey asks for user-to-user, which then is the first choice.
  if (has(request.flags, ContextFlags::UseSessionKey)) {
    std::stable_partition(mechanisms_.begin(), mechanisms_.end(), is_user_to_user);
  }
}

Result<std::unique_ptr<Context>> Initiator::create(std::shared_ptr<const Environment> environment,
                                                   const ContextRequest& request,
                                                   std::vector<Mechanism> mechanisms) {
  std::unique_ptr<Initiator> initiator(
      new Initiator(std::move(environment), request, std::move(mechanisms)));
  TRY(initiator->keep_usable());
  return initiator;
}

Result<void> Initiator::keep_usable() {
  std::erase_if(mechanisms_, [&](const Mechanism& mechanism) {
    const Result<void> can = usable(mechanism);
    if (!can) keep_more_telling(unusable_, can.error());
    return !can;
  });
  if (!mechanisms_.empty()) return {};
  if (unusable_) return fail(*unusable_);
  return fail(Status::NoCredentials, "no mechanism has a credential for this");
}

StepOutput Initiator::step(const StepInput& input) {
  remember_bindings(input);
  Result<Turn> turn = std::visit([&](auto& state) { return handle(state, input.token); }, state_);
  if (!turn) {
    Bytes token = refusal();
    state_ = Dead{};
    return output(fail(turn.error()), std::move(token));
  }
  state_ = std::move(turn->next);
  const bool complete = std::holds_alternative<Established>(state_) ||
                        std::holds_alternative<EstablishedBare>(state_);
  StepOutput out =
      output(complete ? Progress::Complete : Progress::ContinueNeeded, std::move(turn->token));
  report_mutual_auth(out);
  return out;
}

Result<Initiator::Turn> Initiator::handle(AwaitFirstLeg& /*state*/, ByteView token) {
  // [MS-SPNG] 3.2.5.2: an acceptor may speak first. Its list is no more than a hint, and an
  // unprotected one, so it takes nothing off ours.
  if (!token.empty()) TRY(parse_neg_token_init(token));
  TRY_ASSIGN(Start start, start_first_usable());
  if (start.framing == Framing::Spnego) return offer(start.leg);
  if (start.leg.complete) return Turn{EstablishedBare{}, std::move(start.leg.token)};
  return Turn{AwaitBareToken{}, std::move(start.leg.token)};
}

// Makes the optimistic token: of the first mechanism that can make one. Those before it are not
// offered. A package is not asked again for its other OIDs: it would wait for the same KDC.
// User-to-user takes one more round trip and a server that logs on itself, so where nobody asked
// for it (KDC_ERR_MUST_USE_USER2USER does) it is not offered at all.
Result<Initiator::Start> Initiator::start_first_usable() {
  std::optional<Error> told;
  while (!mechanisms_.empty()) {
    const Framing chosen = framing();
    Result<Leg> leg = select(mechanisms_.front(), chosen).and_then([this] { return advance({}); });
    if (leg) {
      const auto others = mechanisms_.begin() + 1;
      mechanisms_.erase(std::remove_if(others, mechanisms_.end(), is_user_to_user),
                        mechanisms_.end());
      return Start{std::move(*leg), chosen};
    }
    if (is_verdict(leg.error())) return fail(leg.error());
    keep_more_telling(told, leg.error());
    const Mechanism failed = mechanisms_.front();
    const bool other_way =
        leg.error().nt_status == nt_status::kUserToUserRequired && !is_user_to_user(failed);
    std::erase_if(mechanisms_, [&](const Mechanism& m) {
      return m.package == failed.package && !(other_way && is_user_to_user(m));
    });
  }
  // Of two that say the same, who has tried knows more.
  if (unusable_ && unusable_->status != told->status) keep_more_telling(told, *unusable_);
  return fail(*told);  // create() leaves at least one
}

Initiator::Framing Initiator::framing() const {
  const bool only_ntlm = mechanisms_.size() == 1 && equal(mechanisms_.front().oid, oid::kNtlm);
  const bool bare =
      only_ntlm &&
      policy::send_raw_ntlm(*environment_->policy(), request_.inside_credssp, request_.target_name);
  return bare ? Framing::Bare : Framing::Spnego;
}

Result<Initiator::Turn> Initiator::offer(const Leg& optimistic) {
  std::vector<ByteView> mech_types;
  for (const Mechanism& mechanism : mechanisms_) mech_types.push_back(mechanism.oid);
  mech_list_.set_mech_types(write_mech_types(mech_types));
  NegTokenInit init;
  init.mech_types_der = mech_list_.mech_types();
  init.mech_token = optimistic.token;
  return Turn{AwaitSelection{optimistic.complete}, write(init)};
}

Result<Initiator::Turn> Initiator::handle(AwaitSelection& state, ByteView token) {
  TRY_ASSIGN(const NegTokenResp resp, parse_going_on(token));
  // RFC 4178 4.2.2: negState "is REQUIRED in the first reply from the target", and supportedMech
  // "MUST be one of the mechanism(s) offered by the initiator".
  if (!resp.neg_state || !resp.supported_mech) {
    return fail(Status::InvalidToken, "the server's first reply selects no mechanism");
  }
  const auto selected = std::ranges::find_if(
      mechanisms_, [&](const Mechanism& m) { return equal(m.oid, *resp.supported_mech); });
  if (selected == mechanisms_.end()) {
    return fail(Status::InvalidToken, "the server selected a mechanism that was not offered");
  }
  // RFC 4178 5: the MIC is optional only where the initiator's first choice was accepted, so a
  // server that selects another without request-mic does not get around it.
  const bool first_choice = selected == mechanisms_.begin();
  if (!first_choice || resp.neg_state == NegState::RequestMic) mech_list_.demand();
  if (!first_choice) return restart_with(*selected, resp);
  return state.mechanism_complete ? accept(resp) : continue_mechanism(resp);
}

// RFC 4178 3.2(c): the optimistic token was ignored; the selected mechanism starts anew.
Result<Initiator::Turn> Initiator::restart_with(const Mechanism& mechanism,
                                                const NegTokenResp& resp) {
  if (resp.response_token || resp.neg_state == NegState::AcceptCompleted) {
    return fail(Status::InvalidToken, "the server answered a mechanism that has not spoken");
  }
  TRY(select(mechanism, Framing::Spnego));
  TRY_ASSIGN(const Leg leg, advance({}));
  return send(leg);
}

Result<Initiator::Turn> Initiator::handle(AwaitResponse& /*state*/, ByteView token) {
  TRY_ASSIGN(const NegTokenResp resp, parse_later(token));
  return continue_mechanism(resp);
}

Result<Initiator::Turn> Initiator::handle(AwaitAcceptance& /*state*/, ByteView token) {
  TRY_ASSIGN(const NegTokenResp resp, parse_later(token));
  return accept(resp);
}

Result<Initiator::Turn> Initiator::continue_mechanism(const NegTokenResp& resp) {
  if (!resp.response_token) {
    return fail(Status::InvalidToken, "the reply lacks the mechanism's token");
  }
  TRY_ASSIGN(const Leg leg, advance(*resp.response_token));
  if (leg.complete && leg.token.empty()) {
    NegTokenResp last = resp;
    last.response_token.reset();
    return accept(last);
  }
  if (resp.neg_state == NegState::AcceptCompleted) {
    return fail(Status::InvalidToken, "accept-completed before the mechanism is");
  }
  return send(leg);
}

// Sends the mechanism's token; with the MIC when it is our last. RFC 4178 5(c).
Result<Initiator::Turn> Initiator::send(const Leg& leg) {
  NegTokenResp resp;
  resp.response_token = leg.token;
  if (!leg.complete) return Turn{AwaitResponse{}, write(resp)};
  Bytes mic;
  if (mech_list_.required(*inner_)) {
    TRY_ASSIGN(mic, mech_list_.make(*inner_));
    resp.neg_state = NegState::AcceptIncomplete;
    resp.mech_list_mic = mic;
  }
  return Turn{AwaitAcceptance{}, write(resp)};
}

// The mechanism is complete and has nothing to send: judges the acceptor's word on it.
Result<Initiator::Turn> Initiator::accept(const NegTokenResp& resp) {
  if (resp.response_token) {
    return fail(Status::InvalidToken, "a token for a mechanism that is complete");
  }
  TRY_ASSIGN(MechListAgreed agreed, mech_list_.check(*inner_, resp.mech_list_mic));
  // RFC 4178 4.2.2: negState is optional after the first reply.
  if (resp.neg_state.value_or(NegState::AcceptCompleted) == NegState::AcceptCompleted) {
    return Turn{Established{std::move(agreed)}, {}};
  }
  // RFC 4178 5(b)(I): the acceptor sent the last mechanism token and awaits our MIC.
  if (!resp.mech_list_mic || mech_list_.sent()) {
    return fail(Status::InvalidToken, "the server awaits more than there is to say");
  }
  TRY_ASSIGN(const Bytes mic, mech_list_.make(*inner_));
  NegTokenResp last;
  last.neg_state = NegState::AcceptCompleted;
  last.mech_list_mic = mic;
  return Turn{Established{std::move(agreed)}, write(last)};
}

Result<Initiator::Turn> Initiator::handle(AwaitBareToken& /*state*/, ByteView token) {
  TRY_ASSIGN(Leg leg, advance(token));
  if (leg.complete) return Turn{EstablishedBare{}, std::move(leg.token)};
  return Turn{AwaitBareToken{}, std::move(leg.token)};
}

Result<Initiator::Turn> Initiator::handle(Established& /*state*/, ByteView /*token*/) {
  return fail(Status::OutOfSequence, "the context is established already");
}

Result<Initiator::Turn> Initiator::handle(EstablishedBare& /*state*/, ByteView /*token*/) {
  return fail(Status::OutOfSequence, "the context is established already");
}

Result<Initiator::Turn> Initiator::handle(Dead& /*state*/, ByteView /*token*/) {
  return fail(Status::OutOfSequence, "the context has failed");
}

// An initiator says nothing about its refusal, unless its mechanism has something to tell.
Bytes Initiator::refusal() const {
  if (inner_refusal_.empty() || std::holds_alternative<AwaitFirstLeg>(state_)) return {};
  if (std::holds_alternative<AwaitBareToken>(state_)) return inner_refusal_;
  NegTokenResp resp;
  resp.neg_state = NegState::Reject;
  resp.response_token = inner_refusal_;
  return write(resp);
}

// Windows: Negotiate with NTLM inside reports MUTUAL_AUTH as granted from its second leg on.
void Initiator::report_mutual_auth(StepOutput& out) const {
  const bool second_leg = std::holds_alternative<AwaitResponse>(state_) ||
                          std::holds_alternative<AwaitAcceptance>(state_) ||
                          std::holds_alternative<Established>(state_);
  if (second_leg) out.granted |= request_.flags & ContextFlags::MutualAuth;
}

}  // namespace opensspi::negotiate
