// What a refused peer may learn.
#include "sspi/types.h"

namespace opensspi {

std::uint32_t nt_status_for_peer(std::uint32_t nt_status) {
  switch (nt_status) {
    case nt_status::kNoSuchUser:
    case nt_status::kWrongPassword:
      return nt_status::kLogonFailure;
    default:
      return nt_status;
  }
}

}  // namespace opensspi
