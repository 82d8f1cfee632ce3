// AV_PAIR lists: what a CHALLENGE says of its server, and what the client's response repeats under
// the protection of its proof. [MS-NLMP] 2.2.2.1
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::ntlm {

enum class AvId : std::uint16_t {
  Eol = 0,
  NbComputerName = 1,
  NbDomainName = 2,
  DnsComputerName = 3,
  DnsDomainName = 4,
  DnsTreeName = 5,
  Flags = 6,
  Timestamp = 7,
  SingleHost = 8,
  TargetName = 9,
  ChannelBindings = 10,
};

// The bits of MsvAvFlags.
inline constexpr std::uint32_t kAvFlagMicPresent = 0x2;
inline constexpr std::uint32_t kAvFlagUntrustedTargetName = 0x4;

struct AvPair {
  AvId id = AvId::Eol;
  Bytes value;
};

// The pairs in their order, without MsvAvEOL. Pairs with unknown ids are kept.
class AvPairs {
 public:
  // Reads up to MsvAvEOL and ignores what follows; InvalidToken when there is none.
  static Result<AvPairs> parse(ByteView bytes);
  [[nodiscard]] Bytes write() const;

  // The value of the first pair with this id, null when there is none.
  [[nodiscard]] const Bytes* find(AvId id) const;
  // Replaces the first pair with this id, or adds one at the end; others with it go, so that
  // nobody who looks at another than the first reads something else.
  void set(AvId id, ByteView value);

  // MsvAvFlags, 0 when absent. InvalidToken for a pair of the wrong size; so for the timestamp.
  [[nodiscard]] Result<std::uint32_t> flags() const;
  void set_flags(std::uint32_t flags);
  // MsvAvTimestamp.
  [[nodiscard]] Result<std::optional<std::uint64_t>> timestamp() const;

  [[nodiscard]] const std::vector<AvPair>& pairs() const { return pairs_; }

 private:
  std::vector<AvPair> pairs_;
};

}  // namespace opensspi::ntlm
