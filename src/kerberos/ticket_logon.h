// Remote Credential Guard in Kerberos: a client's ticket for the computer that it logs on to, and
// its ticket-granting ticket under that one's key. KERB_TICKET_LOGON (ntsecapi.h),
// [MS-CSSP] 2.2.1.2.3.1
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"
#include "kerberos/server_keys.h"
#include "sspi/delegated_tickets.h"
#include "sspi/identity.h"

struct _krb5_ccache;
struct krb5_principal_data;

namespace opensspi::kerberos {

// A ticket for host/HOST, and a ticket-granting ticket that the KDC lets go there. TargetUnknown
// for a host that the KDC does not know, NoCredentials when the tickets may not be handed on.
Result<TicketLogon> make_ticket_logon(const Library& library, const KdcWay& way,
                                      _krb5_ccache& cache, krb5_principal_data& client,
                                      std::string_view host);

// What the tickets of `client`, a principal with its realm, are good for. LogonDenied for those of
// another client or for another computer, ContextExpired, InvalidToken.
Result<std::shared_ptr<const DelegatedTickets>> open_ticket_logon(ServerKeys& keys,
                                                                  const TicketLogon& logon,
                                                                  const std::string& client,
                                                                  FileTime now);

}  // namespace opensspi::kerberos
