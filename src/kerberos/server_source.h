// Where a server's keys come from: a keytab, or the password of the account that the caller
// supplied.
#pragma once

#include "base/result.h"
#include "kerberos/credential.h"
#include "sspi/package.h"

namespace opensspi::kerberos {

// NoCredentials when there is no keytab, or nothing in it of the principal that is named; NotOwner
// when there is one that the caller may not read.
Result<Source> find_server_source(const AcquireRequest& request);

}  // namespace opensspi::kerberos
