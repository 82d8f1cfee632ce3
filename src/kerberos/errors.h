// libkrb5's codes as errors of SSPI. Where one code means different things to those who meet it,
// there is a function for each of them.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace opensspi::kerberos {

// A KDC was asked for a ticket, or nobody could be. `nt_status`: what the KDC said besides.
[[nodiscard]] tl::unexpected<Error> kdc_failure(std::int32_t code, std::uint32_t nt_status = 0);
// A server was shown a ticket. Of a skew the figure is 0: who knows it says it.
[[nodiscard]] tl::unexpected<Error> ap_failure(std::int32_t code);
// A client was refused by a server, with the KRB-ERROR's own number (RFC 4120 7.5.9).
[[nodiscard]] tl::unexpected<Error> refusal_by_server(std::uint32_t number, std::int64_t skew);

// What was read is no DER, or is another message than it should be: there is nothing to answer.
[[nodiscard]] bool is_malformed(std::int32_t code);

// The number that a KRB-ERROR has for a code; KRB_ERR_GENERIC when there is none.
[[nodiscard]] std::uint32_t protocol_number(std::int32_t code);

// The clocks differ by so many seconds.
[[nodiscard]] tl::unexpected<Error> skew_failure(std::int64_t seconds);

}  // namespace opensspi::kerberos
