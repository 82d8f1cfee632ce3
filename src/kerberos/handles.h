// What libkrb5 hands out, as values that free themselves.
#pragma once

#include <memory>

struct _krb5_auth_context;
struct _krb5_ccache;
struct _krb5_context;
struct _krb5_creds;
struct _krb5_init_creds_context;
struct _krb5_keyblock;
struct _krb5_kt;
struct _krb5_get_init_creds_opt;
struct _krb5_ticket;
struct krb5_principal_data;

namespace opensspi::kerberos {

// With the context that it came out of, which must outlive it.
struct Release {
  _krb5_context* context;

  void operator()(_krb5_auth_context* auth_context) const;
  void operator()(_krb5_ccache* cache) const;  // closes it; what it holds stays
  void operator()(_krb5_creds* ticket) const;
  void operator()(_krb5_get_init_creds_opt* options) const;
  void operator()(_krb5_init_creds_context* logon) const;
  void operator()(_krb5_keyblock* key) const;  // erases it
  void operator()(_krb5_kt* keytab) const;
  void operator()(_krb5_ticket* ticket) const;
  void operator()(krb5_principal_data* principal) const;
};

using OwnAuthContext = std::unique_ptr<_krb5_auth_context, Release>;
using OwnCache = std::unique_ptr<_krb5_ccache, Release>;
using OwnCreds = std::unique_ptr<_krb5_creds, Release>;
using OwnLogon = std::unique_ptr<_krb5_init_creds_context, Release>;
using OwnKey = std::unique_ptr<_krb5_keyblock, Release>;
using OwnLogonOptions = std::unique_ptr<_krb5_get_init_creds_opt, Release>;
using OwnKeytab = std::unique_ptr<_krb5_kt, Release>;
using OwnTicket = std::unique_ptr<_krb5_ticket, Release>;
using OwnPrincipal = std::unique_ptr<krb5_principal_data, Release>;

}  // namespace opensspi::kerberos
