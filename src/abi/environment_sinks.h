// SSLKEYLOGFILE and OPENSSPI_LOG: what the environment may ask the library to write, where policy
// allows it. In a set-uid process the environment is not asked.
#pragma once

#include "abi/observers.h"
#include "policy/policy.h"

namespace opensspi::abi {

// Opens what is asked for and allowed.
void open_sinks_of_environment(const policy::Policy& policy, Observers& observers);

}  // namespace opensspi::abi
