// Where the servers of a realm are, as calls to make in their order.
#pragma once

#include <chrono>
#include <vector>

#include "authority/dns.h"
#include "authority/race.h"
#include "sspi/kdc_transport.h"

namespace opensspi::authority {

// Looks names up with `resolver`, in half of the deadline. NoAuthenticatingAuthority when there is
// nobody to call; InvalidParameter for the name of a proxy that is none; UnsupportedFunction for a
// proxy that wants a certificate. The request must outlive the calls.
[[nodiscard]] Result<std::vector<Call>> calls_for(const KdcRequest& request,
                                                  const Resolver& resolver,
                                                  std::chrono::milliseconds deadline);

}  // namespace opensspi::authority
