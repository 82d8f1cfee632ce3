// Which version of CredSSP two peers speak. [MS-CSSP] 2.2.1 version, 3.1.5: each announces its own
// highest in every message, the lower of the two counts, a higher one than ours is ours.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"

namespace opensspi::credssp {

// The version this library announces in every message.
inline constexpr std::uint32_t kOwnVersion = 6;

// Versions 2 to 4 bind to the server's key by an echo that a relay can make the client sign
// (CVE-2018-0886); 5 brought the hashes with a nonce.
inline constexpr std::uint32_t kOldestVersion = 2;
inline constexpr std::uint32_t kFirstVersionWithNonce = 5;

class PeerVersion {
 public:
  // `oldest`: what policy lets a peer speak.
  explicit PeerVersion(std::uint32_t oldest = kFirstVersionWithNonce) : oldest_(oldest) {}

  // Takes the version of one message of the peer. InvalidToken when it differs from that of the
  // messages before, UnsupportedFunction when it is older than policy permits.
  Result<void> announce(std::uint32_t version);

  // The version both speak; 0 until the peer has announced one.
  [[nodiscard]] std::uint32_t agreed() const;
  // Whether the peer knows errorCode: versions 3, 4 and 6.
  [[nodiscard]] bool carries_error_code() const;

 private:
  std::uint32_t oldest_;
  std::optional<std::uint32_t> announced_;
};

}  // namespace opensspi::credssp
