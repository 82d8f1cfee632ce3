// What a client says of itself under its authenticator's seal: that it knows of channel bindings,
// so that one who has none saw no channel. [MS-KILE] AD-AUTH-DATA-AP-OPTIONS, in AD-IF-RELEVANT
// (RFC 4120 5.2.6.1): 32 bits, little-endian, KERB_AP_OPTIONS_CBT.
#pragma once

#include <memory>

#include "base/result.h"
#include "kerberos/library.h"

struct _krb5_authdata;

namespace opensspi::kerberos {

struct FreeAuthdata {
  _krb5_context* context;
  void operator()(_krb5_authdata** list) const;
};
using OwnAuthdata = std::unique_ptr<_krb5_authdata*, FreeAuthdata>;

// As libkrb5 takes it: a list that ends with null.
Result<OwnAuthdata> write_ap_options(const Library& library);

// Whether an authenticator's list, which may be null, says so. InvalidToken when it is malformed.
Result<bool> knows_bindings(const Library& library, _krb5_authdata* const* list);

}  // namespace opensspi::kerberos
