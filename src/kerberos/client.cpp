// From the target's name to an established context.
#include "kerberos/client.h"

#include <krb5.h>

#include <utility>

#include "kerberos/ap_options.h"
#include "kerberos/authenticator_checksum.h"
#include "kerberos/errors.h"
#include "kerberos/forwarded_ticket.h"
#include "kerberos/principal.h"
#include "kerberos/service_ticket.h"
#include "kerberos/target.h"
#include "kerberos/tgt_messages.h"
#include "kerberos/ticket_cache.h"
#include "kerberos/ticket_logon.h"
#include "sspi/target_name.h"

namespace opensspi::kerberos {
namespace {

// What the caller asked for becomes what is asked of the server.
ContextFlags wanted(ContextFlags requested) {
  ContextFlags flags = requested & (kTold | kEchoed);
  constexpr ContextFlags kNeedIntegrity =
      ContextFlags::ReplayDetect | ContextFlags::SequenceDetect | ContextFlags::Confidentiality;
  if (has(flags, kNeedIntegrity)) flags |= ContextFlags::Integrity;
  // [MS-KILE] 3.2.1: three legs have mutual authentication in them.
  if (has(flags, ContextFlags::UseDceStyle)) flags |= ContextFlags::MutualAuth;
  return flags;
}

// Windows: only together with mutual authentication, and to whom the KDC trusts with it.
bool may_delegate(ContextFlags flags, const krb5_creds& ticket) {
  return has(flags, ContextFlags::Delegate) && has(flags, ContextFlags::MutualAuth) &&
         (ticket.ticket_flags & TKT_FLG_OK_AS_DELEGATE) != 0;
}

struct FreeError {
  krb5_context context;
  void operator()(krb5_error* error) const { krb5_free_error(context, error); }
};

// The server's KRB-ERROR as an error of ours.
tl::unexpected<Error> refusal(const Library& library, ByteView message) {
  const krb5_data data = data_of(message);
  krb5_error* read = nullptr;
  if (const auto code = krb5_rd_error(library.get(), &data, &read); code != 0) {
    return ap_failure(code);
  }
  const std::unique_ptr<krb5_error, FreeError> error(read, FreeError{library.get()});
  const std::int64_t server_time = static_cast<std::uint32_t>(error->stime);
  return refusal_by_server(static_cast<std::uint32_t>(error->error),
                           server_time - library.unix_time());
}

}  // namespace

// What a client brings. The session, with the library, is first: the rest is freed before it.
struct ClientContext::Tickets {
  ApSession session;
  OwnCache cache;
  OwnPrincipal client, server;
};

struct ClientContext::Request {
  ApSession session;
  Bytes message;
  ContextFlags granted = ContextFlags::None;
  TicketFacts facts;
};

Result<std::unique_ptr<Context>> ClientContext::create(
    std::shared_ptr<const Environment> environment, std::shared_ptr<LogonTickets> tickets,
    const ContextRequest& request) {
  TRY(check_request(request));
  return std::unique_ptr<Context>(
      new ClientContext(std::move(environment), std::move(tickets), request));
}

StepOutput ClientContext::step(const StepInput& input) {
  return advance([&](auto state) { return handle(std::move(state), input); });
}

// Under SPNEGO its choice outranks the caller's wish.
bool ClientContext::user_to_user() const {
  const ByteView chosen = request_.mechanism_oid;
  if (!chosen.empty()) return equal(chosen, oid::kUserToUser);
  return has(request_.flags, ContextFlags::UseSessionKey);
}

// Whatever SPNEGO calls it, the token has RFC 4121's OID.
ByteView ClientContext::mechanism() const {
  return user_to_user() ? ByteView(oid::kUserToUser) : ByteView(oid::kKerberos);
}

Result<ClientContext::Leg> ClientContext::handle(SendFirst, const StepInput& input) {
  if (!input.token.empty()) {
    return fail(Status::OutOfSequence, "the client speaks first in Kerberos");
  }
  const crypto::Digest128 bindings = bindings_hash(input.channel_bindings);
  return user_to_user() ? ask_for_ticket(bindings) : send_ap_req(bindings, {});
}

// The client's own tickets come first: without them there is nothing to ask for.
Result<ClientContext::Leg> ClientContext::ask_for_ticket(const crypto::Digest128& bindings) const {
  TRY_ASSIGN(const Tickets tickets, open_tickets());
  TRY_ASSIGN(const Principal server, read_principal(tickets.session.library(), *tickets.server));
  const TgtRequest request{static_cast<std::uint32_t>(tickets.server->type), server.components,
                           server.realm};
  return Leg{AwaitTgtRep{bindings},
             write_gss_token({mechanism(), TokenId::TgtReq, request.write()}),
             Progress::ContinueNeeded, ContextFlags::UseSessionKey};
}

Result<ClientContext::Leg> ClientContext::handle(AwaitTgtRep state, const StepInput& input) {
  TRY_ASSIGN(const GssToken token, parse_gss_token(input.token));
  if (token.id == TokenId::Error) {
    TRY_ASSIGN(const Library library, Library::open(tickets_->source().configuration));
    library.set_time(environment_->now());
    return refusal(library, token.message);
  }
  if (token.id != TokenId::TgtRep) {
    return fail(Status::OutOfSequence, "the server's first message shows no ticket");
  }
  TRY_ASSIGN(const ByteView shown, parse_tgt_reply(token.message));
  const auto bindings = input.channel_bindings == nullptr ? state.channel_bindings
                                                          : bindings_hash(input.channel_bindings);
  return send_ap_req(bindings, shown);
}

Result<ClientContext::Leg> ClientContext::send_ap_req(const crypto::Digest128& bindings,
                                                      ByteView shown) const {
  TRY_ASSIGN(Request made, make_ap_req(bindings, shown));
  Bytes token = dce_style() ? std::move(made.message)
                            : write_gss_token({mechanism(), TokenId::ApReq, made.message});
  if (has(made.granted, ContextFlags::MutualAuth)) {
    AwaitApRep next{std::move(made.session), made.granted, std::move(made.facts)};
    return Leg{std::move(next), std::move(token), Progress::ContinueNeeded, made.granted};
  }
  TRY_ASSIGN(MessageKey key, made.session.own_key());
  TRY_ASSIGN(Established established,
             establish(made.session, std::move(key), false, made.granted, std::move(made.facts)));
  const ContextFlags left = established.granted;
  return Leg{std::move(established), std::move(token), Progress::Complete, left};
}

Result<TicketLogon> ClientContext::ticket_logon() const {
  TRY_ASSIGN(const Tickets tickets, open_tickets());
  return make_ticket_logon(tickets.session.library(), tickets_->way(), *tickets.cache,
                           *tickets.client, host_of(request_.target_name));
}

Result<ClientContext::Tickets> ClientContext::open_tickets() const {
  TRY_ASSIGN(Library opened, Library::open(tickets_->source().configuration));
  TRY_ASSIGN(ApSession session, ApSession::begin(std::move(opened), Role::Client));
  const Library& library = session.library();
  TRY_ASSIGN(OwnCache cache, tickets_->open(library, environment_->now()));
  TRY_ASSIGN(OwnPrincipal client, owner_of(library, *cache));
  library.set_time(environment_->now());
  TRY_ASSIGN(OwnPrincipal server,
             target_principal(library, request_.target_name, realm_of(*client)));
  return Tickets{std::move(session), std::move(cache), std::move(client), std::move(server)};
}

Result<ClientContext::Request> ClientContext::make_ap_req(const crypto::Digest128& bindings,
                                                          ByteView shown) const {
  TRY_ASSIGN(Tickets tickets, open_tickets());
  ApSession& session = tickets.session;
  const Library& library = session.library();
  TRY_ASSIGN(const OwnCreds ticket, service_ticket(library, tickets_->way(), *tickets.cache,
                                                   *tickets.client, *tickets.server, shown));

  AuthenticatorChecksum checksum{bindings, wanted(request_.flags), {}};
  if (may_delegate(checksum.flags, *ticket)) {
    checksum.delegated =
        SecretBytes(forwarded_ticket(library, tickets_->way(), *tickets.cache, *ticket));
  }
  if (checksum.delegated.empty()) checksum.flags = checksum.flags & ~ContextFlags::Delegate;

  TicketFacts facts = facts_of(library, *ticket->client, *ticket->server, ticket->times);
  krb5_auth_con_set_req_cksumtype(session.context(), session.auth(), kChecksumType);
  krb5_flags options = AP_OPTS_USE_SUBKEY;
  if (has(checksum.flags, ContextFlags::MutualAuth)) {
    options |= AP_OPTS_MUTUAL_REQUIRED | AP_OPTS_ETYPE_NEGOTIATION;
  }
  if (!shown.empty()) options |= AP_OPTS_USE_SESSION_KEY;
  const Bytes covered = checksum.write();
  krb5_data covered_data = data_of(covered), message{};
  TRY_ASSIGN(const OwnAuthdata ap_options, write_ap_options(library));
  krb5_creds used = *ticket;
  used.authdata = ap_options.get();  // the authenticator's
  const auto code = krb5_mk_req_extended(session.context(), session.auth_slot(), options,
                                         &covered_data, &used, &message);
  if (code != 0) return ap_failure(code);
  Bytes written = take(session.library(), message);
  const ContextFlags granted =
      checksum.flags | (shown.empty() ? ContextFlags::None : ContextFlags::UseSessionKey);
  return Request{std::move(session), std::move(written), granted, std::move(facts)};
}

Result<ClientContext::Leg> ClientContext::handle(AwaitApRep state, const StepInput& input) {
  const ApSession& session = state.session;
  ByteView message = input.token;
  if (!dce_style() || (!message.empty() && message.front() == kFrameTag)) {
    TRY_ASSIGN(const GssToken token, parse_gss_token(input.token));
    if (token.id != TokenId::ApRep && token.id != TokenId::Error) {
      return fail(Status::OutOfSequence, "the server's answer is no AP-REP");
    }
    message = token.message;
  }
  if (!message.empty() && message.front() == kErrorTag) return refusal(session.library(), message);
  const krb5_data data = data_of(message);
  krb5_ap_rep_enc_part* read = nullptr;
  auto code = krb5_rd_rep(session.context(), session.auth(), &data, &read);
  if (code == KRB5KRB_AP_ERR_BAD_INTEGRITY) code = KRB5_MUTUAL_FAILED;
  if (code != 0) return ap_failure(code);
  const bool acceptor_subkey = read->subkey != nullptr;
  krb5_free_ap_rep_enc_part(session.context(), read);
  Bytes token;
  if (dce_style()) {
    krb5_data last{};
    code = krb5_mk_rep_dce(session.context(), session.auth(), &last);
    if (code != 0) return ap_failure(code);
    token = take(session.library(), last);
  }
  Result<MessageKey> key = acceptor_subkey ? session.peers_key() : session.own_key();
  if (!key) return fail(key.error());
  TRY_ASSIGN(Established established, establish(session, std::move(*key), acceptor_subkey,
                                                state.granted, std::move(state.facts)));
  return Leg{std::move(established), std::move(token), Progress::Complete, state.granted};
}

Result<Established> ClientContext::establish(const ApSession& session, MessageKey key,
                                             bool acceptor_subkey, ContextFlags granted,
                                             TicketFacts facts) const {
  FirstNumbers first = session.first_numbers();
  // RFC 4121 4.1.1 leaves it open: without an answer both count from the same.
  if (!has(granted, ContextFlags::MutualAuth)) first.receiving = first.sending;
  const MessageFormat format{Role::Client, acceptor_subkey, dce_style()};
  TRY_ASSIGN(Established established,
             Established::make(std::move(key), format, first, granted, std::move(facts)));
  established.target = {request_.target_name};
  return established;
}

}  // namespace opensspi::kerberos
