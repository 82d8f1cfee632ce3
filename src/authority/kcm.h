// KCM, the service that keeps Kerberos credential caches outside of files. Asking it for tickets is
// libkrb5's, which waits without end for one that hangs; so it is tried here first.
#pragma once

#include <chrono>
#include <string>

namespace opensspi::authority {

// Whether the service that listens on this socket answers a request that does nothing.
[[nodiscard]] bool kcm_answers(const std::string& socket_path, std::chrono::milliseconds patience);

}  // namespace opensspi::authority
