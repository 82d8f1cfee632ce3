// RFC 4120 5.9.1: stime.
#include "kerberos/kdc_clock.h"

#include <krb5.h>

#include "kerberos/errors.h"
#include "kerberos/handles.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

Result<std::int64_t> seconds_ahead(const Library& library, const KdcWay& way,
                                   const std::string& realm) {
  const krb5_context context = library.get();
  krb5_principal made = nullptr;
  auto code = krb5_build_principal(context, &made, static_cast<unsigned>(realm.size()),
                                   realm.c_str(), "opensspi-nobody", static_cast<char*>(nullptr));
  if (code != 0) return kdc_failure(code);
  const OwnPrincipal nobody(made, Release{context});
  krb5_init_creds_context begun = nullptr;
  code = krb5_init_creds_init(context, nobody.get(), nullptr, nullptr, 0, nullptr, &begun);
  if (code != 0) return kdc_failure(code);
  const OwnLogon logon(begun, Release{context});
  KdcExchange kdc(library, way, realm);
  const Result<void> refused = kdc.log_on(logon.get());
  if (kdc.server_time()) return *kdc.server_time() - library.unix_time();
  if (!refused) return fail(refused.error());
  return fail(Status::NoAuthenticatingAuthority, "the KDC gives tickets to whom nobody knows",
              nt_status::kNoLogonServers);
}

}  // namespace opensspi::kerberos
