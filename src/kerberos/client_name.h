// The principal that an identity, or the owner of a keytab, logs on as.
#pragma once

#include <string>

#include "base/result.h"
#include "kerberos/credential.h"
#include "kerberos/handles.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// Of an identity: user@REALM, where the realm is the domain, or what follows the @ of a UPN, in
// upper case, and libkrb5's default realm when there is neither, or when the domain is the first
// label of it. An identity without a user is whom its certificate names; NoCredentials without
// either.
Result<OwnPrincipal> client_principal(const Library& library, const Source& source,
                                      const std::string& of_certificate = {});

// Whether a negotiation may try Kerberos first: whoever has tickets or keys has logged on there; an
// identity's domain must be a realm that krb5.conf names, for finding out by asking name services
// takes long where there is none; or there is a proxy, which knows. With a certificate nothing else
// can be tried. NoCredentials.
Result<void> may_be_tried(const Source& source, const KdcWay& way);

}  // namespace opensspi::kerberos
