// NegotiateFlags. [MS-NLMP] 2.2.2.5. Bits without a name here are kept as they came.
#pragma once

#include <cstdint>

namespace opensspi::ntlm {

enum class NegotiateFlags : std::uint32_t {
  None = 0,
  Unicode = 0x00000001,
  Oem = 0x00000002,
  RequestTarget = 0x00000004,
  Sign = 0x00000010,
  Seal = 0x00000020,
  LmKey = 0x00000080,
  Ntlm = 0x00000200,
  Anonymous = 0x00000800,
  OemDomainSupplied = 0x00001000,
  OemWorkstationSupplied = 0x00002000,
  AlwaysSign = 0x00008000,
  TargetTypeDomain = 0x00010000,
  TargetTypeServer = 0x00020000,
  ExtendedSessionSecurity = 0x00080000,
  Identify = 0x00100000,
  TargetInfo = 0x00800000,
  Version = 0x02000000,
  Negotiate128 = 0x20000000,
  KeyExch = 0x40000000,
  Negotiate56 = 0x80000000,
};

constexpr NegotiateFlags operator|(NegotiateFlags a, NegotiateFlags b) {
  return static_cast<NegotiateFlags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr NegotiateFlags operator&(NegotiateFlags a, NegotiateFlags b) {
  return static_cast<NegotiateFlags>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}
constexpr NegotiateFlags operator~(NegotiateFlags a) {
  return static_cast<NegotiateFlags>(~static_cast<std::uint32_t>(a));
}
constexpr NegotiateFlags& operator|=(NegotiateFlags& a, NegotiateFlags b) {
  return a = a | b;
}
// Whether any of `wanted` is set.
constexpr bool has(NegotiateFlags flags, NegotiateFlags wanted) {
  return (flags & wanted) != NegotiateFlags::None;
}
constexpr bool has_all(NegotiateFlags flags, NegotiateFlags wanted) {
  return (flags & wanted) == wanted;
}

// Whether messages are signed once the context stands. SEAL without SIGN signs too: a sealed
// message carries a signature ([MS-NLMP] 3.4.3).
constexpr bool signs(NegotiateFlags flags) {
  return has(flags, NegotiateFlags::Sign | NegotiateFlags::Seal);
}

// Whether a random key travels in EncryptedRandomSessionKey. [MS-NLMP] 3.1.5.1.2
constexpr bool exchanges_key(NegotiateFlags flags) {
  return has(flags, NegotiateFlags::KeyExch) && signs(flags);
}

}  // namespace opensspi::ntlm
