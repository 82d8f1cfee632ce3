// Whether a realm has a KDC that answers, and how its clock goes.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "kerberos/kdc_exchange.h"
#include "kerberos/library.h"

namespace opensspi::kerberos {

// By how many seconds the KDC's clock is ahead of `library`'s time. Asks for a user whom nobody
// knows: each KDC's refusal has its time. Errors as of KdcTransport; NoAuthenticatingAuthority also
// for an answer that is no refusal.
Result<std::int64_t> seconds_ahead(const Library& library, const KdcWay& way,
                                   const std::string& realm);

}  // namespace opensspi::kerberos
