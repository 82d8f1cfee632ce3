// Tickets that a client gets with its ticket-granting ticket.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/handles.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// The ticket for the target: the cache's, else the KDC's. With a ticket that the target has shown
// it is under that one's key.
Result<OwnCreds> service_ticket(const Library& library, const KdcWay& way, _krb5_ccache& cache,
                                krb5_principal_data& client, krb5_principal_data& server,
                                ByteView shown);

}  // namespace opensspi::kerberos
