// Tickets that a client hands over inside its authenticator, a KRB-CRED: RFC 4120 5.8, RFC 4121
// 4.1.1.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/ap_session.h"
#include "sspi/delegated_tickets.h"

namespace opensspi::kerberos {

// Takes them out of `krb_cred`, which came with the AP-REQ of `session`, into a cache of this
// process's memory. InvalidToken for what is no KRB-CRED that this session's keys open, and for
// tickets of anybody but `client`.
[[nodiscard]] Result<std::shared_ptr<const DelegatedTickets>> take_delegated_tickets(
    const ApSession& session, ByteView krb_cred, const krb5_principal_data& client);

}  // namespace opensspi::kerberos
