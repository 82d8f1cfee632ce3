// The three messages of NTLM. [MS-NLMP] 2.2.1. Names are UTF-8 here and UTF-16LE on the wire; the
// payload is found by offsets only, in any order and with any padding.
//
// Each message begins with
//   [0-7]   "NTLMSSP\0"
//   [8-11]  MessageType
// and its "fields" are {Len u16, MaxLen u16, Offset u32}, little-endian, Offset from the start of
// the message; MaxLen is ignored on receipt. write() answers InvalidToken for a name that is not
// UTF-8 and for an item whose size does not fit its field.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ntlm/av_pairs.h"
#include "ntlm/flags.h"
#include "ntlm/keys.h"

namespace opensspi::ntlm {

enum class MessageType : std::uint32_t { Negotiate = 1, Challenge = 2, Authenticate = 3 };

// VERSION, for debugging only. [MS-NLMP] 2.2.2.10
//   [0] ProductMajorVersion  [1] ProductMinorVersion  [2-3] ProductBuild  [4-6] Reserved
//   [7] NTLMRevisionCurrent
struct Version {
  std::uint8_t major = 0, minor = 0;
  std::uint16_t build = 0;
  std::uint8_t revision = 0x0F;

  bool operator==(const Version&) const = default;
};

// What we say of ourselves: peers decide nothing by it, but some refuse old numbers.
inline constexpr Version kVersion{10, 0, 19041, 0x0F};

// The type of a message; InvalidToken when it is none of NTLM's.
Result<MessageType> message_type(ByteView message);
// OutOfSequence when it is another of NTLM's messages than the one awaited.
Result<void> expect(MessageType awaited, ByteView message);

// NEGOTIATE_MESSAGE, [MS-NLMP] 2.2.1.1
//   [12-15] NegotiateFlags
//   [16-23] DomainNameFields   [24-31] WorkstationFields   (OEM text, for logs only)
//   [32-39] Version
struct NegotiateMessage {
  NegotiateFlags flags = NegotiateFlags::None;
  Bytes domain_name, workstation;  // in the client's OEM code page
  std::optional<Version> version;  // exactly when NegotiateFlags::Version is set

  static Result<NegotiateMessage> parse(ByteView message);
  [[nodiscard]] Result<Bytes> write() const;
};

// CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2
//   [12-19] TargetNameFields   [20-23] NegotiateFlags   [24-31] ServerChallenge
//   [32-39] Reserved           [40-47] TargetInfoFields [48-55] Version
struct ChallengeMessage {
  NegotiateFlags flags = NegotiateFlags::None;
  std::string target_name;
  ChallengeBytes server_challenge{};
  AvPairs target_info;             // on the wire when NegotiateFlags::TargetInfo is set
  std::optional<Version> version;  // exactly when NegotiateFlags::Version is set

  static Result<ChallengeMessage> parse(ByteView message);
  [[nodiscard]] Result<Bytes> write() const;
};

// NTLMv2_CLIENT_CHALLENGE, `temp` of [MS-NLMP] 3.3.2: what follows the NTProofStr.
// [MS-NLMP] 2.2.2.7
//   [0] RespType  [1] HiRespType  [2-7] Reserved  [8-15] TimeStamp  [16-23] ChallengeFromClient
//   [24-27] Reserved  [28-] AvPairs
struct ClientChallenge {
  std::uint64_t timestamp = 0;
  ChallengeBytes challenge_from_client{};
  AvPairs av_pairs;

  // `nt_challenge_response` is NTProofStr || temp.
  static Result<ClientChallenge> parse(ByteView nt_challenge_response);
};

// AUTHENTICATE_MESSAGE, [MS-NLMP] 2.2.1.3
//   [12-19] LmChallengeResponseFields  [20-27] NtChallengeResponseFields
//   [28-35] DomainNameFields           [36-43] UserNameFields    [44-51] WorkstationFields
//   [52-59] EncryptedRandomSessionKeyFields                      [60-63] NegotiateFlags
//   [64-71] Version                    [72-87] MIC (only when MsvAvFlags says so)
struct AuthenticateMessage {
  NegotiateFlags flags = NegotiateFlags::None;
  Bytes lm_challenge_response, nt_challenge_response;
  std::string domain_name, user_name, workstation;
  Bytes encrypted_random_session_key;
  std::optional<Version> version;  // exactly when NegotiateFlags::Version is set
  std::optional<Mic> mic;
  // What parse() found in an NTLMv2 nt_challenge_response; write() takes no notice of it.
  std::optional<ClientChallenge> client_challenge;

  static constexpr std::size_t kMicOffset = 72;

  static Result<AuthenticateMessage> parse(ByteView message);
  [[nodiscard]] Result<Bytes> write() const;
};

// NtChallengeResponse is NTLMv2 when it is longer than an NTLMv1 response. [MS-NLMP] 3.3.2
inline constexpr std::size_t kNtV1ResponseSize = 24;

}  // namespace opensspi::ntlm
