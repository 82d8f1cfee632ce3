// What the machine's resolver says of a host.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace opensspi::authority {

struct HostAddresses {
  std::string canonical_name;          // as the resolver knows the host; may be what was asked for
  std::vector<std::string> addresses;  // numeric, each once; at least one
};

// TargetUnknown when there is no such host, NoAuthenticatingAuthority when name servers do not
// answer. Waits for them as long as resolv.conf(5) has it.
Result<HostAddresses> look_up_host(const std::string& host);

}  // namespace opensspi::authority
