// The version rules. [MS-CSSP] 2.2.1, 3.1.5
#include "credssp/version.h"

#include <algorithm>

namespace opensspi::credssp {

Result<void> PeerVersion::announce(std::uint32_t version) {
  if (announced_ && *announced_ != version) {
    return fail(Status::InvalidToken, "the peer changed its CredSSP version midway");
  }
  announced_ = version;
  if (version < kOldestVersion) {
    return fail(Status::UnsupportedFunction, "the peer's CredSSP version is none there ever was", 0,
                version);
  }
  if (version < oldest_) {
    return fail(Status::UnsupportedFunction,
                "the peer speaks only a CredSSP version older than 5, open to CVE-2018-0886, and "
                "credssp.encryption_oracle does not permit it",
                0, version);
  }
  return {};
}

std::uint32_t PeerVersion::agreed() const {
  return std::min(announced_.value_or(0), kOwnVersion);
}

bool PeerVersion::carries_error_code() const {
  const std::uint32_t version = agreed();
  // [MS-CSSP] 2.2.1 errorCode: "3, 4, or 6"; a version-5 peer is told nothing.
  return version >= 3 && version != 5;
}

}  // namespace opensspi::credssp
