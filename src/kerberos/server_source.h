// Where a server's keys come from: a keytab, or the password of the account that the caller
// supplied.
#pragma once

#include <string>

#include "base/result.h"
#include "kerberos/credential.h"
#include "sspi/package.h"

namespace opensspi::kerberos {

// `keytab`: the callers' own, libkrb5's default for an empty name; the machine's is the default.
// NoCredentials when there is no keytab, or nothing in it of the principal that is named; NotOwner
// when there is one that the caller may not read.
Result<Source> find_server_source(const AcquireRequest& request, const std::string& keytab);

}  // namespace opensspi::kerberos
