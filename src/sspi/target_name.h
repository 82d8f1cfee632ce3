// Target names: what a client calls its server.
#pragma once

#include <string_view>

namespace opensspi {

// The host of "host", of an SPN ("service/host", "service/host:port/instance@REALM") and of a URL;
// an IPv6 address in brackets loses them. A part of `target_name`, empty when that names none.
[[nodiscard]] std::string_view host_of(std::string_view target_name);

}  // namespace opensspi
