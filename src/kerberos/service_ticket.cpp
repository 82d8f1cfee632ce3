// The TGS exchange, RFC 4120 3.3.
#include "kerberos/service_ticket.h"

#include <krb5.h>

#include <limits>
#include <memory>
#include <string>

#include "kerberos/ap_session.h"
#include "kerberos/errors.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {
namespace {

// What libkrb5 has no steps for: it is stopped before it opens a socket. It looks a realm's KDC up
// first, so it must be one that it finds.
struct ForwardingHook {
  KdcExchange kdc;

  static krb5_error_code send(krb5_context context, void* hook, const krb5_data* realm,
                              const krb5_data* message, krb5_data** /*new_message*/,
                              krb5_data** reply) {
    auto& kdc = static_cast<ForwardingHook*>(hook)->kdc;
    const Result<Bytes> answer =
        kdc.ask(std::string(realm->data, realm->length), KdcService::Tickets,
                {reinterpret_cast<const std::uint8_t*>(message->data), message->length});
    if (!answer) return KRB5_KDC_UNREACH;
    const krb5_data data = data_of(*answer);
    return krb5_copy_data(context, &data, reply);
  }
};

}  // namespace

Result<OwnCreds> service_ticket(const Library& library, const KdcWay& way, _krb5_ccache& cache,
                                krb5_principal_data& client, krb5_principal_data& server,
                                ByteView shown) {
  krb5_creds wanted_ticket{};
  wanted_ticket.client = &client;
  wanted_ticket.server = &server;
  wanted_ticket.second_ticket = data_of(shown);
  const krb5_flags options = shown.empty() ? 0 : KRB5_GC_USER_USER;
  krb5_tkt_creds_context begun = nullptr;
  auto code = krb5_tkt_creds_init(library.get(), &cache, &wanted_ticket, options, &begun);
  if (code != 0) return kdc_failure(code);
  const auto free = [&](krb5_tkt_creds_context asked) {
    krb5_tkt_creds_free(library.get(), asked);
  };
  const std::unique_ptr<_krb5_tkt_creds_context, decltype(free)> asked(begun, free);
  KdcExchange kdc(library, way, realm_of(client));
  TRY(kdc.get_ticket(begun));
  krb5_creds got{}, *found = nullptr;
  code = krb5_tkt_creds_get_creds(library.get(), begun, &got);
  if (code == 0) code = krb5_copy_creds(library.get(), &got, &found);
  krb5_free_cred_contents(library.get(), &got);
  if (code != 0) return kdc_failure(code);
  return OwnCreds(found, Release{library.get()});
}

Bytes forwarded_ticket(const Library& library, const KdcWay& way, _krb5_ccache& cache,
                       _krb5_creds& ticket) {
  krb5_auth_context made = nullptr;
  if (krb5_auth_con_init(library.get(), &made) != 0) return {};
  const OwnAuthContext auth(made, Release{library.get()});
  krb5_auth_con_setflags(library.get(), made, 0);
  ForwardingHook hook{KdcExchange(library, way, realm_of(*ticket.client))};
  krb5_set_kdc_send_hook(library.get(), &ForwardingHook::send, &hook);
  const auto unhook = [](krb5_context context) {
    krb5_set_kdc_send_hook(context, nullptr, nullptr);
  };
  const std::unique_ptr<_krb5_context, decltype(unhook)> hooked(library.get(), unhook);
  krb5_data message{};
  if (krb5_auth_con_setuseruserkey(library.get(), made, &ticket.keyblock) != 0 ||
      krb5_fwd_tgt_creds(library.get(), made, nullptr, ticket.client, ticket.server, &cache, 1,
                         &message) != 0) {
    return {};
  }
  Bytes written = take(library, message);
  if (written.size() > std::numeric_limits<std::uint16_t>::max()) return {};
  return written;
}

}  // namespace opensspi::kerberos
