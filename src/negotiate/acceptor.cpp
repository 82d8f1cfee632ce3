// The acceptor's turns. RFC 4178 4.2 and 5, [MS-SPNG] 3.3.5.
#include "negotiate/acceptor.h"

#include <algorithm>
#include <utility>

namespace opensspi::negotiate {
namespace {

constexpr char kNoMechanism[] = "no mechanism has a credential for this";

// A NegTokenResp of a client that goes on with the negotiation. Of its negState only a refusal
// matters, and [MS-SPNG] lets clients leave it out.
Result<NegTokenResp> parse_going_on(ByteView token) {
  TRY_ASSIGN(NegTokenResp resp, parse_neg_token_resp(token));
  if (resp.neg_state == NegState::Reject) {
    return fail(Status::LogonDenied, "the client rejected the negotiation");
  }
  // RFC 4178 4.2.2: request-mic "can only be present in the first reply from the target".
  if (resp.neg_state == NegState::RequestMic) {
    return fail(Status::InvalidToken, "request-mic from a client");
  }
  return resp;
}

// The first token of user-to-user asks for a ticket of this side's and proves nobody, so unless it
// is malformed it is this side that failed: it has no such ticket, and cannot do the mechanism. The
// list may have it under Kerberos' own OIDs, as that of sspi-rs does.
bool lacks_ticket(ByteView mech_token, const Error& error) {
  return equal(classify(mech_token).mechanism, oid::kKerberosUserToUser) &&
         error.status != Status::InvalidToken && error.status != Status::OutOfSequence;
}

}  // namespace

Acceptor::Acceptor(const ContextRequest& request, std::vector<Mechanism> mechanisms)
    : Negotiation(request, std::move(mechanisms)) {}

StepOutput Acceptor::step(const StepInput& input) {
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
  return output(complete ? Progress::Complete : Progress::ContinueNeeded, std::move(turn->token));
}

Result<Acceptor::Turn> Acceptor::handle(AwaitFirstToken& state, ByteView token) {
  if (mechanisms_.empty()) return fail(Status::NoCredentials, kNoMechanism);
  if (token.empty() && !state.hinted) return hint();
  const FirstToken first = classify(token);
  switch (first.kind) {
    case FirstToken::Kind::NegTokenInit:
      spnego_ = true;
      return begin(token);
    case FirstToken::Kind::BareMechanism:
      return begin_bare(first.mechanism, token);
    case FirstToken::Kind::NegTokenResp:
      return fail(Status::OutOfSequence, "a NegTokenResp before any NegTokenInit");
    case FirstToken::Kind::Unknown:
      break;
  }
  return fail(Status::InvalidToken, "neither SPNEGO nor a mechanism's own token");
}

// [MS-SPNG] 3.3.5.1: without input the acceptor speaks first, with a NegTokenInit2.
Result<Acceptor::Turn> Acceptor::hint() {
  std::vector<ByteView> mech_types;
  for (const Mechanism& mechanism : mechanisms_) {
    if (usable(mechanism)) mech_types.push_back(mechanism.oid);
  }
  if (mech_types.empty()) return fail(Status::NoCredentials, kNoMechanism);
  const Bytes der = write_mech_types(mech_types);
  NegTokenInit init;
  init.mech_types_der = der;
  init.neg_hints = NegHints{view(kHintName), std::nullopt};
  return Turn{AwaitFirstToken{true}, write(init)};
}

Result<Acceptor::Turn> Acceptor::begin(ByteView token) {
  TRY_ASSIGN(const NegTokenInit init, parse_neg_token_init(token));
  mech_list_.set_mech_types(copy(init.mech_types_der));
  TRY_ASSIGN(std::size_t selected, select_from(init.mech_types, 0));
  if (selected == 0 && init.mech_token) {
    const Result<Leg> leg = advance(*init.mech_token);
    if (leg) return answer_first(*leg, init);
    if (!lacks_ticket(*init.mech_token, leg.error())) return fail(leg.error());
    const Result<std::size_t> next = select_from(init.mech_types, 1);
    if (!next) return fail(leg.error());
    selected = *next;
  }
  NegTokenResp reply;
  reply.supported_mech = init.mech_types[selected];
  if (selected != 0) {
    // RFC 4178 4.2.2: request-mic is mandatory when the mechanism is not the initiator's first
    // choice; 3.2(c): the optimistic token, made for the first, is ignored.
    mech_list_.demand();
    reply.neg_state = NegState::RequestMic;
    return Turn{AwaitMechToken{}, write(reply)};
  }
  reply.neg_state = NegState::AcceptIncomplete;
  return Turn{AwaitMechToken{}, write(reply)};
}

Result<Acceptor::Turn> Acceptor::answer_first(const Leg& leg, const NegTokenInit& init) {
  NegTokenResp reply;
  reply.supported_mech = init.mech_types.front();
  // Before it has keys nobody can have made a MIC, so one that came too early says nothing.
  const auto mic = leg.complete ? init.mech_list_mic : std::nullopt;
  return answer(leg, mic, reply, ClientMic::MayFollow);
}

// RFC 4178 4.2.1: the first of the initiator's list, from `begin` on, that this side can do; its
// index. What is not known here, NegoEx for one, is passed over.
Result<std::size_t> Acceptor::select_from(const std::vector<ByteView>& mech_types,
                                          std::size_t begin) {
  std::optional<Error> told =
      Error{Status::InvalidToken, "the client offers no mechanism that this side can do"};
  for (std::size_t i = begin; i < mech_types.size(); ++i) {
    const Mechanism* mechanism = find(mech_types[i]);
    if (mechanism == nullptr) continue;
    const Result<void> selected = select(*mechanism, Framing::Spnego);
    if (selected) return i;
    keep_more_telling(told, selected.error());
  }
  return fail(*told);
}

const Mechanism* Acceptor::find(ByteView oid) const {
  const auto found =
      std::ranges::find_if(mechanisms_, [&](const Mechanism& m) { return equal(m.oid, oid); });
  return found == mechanisms_.end() ? nullptr : &*found;
}

Result<Acceptor::Turn> Acceptor::handle(AwaitMechToken& /*state*/, ByteView token) {
  TRY_ASSIGN(const NegTokenResp resp, parse_going_on(token));
  if (!resp.response_token) {
    return fail(Status::InvalidToken, "the message lacks the mechanism's token");
  }
  TRY_ASSIGN(const Leg leg, advance(*resp.response_token));
  return answer(leg, resp.mech_list_mic, NegTokenResp{},
                leg.token.empty() ? ClientMic::DueNow : ClientMic::MayFollow);
}

// Adds what the mechanism said, and the MICs when it is complete, to the reply. RFC 4178 5(b), (c).
Result<Acceptor::Turn> Acceptor::answer(const Leg& leg, const std::optional<ByteView>& mic,
                                        NegTokenResp reply, ClientMic client_mic) {
  if (!leg.token.empty()) reply.response_token = leg.token;
  if (!leg.complete) {
    if (mic) return fail(Status::InvalidToken, "a mechListMIC before the mechanism is complete");
    reply.neg_state = NegState::AcceptIncomplete;
    return Turn{AwaitMechToken{}, write(reply)};
  }
  Bytes own;
  if (!mic && client_mic == ClientMic::MayFollow && mech_list_.required(*inner_)) {
    TRY_ASSIGN(own, mech_list_.make(*inner_));
    reply.neg_state = NegState::AcceptIncomplete;
    reply.mech_list_mic = own;
    return Turn{AwaitMechListMic{}, write(reply)};
  }
  TRY_ASSIGN(MechListAgreed agreed, mech_list_.check(*inner_, mic));
  if (mic) {
    TRY_ASSIGN(own, mech_list_.make(*inner_));
    reply.mech_list_mic = own;
  }
  reply.neg_state = NegState::AcceptCompleted;
  return Turn{Established{std::move(agreed)}, write(reply)};
}

Result<Acceptor::Turn> Acceptor::handle(AwaitMechListMic& /*state*/, ByteView token) {
  TRY_ASSIGN(const NegTokenResp resp, parse_going_on(token));
  if (resp.response_token) {
    return fail(Status::InvalidToken, "a token for a mechanism that is complete");
  }
  TRY_ASSIGN(MechListAgreed agreed, mech_list_.check(*inner_, resp.mech_list_mic));
  return Turn{Established{std::move(agreed)}, {}};
}

// Windows: an acceptor takes a mechanism's own tokens and answers with them.
Result<Acceptor::Turn> Acceptor::begin_bare(ByteView mechanism, ByteView token) {
  const Mechanism* found = find(mechanism);
  if (found == nullptr) {
    return fail(Status::InvalidToken, "a bare token of a mechanism that this side cannot do");
  }
  TRY(select(*found, Framing::Bare));
  return step_bare(token);
}

Result<Acceptor::Turn> Acceptor::handle(AwaitBareToken& /*state*/, ByteView token) {
  return step_bare(token);
}

Result<Acceptor::Turn> Acceptor::step_bare(ByteView token) {
  TRY_ASSIGN(Leg leg, advance(token));
  if (leg.complete) return Turn{EstablishedBare{}, std::move(leg.token)};
  return Turn{AwaitBareToken{}, std::move(leg.token)};
}

Result<Acceptor::Turn> Acceptor::handle(Established& /*state*/, ByteView /*token*/) {
  return fail(Status::OutOfSequence, "the context is established already");
}

Result<Acceptor::Turn> Acceptor::handle(EstablishedBare& /*state*/, ByteView /*token*/) {
  return fail(Status::OutOfSequence, "the context is established already");
}

Result<Acceptor::Turn> Acceptor::handle(Dead& /*state*/, ByteView /*token*/) {
  return fail(Status::OutOfSequence, "the context has failed");
}

// RFC 4178 4.2.2: "reject", with what the mechanism has to tell. Nothing once all is said.
Bytes Acceptor::refusal() const {
  const bool over = std::holds_alternative<Established>(state_) ||
                    std::holds_alternative<EstablishedBare>(state_) ||
                    std::holds_alternative<Dead>(state_);
  if (over) return {};
  if (!spnego_) return inner_refusal_;
  NegTokenResp resp;
  resp.neg_state = NegState::Reject;
  if (!inner_refusal_.empty()) resp.response_token = inner_refusal_;
  return write(resp);
}

}  // namespace opensspi::negotiate
