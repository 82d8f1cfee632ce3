// What goes over the wire in a leg, in static words for people who watch a logon.
#pragma once

#include "base/bytes.h"
#include "credssp/ts_request.h"

namespace opensspi::credssp {

// Of the first record of a TLS flight; "" for no bytes.
[[nodiscard]] const char* describe_tls(ByteView flight);

// Of a TSRequest: "TSRequest: CHALLENGE_MESSAGE", "TSRequest: NegTokenResp, pubKeyAuth", …
// `after_tls`: a TLS flight went before it in the same token.
[[nodiscard]] const char* describe(const TsRequest& request, bool after_tls);

}  // namespace opensspi::credssp
