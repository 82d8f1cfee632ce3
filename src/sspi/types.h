// The small nouns that every package shares: roles, flags, time, names.
#pragma once

#include <cstdint>
#include <string>

namespace opensspi {

enum class Role { Client, Server };  // initiator and acceptor, in GSS terms

enum class CredentialUse { Inbound, Outbound, Both };

// 100 ns since 1601-01-01 UTC, as in FILETIME.
using FileTime = std::uint64_t;
inline constexpr FileTime kNever = 0x7FFFFFFFFFFFFFFF;

// The moment that is so many seconds after 1970-01-01 UTC; 0 for one before 1601, kNever for one
// that FILETIME cannot tell.
[[nodiscard]] FileTime file_time_of_unix(std::int64_t seconds);

// What a caller asks of a context and what it was granted. One set for both sides: abi maps the
// ISC_ and ASC_ positions, which differ above 0x800, onto it.
enum class ContextFlags : std::uint32_t {
  None = 0,
  Delegate = 1U << 0,
  MutualAuth = 1U << 1,
  ReplayDetect = 1U << 2,
  SequenceDetect = 1U << 3,
  Confidentiality = 1U << 4,
  UseSessionKey = 1U << 5,
  UseSuppliedCreds = 1U << 6,
  UseDceStyle = 1U << 7,
  Datagram = 1U << 8,
  Connection = 1U << 9,
  ExtendedError = 1U << 10,
  Stream = 1U << 11,
  Integrity = 1U << 12,
  Identify = 1U << 13,
  NullSession = 1U << 14,
  ManualCredValidation = 1U << 15,
  NoIntegrity = 1U << 16,
  UnverifiedTargetName = 1U << 17,
  AllowMissingBindings = 1U << 18,  // server only
  PromptForCreds = 1U << 19,
};

constexpr ContextFlags operator|(ContextFlags a, ContextFlags b) {
  return static_cast<ContextFlags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr ContextFlags operator&(ContextFlags a, ContextFlags b) {
  return static_cast<ContextFlags>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}
constexpr ContextFlags operator~(ContextFlags a) {
  return static_cast<ContextFlags>(~static_cast<std::uint32_t>(a));
}
constexpr ContextFlags& operator|=(ContextFlags& a, ContextFlags b) {
  return a = a | b;
}
// Whether any of `wanted` is set.
constexpr bool has(ContextFlags flags, ContextFlags wanted) {
  return (flags & wanted) != ContextFlags::None;
}

// NTSTATUS values that rooms name. [MS-ERREF] 2.3.1
namespace nt_status {
inline constexpr std::uint32_t kNoLogonServers = 0xC000005E;
inline constexpr std::uint32_t kUserExists = 0xC0000063;
inline constexpr std::uint32_t kNoSuchUser = 0xC0000064;
inline constexpr std::uint32_t kWrongPassword = 0xC000006A;
inline constexpr std::uint32_t kPasswordRestriction = 0xC000006C;
inline constexpr std::uint32_t kLogonFailure = 0xC000006D;
inline constexpr std::uint32_t kAccountRestriction = 0xC000006E;
inline constexpr std::uint32_t kPasswordExpired = 0xC0000071;
inline constexpr std::uint32_t kAccountDisabled = 0xC0000072;
inline constexpr std::uint32_t kInsufficientResources = 0xC000009A;
inline constexpr std::uint32_t kNotSupported = 0xC00000BB;
inline constexpr std::uint32_t kAccessDenied = 0xC0000022;
inline constexpr std::uint32_t kTimeDifferenceAtDc = 0xC0000133;
inline constexpr std::uint32_t kAccountExpired = 0xC0000193;
inline constexpr std::uint32_t kPasswordMustChange = 0xC0000224;
inline constexpr std::uint32_t kAccountLockedOut = 0xC0000234;
inline constexpr std::uint32_t kPkinitNameMismatch = 0xC00002F9;
inline constexpr std::uint32_t kSmartcardWrongPin = 0xC0000380;
inline constexpr std::uint32_t kSmartcardCardBlocked = 0xC0000381;
inline constexpr std::uint32_t kSmartcardNoCard = 0xC0000383;
inline constexpr std::uint32_t kSmartcardNoCertificate = 0xC0000385;
inline constexpr std::uint32_t kSmartcardIoError = 0xC0000387;
inline constexpr std::uint32_t kSmartcardCertRevoked = 0xC0000389;
inline constexpr std::uint32_t kIssuingCaUntrusted = 0xC000038A;
inline constexpr std::uint32_t kRevocationOfflineClient = 0xC000038B;
inline constexpr std::uint32_t kPkinitClientFailure = 0xC000038C;
inline constexpr std::uint32_t kSmartcardCertExpired = 0xC000038D;
inline constexpr std::uint32_t kRevocationOfflineKdc = 0xC000040C;
inline constexpr std::uint32_t kIssuingCaUntrustedKdc = 0xC000040D;
inline constexpr std::uint32_t kKdcCertExpired = 0xC000040E;
inline constexpr std::uint32_t kKdcCertRevoked = 0xC000040F;
inline constexpr std::uint32_t kUserToUserRequired = 0xC0000408;
}  // namespace nt_status

// What a peer may learn of a refusal: who the true reason shows to exist, or a password to be
// wrong or, in a lockout, right, is STATUS_LOGON_FAILURE outside. 0 stays 0.
[[nodiscard]] std::uint32_t nt_status_for_peer(std::uint32_t nt_status);

}  // namespace opensspi
