// [MS-CSSP] 3.1.5, the server's side.
#include "credssp/server.h"

#include <utility>

#include "credssp/error_code.h"
#include "credssp/ts_credentials.h"

namespace opensspi::credssp {

ServerProtocol::ServerProtocol(std::unique_ptr<Context> inner, const ServerRules& rules)
    : inner_(std::move(inner)), rules_(rules), peer_version_(rules.oldest_version) {}

Reply ServerProtocol::begin(ByteView subject_public_key) {
  subject_public_key_ = copy(subject_public_key);
  state_ = AwaitNegoToken{};
  return {};
}

Reply ServerProtocol::handle(const TsRequest& request) {
  return reply(check_and_handle(request));
}

Outcome ServerProtocol::finish() {
  Outcome outcome;
  outcome.version = version();
  outcome.inner = facts_of(*inner_);
  outcome.expiry = expiry_;
  const Done& done = std::get<Done>(state_);
  outcome.credential = done.credential;
  if (done.tickets != nullptr) {
    AccessToken token = *outcome.inner.access_token;
    token.delegated_tickets = done.tickets;
    outcome.inner.access_token = std::make_shared<const AccessToken>(std::move(token));
  }
  outcome.delegated = says_anything(*outcome.credential);
  inner_.reset();
  return outcome;
}

Result<ServerProtocol::Step> ServerProtocol::check_and_handle(const TsRequest& request) {
  if (auto* refused = std::get_if<Refused>(&state_)) return handle(std::move(*refused), request);
  if (const auto version = peer_version_.announce(request.version); !version) {
    // [MS-CSSP] 3.1.5: a version that is not supported is answered STATUS_NOT_SUPPORTED.
    const bool is_old = version.error().status == Status::UnsupportedFunction;
    return is_old ? refuse(version.error()) : Result<Step>(fail(version.error()));
  }
  if (request.error_code) return fail(Status::InvalidToken, "a client does not send errorCode");
  if (request.client_nonce && request.client_nonce->size() != kNonceSize) {
    return fail(Status::InvalidToken, "the client's nonce is not 32 bytes long");
  }
  return std::visit([&](auto& state) { return handle(std::move(state), request); }, state_);
}

Result<ServerProtocol::Step> ServerProtocol::handle(AwaitTls /*state*/, const TsRequest&) {
  return fail(Status::OutOfSequence, "a TSRequest came before the TLS channel stood");
}

Result<ServerProtocol::Step> ServerProtocol::handle(AwaitNegoToken /*state*/,
                                                    const TsRequest& request) {
  const Bytes* token = nego_token(request);
  if (token == nullptr || token->empty()) {
    return fail(Status::InvalidToken, "the client's message lacks the nego token");
  }
  if (request.auth_info) return fail(Status::InvalidToken, "authInfo came before pubKeyAuth");
  StepInput input;
  input.token = *token;
  StepOutput output = inner_->step(input);
  if (!output.progress) return refuse(output.progress.error());
  TsRequest answer;
  if (!output.token.empty()) answer.nego_tokens.push_back(std::move(output.token));
  if (*output.progress != Progress::Complete) {
    if (request.pub_key_auth || answer.nego_tokens.empty()) {
      return fail(Status::InvalidToken, "the client went on before the negotiation was done");
    }
    return Step{AwaitNegoToken{}, std::move(answer)};
  }
  expiry_ = output.expiry;
  if (const auto client = check_client(); !client) return refuse(client.error());
  if (request.pub_key_auth) return verify_and_answer(request, std::move(answer));
  // [MS-CSSP] 3.1.5: pubKeyAuth comes by itself when the server had the last nego token.
  Step step{AwaitPubKeyAuth{}, std::nullopt};
  if (!answer.nego_tokens.empty()) step.message = std::move(answer);
  return step;
}

Result<ServerProtocol::Step> ServerProtocol::handle(AwaitPubKeyAuth /*state*/,
                                                    const TsRequest& request) {
  if (!request.nego_tokens.empty() || request.auth_info || !request.pub_key_auth) {
    return fail(Status::InvalidToken, "pubKeyAuth alone is awaited of the client");
  }
  return verify_and_answer(request, TsRequest{});
}

Result<ServerProtocol::Step> ServerProtocol::handle(AwaitAuthInfo state, const TsRequest& request) {
  if (!request.nego_tokens.empty() || request.pub_key_auth || !request.auth_info) {
    return fail(Status::InvalidToken, "authInfo alone is awaited of the client");
  }
  TRY_ASSIGN(const SecretBytes credentials,
             std::move(state.proof).open_credentials(*request.auth_info));
  TRY_ASSIGN(Identity identity, parse_ts_credentials(credentials.expose()));
  TRY_ASSIGN(Done done, take(std::move(identity)));
  return Step{std::move(done), std::nullopt};
}

Result<ServerProtocol::Step> ServerProtocol::handle(Done /*state*/, const TsRequest&) {
  return fail(Status::OutOfSequence, "a TSRequest came after the logon was done");
}

Result<ServerProtocol::Step> ServerProtocol::handle(Refused state, const TsRequest&) {
  return fail(state.error);
}

// Whether who the negotiation brought may log on here.
Result<void> ServerProtocol::check_client() const {
  if (inner_->message_protection() == nullptr) {
    return fail(Status::InvalidToken, "the negotiation ended without keys");
  }
  TRY_ASSIGN(const Attribute answer, inner_->query(AttributeId::AccessToken));
  const auto* token = std::get_if<std::shared_ptr<const AccessToken>>(&answer);
  // Null sessions are never let into CredSSP: it exists to hand credentials over.
  if (token == nullptr || *token == nullptr || (*token)->anonymous) {
    return fail(Status::LogonDenied, "an anonymous client may not log on through CredSSP");
  }
  return {};
}

// Tickets are their client's own, whom they do not name.
Result<ServerProtocol::Done> ServerProtocol::take(Identity credential) const {
  std::shared_ptr<const DelegatedTickets> tickets;
  if (const TicketLogon* logon = credential.tickets()) {
    if (!rules_.remote_guard) {
      return fail(Status::UnsupportedFunction,
                  "policy takes no remote credential guard (credssp.remote_guard)");
    }
    TRY_ASSIGN(tickets, inner_->take_tickets(*logon));
    TRY_ASSIGN(const Attribute answer, inner_->query(AttributeId::AccessToken));
    const auto& token = std::get<std::shared_ptr<const AccessToken>>(answer);
    credential.user = token->user;
    credential.domain = token->domain;
  }
  return Done{std::make_shared<const Identity>(std::move(credential)), std::move(tickets)};
}

Result<ServerProtocol::Step> ServerProtocol::verify_and_answer(const TsRequest& request,
                                                               TsRequest answer) {
  if (request.auth_info) return fail(Status::InvalidToken, "authInfo came before pubKeyAuth");
  // [MS-CSSP] 2.2.1 clientNonce: version 5 and later cannot do without. The one beside pubKeyAuth
  // counts; FreeRDP sends it in every message, others only here.
  if (!request.client_nonce && version() >= kFirstVersionWithNonce) {
    return fail(Status::InvalidToken, "the client's pubKeyAuth comes without a nonce");
  }
  const KeyBinding binding{request.client_nonce ? *request.client_nonce : ByteView(),
                           subject_public_key_, version()};
  TRY_ASSIGN(PubKeyAuthVerified proof, verify_client_pub_key_auth(*inner_->message_protection(),
                                                                  binding, *request.pub_key_auth));
  TRY_ASSIGN(answer.pub_key_auth, proof.answer(binding));
  return Step{AwaitAuthInfo{std::move(proof)}, std::move(answer)};
}

// Ends the exchange with an errorCode, where the client's version has one.
ServerProtocol::Step ServerProtocol::refuse(const Error& error) const {
  Step step{Refused{error}, std::nullopt};
  if (peer_version_.carries_error_code()) {
    step.message.emplace().error_code = error_code_for(error);
  }
  return step;
}

Reply ServerProtocol::reply(Result<Step> step) {
  if (!step) step = Step{Refused{step.error()}, std::nullopt};
  state_ = std::move(step->next);
  Reply reply;
  reply.message = std::move(step->message);
  if (const auto* refused = std::get_if<Refused>(&state_)) {
    reply.progress = fail(refused->error);
  } else if (std::holds_alternative<Done>(state_)) {
    reply.progress = Progress::Complete;
  }
  return reply;
}

}  // namespace opensspi::credssp
