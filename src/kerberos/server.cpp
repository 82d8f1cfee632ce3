// From AP-REQ to an established context.
#include "kerberos/server.h"

#include <krb5.h>

#include <utility>

#include "kerberos/ap_options.h"
#include "kerberos/authenticator_time.h"
#include "kerberos/delegation.h"
#include "kerberos/errors.h"
#include "kerberos/pac.h"
#include "kerberos/principal.h"
#include "kerberos/ticket_logon.h"
#include "kerberos/user_to_user.h"

namespace opensspi::kerberos {
namespace {

// What Kerberos calls its client becomes what SSPI does: the name in its realm.
AccessToken token_of(const std::string& principal) {
  AccessToken token;
  const std::size_t realm = principal.rfind('@');
  token.user = principal.substr(0, realm);
  if (realm != std::string::npos) token.domain = principal.substr(realm + 1);
  return token;
}

std::optional<crypto::Digest128> supplied_hash(const StepInput& input) {
  if (input.channel_bindings == nullptr) return std::nullopt;
  return bindings_hash(input.channel_bindings);
}

struct FreeAuthenticator {
  krb5_context context;
  void operator()(krb5_authenticator* authenticator) const {
    if (const krb5_checksum* checksum = authenticator->checksum; checksum != nullptr) {
      erase({checksum->contents, checksum->length});  // with tickets in it, perhaps
    }
    krb5_free_authenticator(context, authenticator);
  }
};
using OwnAuthenticator = std::unique_ptr<krb5_authenticator, FreeAuthenticator>;

Result<OwnAuthenticator> authenticator_of(const ApSession& session) {
  krb5_authenticator* read = nullptr;
  const auto code = krb5_auth_con_getauthenticator(session.context(), session.auth(), &read);
  if (code != 0) return ap_failure(code);
  return OwnAuthenticator(read, FreeAuthenticator{session.context()});
}

// What other than GSSAPI's is over nothing, under the ticket's key.
Result<void> check_of_nothing(const ApSession& session, const krb5_checksum& checksum,
                              const krb5_keyblock& key) {
  constexpr krb5_keyusage kOfApReq = 10;  // RFC 4120 7.5.1
  const krb5_data nothing{};
  krb5_boolean valid = 0;
  const auto code =
      krb5_c_verify_checksum(session.context(), &key, kOfApReq, &nothing, &checksum, &valid);
  if (code == 0 && valid != 0) return {};
  return failure(code, Status::MessageAltered, "the authenticator's checksum is of something else");
}

// Of user-to-user, before AP-REQ is read: after it the session has the ticket's. Null for others.
Result<OwnKey> key_of_shown_ticket(const ApSession& session) {
  krb5_keyblock* key = nullptr;
  const auto code = krb5_auth_con_getkey(session.context(), session.auth(), &key);
  if (code != 0) return ap_failure(code);
  return OwnKey(key, Release{session.context()});
}

// [MS-KILE] 3.4.5: without that checksum the client asked for nothing and saw no channel.
Result<AuthenticatorChecksum> checksum_of(const ApSession& session,
                                          const krb5_authenticator& authenticator,
                                          const krb5_keyblock& key) {
  const krb5_checksum* checksum = authenticator.checksum;
  if (checksum == nullptr) return {};
  if (checksum->checksum_type == kChecksumType) {
    return AuthenticatorChecksum::parse({checksum->contents, checksum->length});
  }
  TRY(check_of_nothing(session, *checksum, key));
  return {};
}

Result<Bytes> make_ap_rep(const ApSession& session) {
  krb5_data message{};
  const auto code = krb5_mk_rep(session.context(), session.auth(), &message);
  if (code != 0) return ap_failure(code);
  return take(session.library(), message);
}

// Whoever can make this machine too busy to ask must not go on unasked for it.
bool may_go_on_unasked(const Error& error) {
  return error.status == Status::UnsupportedFunction ||
         (error.status == Status::NoAuthenticatingAuthority &&
          error.nt_status != nt_status::kInsufficientResources);
}

bool own_key_is_rc4(const ApSession& session) {
  const auto key = session.own_key();
  return key && key->enctype() == ENCTYPE_ARCFOUR_HMAC;
}

}  // namespace

struct ServerContext::Accepted {
  ApSession session;
  bool mutual = false;
  AuthenticatorChecksum checksum;
  bool knows_bindings = false;
  TicketFacts facts;
  Bytes pac;
  std::shared_ptr<const DelegatedTickets> tickets;  // that the client hands over, if they are taken
  IdentifiedClient client{};
};

Result<std::unique_ptr<Context>> ServerContext::create(
    std::shared_ptr<const Environment> environment, std::shared_ptr<ServerKeys> keys,
    std::shared_ptr<Authority> authority, const ContextRequest& request) {
  TRY(check_request(request));
  return std::unique_ptr<Context>(
      new ServerContext(std::move(environment), std::move(keys), std::move(authority), request));
}

Result<std::shared_ptr<const DelegatedTickets>> ServerContext::take_tickets(
    const TicketLogon& logon) const {
  TRY_ASSIGN(const Attribute names, query(AttributeId::NativeNames));
  return open_ticket_logon(*keys_, logon, std::get<NativeNames>(names).client, environment_->now());
}

StepOutput ServerContext::step(const StepInput& input) {
  StepOutput output = advance([&](auto state) { return handle(std::move(state), input); });
  if (!output.progress) output.token = std::exchange(refusal_, {});
  return output;
}

// Windows takes AP-REQ without its frame too, whatever style the client then asks for.
Result<ServerContext::Leg> ServerContext::handle(AwaitApReq, const StepInput& input) {
  ByteView message = input.token;
  const bool framed = message.empty() || message.front() != kApReqTag;
  if (framed) {
    TRY_ASSIGN(const GssToken token, parse_gss_token(input.token));
    if (equal(token.oid, oid::kUserToUser)) mechanism_ = oid::kUserToUser;
    if (token.id == TokenId::TgtReq) return show_ticket(token.message, input);
    if (token.id != TokenId::ApReq) {
      return fail(Status::OutOfSequence, "the client's first message is no AP-REQ");
    }
    message = token.message;
  }
  TRY_ASSIGN(Library library, Library::open(keys_->source().configuration));
  library.set_time(environment_->now());
  TRY_ASSIGN(ApSession session, ApSession::begin(std::move(library), Role::Server));
  return accept(std::move(session), message, framed, supplied_hash(input));
}

Result<ServerContext::Leg> ServerContext::show_ticket(ByteView tgt_request,
                                                      const StepInput& input) {
  TRY_ASSIGN(const TgtRequest request, TgtRequest::parse(tgt_request));
  TRY_ASSIGN(ShownTicket shown, kerberos::show_ticket(*keys_, request, environment_->now()));
  user_to_user_ = true;
  const Bytes reply = write_tgt_reply(shown.ticket);
  return Leg{AwaitUserToUser{std::move(shown.session), supplied_hash(input)},
             write_gss_token({mechanism_, TokenId::TgtRep, reply}), Progress::ContinueNeeded,
             ContextFlags::UseSessionKey};
}

Result<ServerContext::Leg> ServerContext::handle(AwaitUserToUser state, const StepInput& input) {
  TRY_ASSIGN(const GssToken token, parse_gss_token(input.token));
  if (token.id != TokenId::ApReq) {
    return fail(Status::OutOfSequence, "the client's second message is no AP-REQ");
  }
  const auto bindings = supplied_hash(input);
  return accept(std::move(state.session), token.message, true,
                bindings ? bindings : state.channel_bindings);
}

Result<ServerContext::Leg> ServerContext::accept(ApSession session, ByteView ap_req, bool framed,
                                                 const std::optional<crypto::Digest128>& bindings) {
  TRY_ASSIGN(Accepted accepted, open(std::move(session), ap_req));
  TRY(check_bindings(accepted, bindings));
  TRY_ASSIGN(accepted.client, identify(accepted));
  return answer(std::move(accepted), framed);
}

Result<ServerContext::Accepted> ServerContext::open(ApSession session, ByteView ap_req) {
  std::uint32_t options = 0;
  TRY_ASSIGN(const OwnKey shown_key, key_of_shown_ticket(session));
  TRY_ASSIGN(const OwnTicket ticket, read_ap_req(session, ap_req, options));
  TRY_ASSIGN(const OwnAuthenticator authenticator, authenticator_of(session));
  const krb5_enc_tkt_part& inside = *ticket->enc_part2;
  TRY_ASSIGN(AuthenticatorChecksum checksum, checksum_of(session, *authenticator, *inside.session));
  TRY_ASSIGN(const bool knows,
             knows_bindings(session.library(), authenticator->authorization_data));
  // RFC 8062: a ticket that anybody may have proves nobody.
  if ((inside.flags & TKT_FLG_ANONYMOUS) != 0) {
    return fail(Status::LogonDenied, "the client's ticket is anonymous");
  }
  TRY_ASSIGN(Bytes pac, pac_of(session, *ticket, shown_key));
  std::shared_ptr<const DelegatedTickets> tickets;
  if (has(request_.flags, ContextFlags::Delegate) && !checksum.delegated.empty()) {
    TRY_ASSIGN(tickets,
               take_delegated_tickets(session, checksum.delegated.expose(), *inside.client));
  }
  TicketFacts facts = facts_of(session.library(), *inside.client, *ticket->server, inside.times);
  return Accepted{std::move(session),  (options & AP_OPTS_MUTUAL_REQUIRED) != 0,
                  std::move(checksum), knows,
                  std::move(facts),    std::move(pac),
                  std::move(tickets)};
}

Result<Bytes> ServerContext::pac_of(const ApSession& session, const krb5_ticket& ticket,
                                    const OwnKey& shown_key) const {
  if (shown_key != nullptr) return verified_pac(session.library(), ticket, *shown_key);
  TRY_ASSIGN(const OwnKeytab keytab, keys_->open(session.library()));
  return verified_pac(session.library(), ticket, *keytab);
}

// The judge may know more of the client than its ticket, which proves it by itself where there is
// nobody to ask.
Result<IdentifiedClient> ServerContext::identify(const Accepted& accepted) const {
  Names names{accepted.facts.client};
  AccessToken token = token_of(accepted.facts.client);
  const auto judge = authority_ != nullptr ? authority_ : environment_->authority();
  if (judge != nullptr) {
    const auto known = judge->identify(accepted.pac);
    if (!known && !may_go_on_unasked(known.error())) return fail(known.error());
    if (known) {
      token = **known;
      names = {token.domain + '\\' + token.user};
    }
  }
  token.delegated_tickets = accepted.tickets;
  return IdentifiedClient{std::move(names), std::make_shared<const AccessToken>(std::move(token))};
}

Result<OwnTicket> ServerContext::read_ap_req(ApSession& session, ByteView ap_req,
                                             std::uint32_t& options) {
  TRY_ASSIGN(const OwnKeytab keytab, keys_->open(session.library()));
  TRY_ASSIGN(OwnPrincipal server, keys_->principal(session.library()));
  if (user_to_user_) server.reset();  // the key that was shown is the account's
  const krb5_data data = data_of(ap_req);
  krb5_flags read_options = 0;
  krb5_ticket* read = nullptr;
  const auto code = krb5_rd_req(session.context(), session.auth_slot(), &data, server.get(),
                                keytab.get(), &read_options, &read);
  if (code == 0) {
    options = static_cast<std::uint32_t>(read_options);
    return OwnTicket(read, Release{session.context()});
  }
  if (!is_malformed(code)) refuse(session.library(), code);
  if (code != KRB5KRB_AP_ERR_SKEW) return ap_failure(code);
  const auto client_time = authenticator_time(session.library(), *keytab, ap_req);
  const std::int64_t now = session.library().unix_time();
  return skew_failure(client_time.value_or(now) - now);
}

// RFC 4120 3.2.3: what the client is told of it, with our time.
void ServerContext::refuse(const Library& library, std::int32_t code) {
  krb5_principal named = nullptr;
  if (krb5_parse_name(library.get(), keys_->source().name.c_str(), &named) != 0) return;
  const OwnPrincipal server(named, Release{library.get()});
  krb5_error error{};
  error.error = protocol_number(code);
  error.server = named;
  krb5_us_timeofday(library.get(), &error.stime, &error.susec);
  krb5_data message{};
  if (krb5_mk_error(library.get(), &error, &message) != 0) return;
  refusal_ = write_gss_token({mechanism_, TokenId::Error, take(library, message)});
}

// [MS-KILE] 3.4.5: when the application supplied bindings the client's must be there, not zero, and
// equal. Only of a client that knows nothing of them may they be missing.
Result<void> ServerContext::check_bindings(const Accepted& accepted,
                                           const std::optional<crypto::Digest128>& supplied) const {
  if (!supplied) return {};
  const crypto::Digest128& bindings = accepted.checksum.bindings;
  const bool missing = equal(bindings, bindings_hash(nullptr));
  const bool may_miss =
      has(request_.flags, ContextFlags::AllowMissingBindings) && !accepted.knows_bindings;
  if (missing && may_miss) return {};
  if (missing) return fail(Status::BadBindings, "the client sent no channel bindings");
  if (equal(bindings, *supplied)) return {};
  return fail(Status::BadBindings, "the client's channel bindings are for another channel");
}

ContextFlags ServerContext::granted(const Accepted& accepted) const {
  ContextFlags flags =
      accepted.checksum.flags & ~(ContextFlags::MutualAuth | ContextFlags::Delegate);
  if (accepted.tickets != nullptr) flags |= ContextFlags::Delegate;
  if (accepted.mutual) flags |= ContextFlags::MutualAuth;
  if (user_to_user_) flags |= ContextFlags::UseSessionKey;
  return flags | (request_.flags & kEchoed);
}

Result<ServerContext::Leg> ServerContext::answer(Accepted accepted, bool framed) {
  const ContextFlags flags = granted(accepted);
  ApSession& session = accepted.session;
  Result<MessageKey> key = session.peers_key();
  if (!accepted.mutual) {
    TRY_ASSIGN(Established established,
               establish(session, std::move(key), flags, std::move(accepted.facts),
                         std::move(accepted.client)));
    const ContextFlags left = established.granted;
    return Leg{std::move(established), {}, Progress::Complete, left};
  }
  const bool dce_style = has(flags, ContextFlags::UseDceStyle);
  TRY_ASSIGN(Bytes token, make_ap_rep(session));
  // MIT: RC4's tokens do not say whose key they are under, and its clients keep their own.
  if (!dce_style && own_key_is_rc4(session)) {
    session.keep_peers_key();
    TRY_ASSIGN(token, make_ap_rep(session));
  } else {
    key = session.own_key();
  }
  if (framed) token = write_gss_token({mechanism_, TokenId::ApRep, token});
  if (dce_style) {
    AwaitDceAnswer next{std::move(session), flags, std::move(accepted.facts),
                        std::move(accepted.client)};
    return Leg{std::move(next), std::move(token), Progress::ContinueNeeded, flags};
  }
  TRY_ASSIGN(Established established,
             establish(session, std::move(key), flags, std::move(accepted.facts),
                       std::move(accepted.client)));
  return Leg{std::move(established), std::move(token), Progress::Complete, flags};
}

// [MS-KILE] 3.4.5: the third leg has the number that we began with, which libkrb5 looks at.
Result<ServerContext::Leg> ServerContext::handle(AwaitDceAnswer state, const StepInput& input) {
  const ApSession& session = state.session;
  const krb5_data data = data_of(input.token);
  krb5_ui_4 number = 0;
  const auto code = krb5_rd_rep_dce(session.context(), session.auth(), &data, &number);
  if (code == KRB5_MUTUAL_FAILED || code == KRB5KRB_AP_ERR_BAD_INTEGRITY) {
    return failure(code, Status::MessageAltered, "the client's last message answers another one");
  }
  if (code != 0) return ap_failure(code);
  TRY_ASSIGN(Established established, establish(session, session.own_key(), state.granted,
                                                std::move(state.facts), std::move(state.client)));
  return Leg{std::move(established), {}, Progress::Complete, state.granted};
}

Result<Established> ServerContext::establish(const ApSession& session, Result<MessageKey> key,
                                             ContextFlags granted, TicketFacts facts,
                                             IdentifiedClient client) {
  if (!key) return fail(key.error());
  const bool mutual = has(granted, ContextFlags::MutualAuth);
  FirstNumbers first = session.first_numbers();
  if (!mutual) first.sending = first.receiving;
  const MessageFormat format{Role::Server, mutual, has(granted, ContextFlags::UseDceStyle)};
  // The SPN, which a client names without its realm.
  const std::string target = facts.server.substr(0, facts.server.rfind('@'));
  TRY_ASSIGN(Established established,
             Established::make(std::move(*key), format, first, granted, std::move(facts)));
  established.target = {target};
  established.names = std::move(client.names);
  established.token = std::move(client.token);
  return established;
}

}  // namespace opensspi::kerberos
