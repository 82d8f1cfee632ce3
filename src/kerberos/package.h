// The security package "Kerberos": RFC 4120, RFC 4121, [MS-KILE], over MIT libkrb5.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kerberos/ticket_cache.h"
#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::kerberos {

// Name, capabilities and sizes, as Windows gives them.
[[nodiscard]] const PackageInfo& package_info();

// `kcm_answers` is asked before libkrb5, which would wait for ever. `keytab` is asked for the name
// of the callers' keytab at each Acquire of a server's; empty: libkrb5's default.
[[nodiscard]] std::unique_ptr<SecurityPackage> make_package(
    std::shared_ptr<const Environment> environment, KcmAnswers kcm_answers,
    std::function<std::string()> keytab = [] { return std::string(); });

}  // namespace opensspi::kerberos
