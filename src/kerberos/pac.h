// What the KDC says of the client inside a ticket: its Privilege Attribute Certificate, [MS-PAC].
// Only what the KDC has signed for this very server, of this very client, counts.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// The PAC of a ticket that was opened, checked with the keys that open it; empty when it has none.
// LogonDenied when it is not signed for this server, or is of another client ([MS-PAC] 2.7, 2.8.1);
// InvalidToken when it is malformed.
[[nodiscard]] Result<Bytes> verified_pac(const Library& library, const _krb5_ticket& ticket,
                                         _krb5_kt& keytab);
// The same of user-to-user, where the key is that of the ticket that was shown.
[[nodiscard]] Result<Bytes> verified_pac(const Library& library, const _krb5_ticket& ticket,
                                         const _krb5_keyblock& shown_key);

}  // namespace opensspi::kerberos
