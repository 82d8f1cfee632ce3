// The TGS exchange, RFC 4120 3.3.
#include "kerberos/service_ticket.h"

#include <krb5.h>

#include <memory>

#include "kerberos/ap_session.h"
#include "kerberos/errors.h"
#include "kerberos/principal.h"

namespace opensspi::kerberos {

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

}  // namespace opensspi::kerberos
