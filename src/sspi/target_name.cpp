// From the outside in: service or scheme, what follows the host, port.
#include "sspi/target_name.h"

#include <algorithm>

namespace opensspi {

std::string_view host_of(std::string_view target_name) {
  if (const auto scheme = target_name.find("://"); scheme != std::string_view::npos) {
    target_name.remove_prefix(scheme + 3);
  } else if (const auto slash = target_name.find('/'); slash != std::string_view::npos) {
    target_name.remove_prefix(slash + 1);
  }
  target_name = target_name.substr(0, target_name.find_first_of("/@"));
  if (target_name.starts_with('[')) return target_name.substr(1, target_name.find(']') - 1);
  // One colon is before a port, more are an IPv6 address's.
  if (std::ranges::count(target_name, ':') != 1) return target_name;
  return target_name.substr(0, target_name.find(':'));
}

}  // namespace opensspi
