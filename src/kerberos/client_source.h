// Where a client's tickets come from: what the caller supplied, the ticket caches of the logon
// session, an identity that has logged on in it; for the machine its keytab.
#pragma once

#include "base/result.h"
#include "kerberos/credential.h"
#include "kerberos/ticket_cache.h"
#include "sspi/package.h"

namespace opensspi::kerberos {

// NoCredentials when there is nothing, or nothing any more; UnknownCredentials when there is
// something, but not of the principal that is named; NotOwner when what there is may not be used
// by the caller. Asks no KDC.
Result<Source> find_client_source(const AcquireRequest& request, FileTime now,
                                  const KcmAnswers& kcm_answers);

}  // namespace opensspi::kerberos
