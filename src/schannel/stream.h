// What an established TLS session answers, for every package that stands on one.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "sspi/attribute.h"
#include "tls/session.h"

namespace opensspi::schannel {

// UnsupportedFunction for what TLS does not know, or this session does not have. `max_token` is the
// package's.
[[nodiscard]] Result<Attribute> query_stream(const tls::Session& session, AttributeId id,
                                             std::uint32_t max_token);

}  // namespace opensspi::schannel
