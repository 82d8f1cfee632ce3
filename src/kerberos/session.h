// Logon sessions as this room tells them apart, and identities as sources.
#pragma once

#include "kerberos/credential.h"
#include "kerberos/library.h"
#include "sspi/logon_session.h"

namespace opensspi::kerberos {

enum class SessionKind { Callers, Anothers, Machines, Nobodys };

// Null is nobody's.
[[nodiscard]] SessionKind kind_of(const LogonSession* session);
// What a caller's environment says is about its own session only.
[[nodiscard]] Configuration configuration_for(SessionKind kind);

[[nodiscard]] Source source_of(const StoredIdentity& stored, Configuration configuration);

}  // namespace opensspi::kerberos
