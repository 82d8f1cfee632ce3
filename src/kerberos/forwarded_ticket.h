// Ticket-granting tickets that clients hand on.
#pragma once

#include "base/bytes.h"
#include "kerberos/handles.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// The client's ticket-granting ticket, for the server, in a KRB-CRED under the ticket's own key
// (RFC 4121 4.1.1). None when it may not be handed on, or is too long for its place.
Bytes forwarded_ticket(const Library& library, const KdcWay& way, _krb5_ccache& cache,
                       _krb5_creds& ticket);

}  // namespace opensspi::kerberos
