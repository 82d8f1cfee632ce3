// The time that a client's clock shows, out of an AP-REQ that libkrb5 refused because of it without
// telling by how much.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "kerberos/handles.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// Seconds since 1970. Nothing when the keytab does not open the ticket, or what is in it the
// authenticator.
[[nodiscard]] std::optional<std::int64_t> authenticator_time(const Library& library,
                                                             _krb5_kt& keytab, ByteView ap_req);

}  // namespace opensspi::kerberos
