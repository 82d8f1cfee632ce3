// Each with the function that libkrb5 has for it.
#include "kerberos/handles.h"

#include <krb5.h>

namespace opensspi::kerberos {

void Release::operator()(_krb5_auth_context* auth_context) const {
  krb5_auth_con_free(context, auth_context);
}
void Release::operator()(_krb5_ccache* cache) const {
  krb5_cc_close(context, cache);
}
void Release::operator()(_krb5_creds* ticket) const {
  krb5_free_creds(context, ticket);
}
void Release::operator()(_krb5_get_init_creds_opt* options) const {
  krb5_get_init_creds_opt_free(context, options);
}
void Release::operator()(_krb5_init_creds_context* logon) const {
  krb5_init_creds_free(context, logon);
}
void Release::operator()(_krb5_keyblock* key) const {
  krb5_free_keyblock(context, key);
}
void Release::operator()(_krb5_kt* keytab) const {
  krb5_kt_close(context, keytab);
}
void Release::operator()(_krb5_ticket* ticket) const {
  krb5_free_ticket(context, ticket);
}
void Release::operator()(krb5_principal_data* principal) const {
  krb5_free_principal(context, principal);
}

}  // namespace opensspi::kerberos
