// Two exchanges: for the ticket, and for the change.
#include "kerberos/change_password.h"

#include <krb5.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"
#include "kerberos/ap_session.h"
#include "kerberos/client_name.h"
#include "kerberos/errors.h"
#include "kerberos/handles.h"
#include "kerberos/logon_tickets.h"
#include "kerberos/principal.h"
#include "kerberos/session.h"

namespace opensspi::kerberos {
namespace {

constexpr std::uint16_t kVersion = 1;  // of a change, RFC 3244 2
constexpr char kServicesName[] = "kadmin/changepw";
constexpr char kNoAnswer[] =
    "the server's answer to the change is not well-formed: it is open "
    "whether the password was changed";

enum ResultCode : std::uint16_t {  // RFC 3244 2
  kSuccess = 0,
  kAuthError = 3,
  kSoftError = 4,
  kAccessDenied = 5,
};

tl::unexpected<Error> malformed() {
  return fail(Status::InvalidToken, kNoAnswer);
}

tl::unexpected<Error> not_fit(const char* why, std::int64_t value = 0) {
  return fail(Status::LogonDenied, why, nt_status::kPasswordRestriction, value);
}

// What kadmind and Samba say in English, in words of ours: bytes of a peer are no words.
struct Reason {
  std::string_view says;
  const char* why;
};
constexpr std::array kReasons = {
    Reason{"too short", "the new password is too short"},
    Reason{"character classes", "the new password has too few kinds of characters"},
    Reason{"complexity", "the new password has too few kinds of characters, or a name in it"},
    Reason{"dictionary", "the new password is in a dictionary"},
    Reason{"used previously", "the new password was used before"},
    Reason{"history", "the new password was used before"},
    Reason{"too recently", "the password was changed too short a time ago"},
    Reason{"minimum password age",
           "the password was changed too short a time ago, or may not be changed"},
};

// Windows' form: two zeros, then numbers, of which the first is the shortest length.
tl::unexpected<Error> broken_rule(ByteView said) {
  constexpr std::size_t kRulesSize = 30;
  Reader rules(said);
  if (said.size() == kRulesSize && rules.u16_be() == 0) {
    return not_fit("the new password breaks the domain's rules (the figure is the shortest length)",
                   rules.u32_be());
  }
  const std::string_view text(reinterpret_cast<const char*>(said.data()), said.size());
  const auto* known = std::ranges::find_if(kReasons, [&](const Reason& reason) {
    return text.find(reason.says) != std::string_view::npos;
  });
  return not_fit(known == kReasons.end() ? "the new password breaks the realm's rules"
                                         : known->why);
}

// Who changes it, in a realm that there may be: a name without a dot, that krb5.conf does not have,
// is a machine's or a domain's of NetBIOS, which nobody is asked about.
Result<OwnPrincipal> owner_of_password(const Library& library, const PasswordChange& change) {
  auto identity = std::make_shared<Identity>();
  identity->user = change.user;
  identity->domain = change.domain;
  TRY_ASSIGN(OwnPrincipal owner,
             client_principal(library, source_of({std::move(identity)}, Configuration::Callers)));
  const std::string realm = realm_of(*owner);
  if (realm != library.configured_realm() && !library.knows_realm(realm) &&
      realm.find('.') == std::string::npos) {
    return fail(Status::NoAuthenticatingAuthority, "krb5.conf does not name the realm",
                nt_status::kNoLogonServers);
  }
  return owner;
}

Result<OwnCreds> ticket_for_change(const Library& library, KdcExchange& kdc,
                                   krb5_principal_data& owner, const SecretBytes& old_password) {
  constexpr krb5_deltat kLifeSeconds = 300;
  const krb5_context context = library.get();
  TRY_ASSIGN(const OwnLogonOptions options, make_logon_options(library));
  krb5_get_init_creds_opt_set_tkt_life(options.get(), kLifeSeconds);
  krb5_get_init_creds_opt_set_renew_life(options.get(), 0);
  krb5_get_init_creds_opt_set_forwardable(options.get(), 0);
  krb5_get_init_creds_opt_set_proxiable(options.get(), 0);
  krb5_init_creds_context begun = nullptr;
  auto code = krb5_init_creds_init(context, &owner, nullptr, nullptr, 0, options.get(), &begun);
  if (code != 0) return kdc_failure(code);
  const OwnLogon logon(begun, Release{context});
  code = krb5_init_creds_set_service(context, begun, kServicesName);
  if (code != 0) return kdc_failure(code);
  TRY(give_password(library, begun, old_password));
  TRY(kdc.log_on(begun));
  krb5_creds got{}, *ticket = nullptr;
  code = krb5_init_creds_get_creds(context, begun, &got);
  if (code == 0) code = krb5_copy_creds(context, &got, &ticket);
  krb5_free_cred_contents(context, &got);
  if (code != 0) return kdc_failure(code);
  return OwnCreds(ticket, Release{context});
}

// KRB-PRIV wants an address, which servers do not look at: clients are behind translation.
Result<void> set_address(const ApSession& session) {
  std::array<krb5_octet, 4> nowhere{};
  krb5_address address{KV5M_ADDRESS, ADDRTYPE_INET, nowhere.size(), nowhere.data()};
  const auto code = krb5_auth_con_setaddrs(session.context(), session.auth(), &address, nullptr);
  if (code != 0) return ap_failure(code);
  return {};
}

Result<Bytes> write_change(ApSession& session, krb5_creds& ticket, const SecretBytes& password) {
  const Library& library = session.library();
  krb5_data message{};
  auto code = krb5_mk_req_extended(session.context(), session.auth_slot(), AP_OPTS_USE_SUBKEY,
                                   nullptr, &ticket, &message);
  if (code != 0) return ap_failure(code);
  const Bytes ap_req = take(library, message);
  TRY(set_address(session));
  // RFC 3244 2: numbers, no times.
  krb5_auth_con_setflags(session.context(), session.auth(), KRB5_AUTH_CONTEXT_DO_SEQUENCE);
  const krb5_data text = data_of(password.expose());
  code = krb5_mk_priv(session.context(), session.auth(), &text, &message, nullptr);
  if (code != 0) return ap_failure(code);
  const Bytes krb_priv = take(library, message);

  constexpr std::size_t kHead = 3 * sizeof(std::uint16_t);
  Writer out(kHead + ap_req.size() + krb_priv.size());
  out.u16_be(static_cast<std::uint16_t>(kHead + ap_req.size() + krb_priv.size())).u16_be(kVersion);
  out.u16_be(static_cast<std::uint16_t>(ap_req.size())).bytes(ap_req).bytes(krb_priv);
  return out.take();
}

// In a KRB-ERROR the result is not protected: who forges one refuses a change, no more.
Result<void> read_error(const ApSession& session, ByteView message) {
  const krb5_data data = data_of(message);
  krb5_error* error = nullptr;
  if (krb5_rd_error(session.context(), &data, &error) != 0) return malformed();
  const auto free = [&](krb5_error* read) { krb5_free_error(session.context(), read); };
  const std::unique_ptr<krb5_error, decltype(free)> owned(error, free);
  const Result<void> result = read_change_result(
      {reinterpret_cast<const std::uint8_t*>(error->e_data.data), error->e_data.length});
  if (!result && result.error().status != Status::InvalidToken) return fail(result.error());
  return refusal_by_server(error->error,
                           std::int64_t{error->stime} - session.library().unix_time());
}

Result<void> read_answer(const ApSession& session, ByteView answer) {
  if (!answer.empty() && answer.front() == kErrorTag) return read_error(session, answer);
  Reader reader(answer);
  const std::size_t size = reader.u16_be();
  reader.skip(sizeof(std::uint16_t));  // its version: servers say the request's, or RFC 3244's own
  const ByteView ap_rep = reader.bytes(reader.u16_be());
  const ByteView rest = reader.rest();
  if (!reader.ok() || size != answer.size()) return malformed();
  if (ap_rep.empty()) return read_error(session, rest);

  const krb5_data first = data_of(ap_rep), second = data_of(rest);
  krb5_ap_rep_enc_part* proof = nullptr;
  if (krb5_rd_rep(session.context(), session.auth(), &first, &proof) != 0) return malformed();
  krb5_free_ap_rep_enc_part(session.context(), proof);
  krb5_auth_con_setaddrs(session.context(), session.auth(), nullptr, nullptr);
  krb5_data plaintext{};
  if (krb5_rd_priv(session.context(), session.auth(), &second, &plaintext, nullptr) != 0) {
    return malformed();
  }
  return read_change_result(take(session.library(), plaintext));
}

}  // namespace

Result<void> read_change_result(ByteView user_data) {
  Reader reader(user_data);
  const std::uint16_t code = reader.u16_be();
  const ByteView said = reader.rest();
  if (!reader.ok()) return malformed();
  switch (code) {
    case kSuccess:
      return {};
    case kAuthError:
      return fail(Status::LogonDenied, "the server does not take the proof of the old password",
                  nt_status::kLogonFailure, code);
    case kSoftError:
      return broken_rule(said);
    case kAccessDenied:
      return fail(Status::LogonDenied, "the server lets this user change no password",
                  nt_status::kAccessDenied, code);
    default:
      return fail(Status::NoAuthenticatingAuthority,
                  "the server could not change the password (the figure is RFC 3244's)",
                  nt_status::kNoLogonServers, code);
  }
}

Result<void> change_password(const KdcWay& way, const PasswordChange& change) {
  TRY_ASSIGN(Library opened, Library::open(Configuration::Callers));
  TRY_ASSIGN(ApSession session, ApSession::begin(std::move(opened), Role::Client));
  const Library& library = session.library();
  library.set_time(way.environment->now());
  TRY_ASSIGN(const OwnPrincipal owner, owner_of_password(library, change));
  const std::string realm = realm_of(*owner);
  KdcExchange kdc(library, way, realm);
  TRY_ASSIGN(const OwnCreds ticket, ticket_for_change(library, kdc, *owner, change.old_password));
  TRY_ASSIGN(const SecretBytes password, secret_utf16le_to_utf8(change.new_password.expose()));
  TRY_ASSIGN(const Bytes message, write_change(session, *ticket, password));
  TRY_ASSIGN(const Bytes answer, kdc.ask(realm, KdcService::PasswordChanges, message));
  return read_answer(session, answer);
}

}  // namespace opensspi::kerberos
