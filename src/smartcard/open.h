// Where the key of a logon with a certificate is. Of a card's names each narrows the choice, and an
// empty one is any:
//
//     reader_name     the slot's description          container_name  the certificate's label, or
//     its card_name       the token's label                               id in hexadecimal digits
//
// csp_name names the driver of a Windows machine: which module is asked here is policy's to say. It
// may come from a peer, and what it names is never loaded.
#pragma once

#include <string>

#include "sspi/card_logon.h"
#include "sspi/identity.h"
#include "sspi/types.h"

namespace opensspi::smartcard {

// Opens what `identity`, which has a SmartCard, logs on with. The PIN is shown to the card once,
// here, so that a wrong one counts once. `module`: policy's.
Result<CardLogon> open(const std::string& module, const Identity& identity, FileTime now);

}  // namespace opensspi::smartcard
