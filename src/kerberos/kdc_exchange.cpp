// libkrb5's exchanges, step by step.
#include "kerberos/kdc_exchange.h"

#include <krb5.h>

#include <utility>

#include "kerberos/ap_session.h"
#include "kerberos/errors.h"
#include "kerberos/extended_error.h"

namespace opensspi::kerberos {
namespace {

static_assert(KRB5_INIT_CREDS_STEP_FLAG_CONTINUE == KRB5_TKT_CREDS_STEP_FLAG_CONTINUE);

// Preauthentication takes some, referrals one for each realm; libkrb5 stops before.
constexpr int kMostQuestions = 32;

}  // namespace

template <class Step>
Result<void> KdcExchange::run(Step&& step) {
  Bytes answer;
  bool stream_first = false;
  for (int question = 0; question < kMostQuestions; ++question) {
    krb5_data in = data_of(answer), out{}, to{};
    unsigned flags = 0;
    const krb5_error_code code = step(&in, &out, &to, &flags);
    const Bytes message = take(library_, out), realm = take(library_, to);
    stream_first = code == KRB5KRB_ERR_RESPONSE_TOO_BIG;
    if (code != 0 && !stream_first) return refusal(code);
    if (code == 0 && (flags & KRB5_TKT_CREDS_STEP_FLAG_CONTINUE) == 0) return {};
    TRY_ASSIGN(answer, ask(std::string(realm.begin(), realm.end()), KdcService::Tickets, message,
                           stream_first));
    note_error(answer);
  }
  return fail(Status::NoAuthenticatingAuthority, "the KDC asks for ever more",
              nt_status::kNoLogonServers);
}

Result<void> KdcExchange::log_on(_krb5_init_creds_context* logon) {
  return run([&](krb5_data* in, krb5_data* out, krb5_data* realm, unsigned* flags) {
    return krb5_init_creds_step(library_.get(), logon, in, out, realm, flags);
  });
}

Result<void> KdcExchange::get_ticket(_krb5_tkt_creds_context* ticket) {
  return run([&](krb5_data* in, krb5_data* out, krb5_data* realm, unsigned* flags) {
    return krb5_tkt_creds_step(library_.get(), ticket, in, out, realm, flags);
  });
}

Result<Bytes> KdcExchange::ask(const std::string& realm, KdcService service, ByteView message,
                               bool stream_first) {
  KdcRequest request{.realm = realm,
                     .service = service,
                     .servers = library_.servers(realm, service),
                     .proxy = way_.proxy,
                     .stream_first = stream_first || message.size() > library_.datagram_limit(),
                     .message = message};
  Result<Bytes> answer = way_.environment->kdc_transport()->exchange(request);
  if (answer) return answer;
  Error error = answer.error();
  way_.environment->log(LogLevel::Warning, "kerberos", error.why, error.value);
  // Static text cannot name the realm, but say whose it is.
  if (error.status == Status::NoAuthenticatingAuthority && realm != realm_) {
    error.why = "no KDC of the target's realm gives an answer; the user's own does";
  }
  return fail(error);
}

void KdcExchange::note_error(ByteView answer) {
  nt_status_ = 0;
  if (answer.empty() || answer.front() != kErrorTag) return;
  const krb5_data data = data_of(answer);
  krb5_error* error = nullptr;
  if (krb5_rd_error(library_.get(), &data, &error) != 0) return;
  server_time_ = static_cast<std::uint32_t>(error->stime);
  const krb5_data& e_data = error->e_data;
  nt_status_ = extended_status({reinterpret_cast<const std::uint8_t*>(e_data.data), e_data.length})
                   .value_or(0);
  krb5_free_error(library_.get(), error);
}

tl::unexpected<Error> KdcExchange::refusal(std::int32_t code) const {
  auto failed = kdc_failure(code, nt_status_);
  if (failed.value().status == Status::TimeSkew && server_time_) {
    failed.value().value = *server_time_ - library_.unix_time();
  }
  return failed;
}

}  // namespace opensspi::kerberos
