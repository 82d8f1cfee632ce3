// [MS-CSSP] 3.1.5, the client's side.
#include "credssp/client.h"

#include <utility>

#include "credssp/error_code.h"
#include "credssp/ts_credentials.h"

namespace opensspi::credssp {

ClientProtocol::ClientProtocol(std::shared_ptr<const Environment> environment,
                               std::unique_ptr<Context> inner, SecretBytes ts_credentials,
                               const ClientRules& rules)
    : environment_(std::move(environment)),
      inner_(std::move(inner)),
      ts_credentials_(std::move(ts_credentials)),
      rules_(rules),
      peer_version_(rules.oldest_version) {}

Reply ClientProtocol::begin(ByteView subject_public_key) {
  subject_public_key_ = copy(subject_public_key);
  return reply(negotiate({}));
}

Reply ClientProtocol::handle(const TsRequest& request) {
  return reply(check_and_handle(request));
}

Outcome ClientProtocol::finish() {
  Outcome outcome;
  outcome.version = version();
  outcome.inner = facts_of(*inner_);
  outcome.expiry = expiry_;
  outcome.delegated = rules_.delegates;
  inner_.reset();
  return outcome;
}

Result<ClientProtocol::Step> ClientProtocol::check_and_handle(const TsRequest& request) {
  if (auto* refused = std::get_if<Refused>(&state_)) return handle(std::move(*refused), request);
  // [MS-CSSP] 3.1.5: errorCode ends the exchange, whatever else the message holds. FreeRDP 3.15
  // puts the client's own pubKeyAuth beside it (capture freerdp3-nla-rawntlm-wrongpw).
  if (request.error_code) return fail(refusal_by_server(*request.error_code));
  TRY(peer_version_.announce(request.version));
  if (request.auth_info) return fail(Status::InvalidToken, "the server sent credentials");
  // clientNonce is ignored: FreeRDP 2.11's server echoes it (capture freerdp-nla-ntlm).
  return std::visit([&](auto& state) { return handle(std::move(state), request); }, state_);
}

Result<ClientProtocol::Step> ClientProtocol::handle(AwaitTls /*state*/, const TsRequest&) {
  return fail(Status::OutOfSequence, "a TSRequest came before the TLS channel stood");
}

Result<ClientProtocol::Step> ClientProtocol::handle(AwaitNegoToken /*state*/,
                                                    const TsRequest& request) {
  const Bytes* token = nego_token(request);
  if (token == nullptr || token->empty()) {
    return fail(Status::InvalidToken, "the server's message lacks the nego token");
  }
  // [MS-CSSP] 3.1.5: the server's pubKeyAuth answers the client's.
  if (request.pub_key_auth) {
    return fail(Status::InvalidToken, "the server sent pubKeyAuth before the client's");
  }
  return negotiate(*token);
}

Result<ClientProtocol::Step> ClientProtocol::handle(AwaitPubKeyAuth state,
                                                    const TsRequest& request) {
  const Bytes* token = nego_token(request);
  Bytes answer;
  // Under SPNEGO the server still owes accept-completed with its mechListMIC, here or in a message
  // of its own. Deviation: [MS-CSSP] 3.1.5 omits negoTokens from this message; FreeRDP 3.15 repeats
  // a token that the client has already had (capture freerdp3-nla-krb-u2u): it is passed over.
  if (token != nullptr && !inner_complete_) {
    TRY_ASSIGN(answer, step_inner(*token));
    if (!request.pub_key_auth) {
      if (answer.empty()) return Step{std::move(state), std::nullopt};
      TsRequest message;
      message.nego_tokens.push_back(std::move(answer));
      return Step{std::move(state), std::move(message)};
    }
  }
  if (!request.pub_key_auth) {
    return fail(Status::InvalidToken, "the server's message lacks pubKeyAuth");
  }
  // RFC 4178 5: without the server's last token the list of mechanisms is not protected.
  if (!inner_complete_ || !answer.empty()) {
    return fail(Status::InvalidToken, "the server sent pubKeyAuth before it ended the negotiation");
  }
  TRY_ASSIGN(PubKeyAuthVerified proof,
             verify_server_pub_key_auth(*inner_->message_protection(),
                                        {state.nonce, subject_public_key_, state.version},
                                        *request.pub_key_auth));
  return send_credentials(std::move(proof));
}

Result<ClientProtocol::Step> ClientProtocol::handle(Done /*state*/, const TsRequest&) {
  return fail(Status::OutOfSequence, "a TSRequest came after the logon was done");
}

Result<ClientProtocol::Step> ClientProtocol::handle(Refused state, const TsRequest&) {
  return fail(state.error);
}

// One leg of the inner context: its token.
Result<Bytes> ClientProtocol::step_inner(ByteView token) {
  StepInput input;
  input.token = token;
  StepOutput output = inner_->step(input);
  TRY(output.progress);
  inner_complete_ = *output.progress == Progress::Complete;
  if (!inner_complete_ && *output.progress != Progress::ContinueNeeded) {
    return fail(Status::InvalidToken, "the server's nego token is cut");
  }
  expiry_ = output.expiry;
  return std::move(output.token);
}

// [MS-CSSP] 3.1.5: the client's last nego token and its pubKeyAuth go in one message. The last is
// the one after which keys exist, though SPNEGO still waits for the server's closing word.
Result<ClientProtocol::Step> ClientProtocol::negotiate(ByteView token) {
  TRY_ASSIGN(Bytes answer, step_inner(token));
  MessageProtection* protection = inner_->message_protection();
  if (protection == nullptr && (inner_complete_ || answer.empty())) {
    return fail(Status::InvalidToken, "the negotiation ended without keys");
  }
  TsRequest message;
  if (!answer.empty()) message.nego_tokens.push_back(std::move(answer));
  if (protection == nullptr) return Step{AwaitNegoToken{}, std::move(message)};
  AwaitPubKeyAuth next;
  // A mechanism that has keys before the server has said anything leaves its version unknown.
  next.version = version() == 0 ? kOwnVersion : version();
  TRY(environment_->random(next.nonce));
  TRY_ASSIGN(
      message.pub_key_auth,
      make_client_pub_key_auth(*protection, {next.nonce, subject_public_key_, next.version}));
  if (next.version >= kFirstVersionWithNonce) message.client_nonce = copy(next.nonce);
  return Step{std::move(next), std::move(message)};
}

Result<ClientProtocol::Step> ClientProtocol::send_credentials(PubKeyAuthVerified proof) {
  // [MS-CSSP] 3.1.5 note <23>: NTLM proves no server, and the policy for such servers is another.
  if (rules_.needs_mutual_auth && !facts_of(*inner_).mutual_auth) {
    return fail(Status::PolicyNtlmOnly,
                "policy delegates these credentials to servers proven by Kerberos only");
  }
  if (rules_.remote_guard) TRY(take_tickets());
  TsRequest message;
  TRY_ASSIGN(message.auth_info, std::move(proof).seal_credentials(ts_credentials_));
  ts_credentials_ = SecretBytes();
  return Step{Done{}, std::move(message)};
}

Result<void> ClientProtocol::take_tickets() {
  Identity guarded;
  TRY_ASSIGN(guarded.secret, inner_->ticket_logon());
  TRY_ASSIGN(ts_credentials_, write_ts_credentials(guarded));
  return {};
}

Reply ClientProtocol::reply(Result<Step> step) {
  if (!step) {
    state_ = Refused{step.error()};
    return {fail(step.error()), std::nullopt};
  }
  state_ = std::move(step->next);
  const bool done = std::holds_alternative<Done>(state_);
  return {done ? Progress::Complete : Progress::ContinueNeeded, std::move(step->message)};
}

}  // namespace opensspi::credssp
