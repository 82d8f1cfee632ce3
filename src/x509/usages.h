// What certificates may be used for, by their extendedKeyUsage. RFC 5280 4.2.1.12
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"

namespace opensspi::x509 {

// The dotted uses that the extension lists, none when it is malformed; nothing without it.
[[nodiscard]] std::optional<std::vector<std::string>> extended_key_usage(const Certificate& its);

using Usages = std::optional<std::vector<std::string>>;  // dotted; nothing: every use

// Those of the extension; every use without it, or when anyExtendedKeyUsage is among them.
[[nodiscard]] Usages usages_of(const Certificate& certificate);
[[nodiscard]] bool allows(const Usages& usages, const std::string& usage);
// What both allow.
[[nodiscard]] Usages common(const Usages& a, const Usages& b);

}  // namespace opensspi::x509
