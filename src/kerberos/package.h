// The security package "Kerberos": RFC 4120, RFC 4121, [MS-KILE], over MIT libkrb5.
#pragma once

#include <memory>

#include "kerberos/ticket_cache.h"
#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::kerberos {

// Name, capabilities and sizes, as Windows gives them.
[[nodiscard]] const PackageInfo& package_info();

// `kcm_answers` is asked before libkrb5, which would wait for ever.
[[nodiscard]] std::unique_ptr<SecurityPackage> make_package(
    std::shared_ptr<const Environment> environment, KcmAnswers kcm_answers);

}  // namespace opensspi::kerberos
