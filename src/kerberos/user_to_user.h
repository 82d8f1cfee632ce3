// The server's half of user-to-user: the ticket-granting ticket that it shows, and the key that
// opens what the KDC makes of it. RFC 4120 3.7
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/ap_session.h"
#include "kerberos/server_keys.h"
#include "kerberos/tgt_messages.h"

namespace opensspi::kerberos {

struct ShownTicket {
  ApSession session;  // awaits AP-REQ under that ticket's key
  Bytes ticket;
};

// May wait for a KDC.
Result<ShownTicket> show_ticket(ServerKeys& keys, const TgtRequest& request, FileTime now);

}  // namespace opensspi::kerberos
