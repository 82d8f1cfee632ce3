// The frame around the messages that establish a context. RFC 2743 3.1, RFC 4121 4.1:
//
//   60 LENGTH 06 LENGTH OID   TOK_ID (2)   a message of Kerberos
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::kerberos {

namespace oid {
// 1.2.840.113554.1.2.2, RFC 4121 1.
inline constexpr std::array<std::uint8_t, 9> kKerberos{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                       0x12, 0x01, 0x02, 0x02};
// 1.2.840.48018.1.2.2: the same with a bit lost, as Windows 2000 wrote it. [MS-KILE] 3.1.5.3
inline constexpr std::array<std::uint8_t, 9> kMicrosoftKerberos{0x2A, 0x86, 0x48, 0x82, 0xF7,
                                                                0x12, 0x01, 0x02, 0x02};
// 1.2.840.113554.1.2.2.3: user-to-user. [MS-KILE] 3.1.5.3
inline constexpr std::array<std::uint8_t, 10> kUserToUser{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                          0x12, 0x01, 0x02, 0x02, 0x03};
}  // namespace oid

// RFC 4121 4.1; the last two of user-to-user.
enum class TokenId : std::uint16_t {
  ApReq = 0x0100,
  ApRep = 0x0200,
  Error = 0x0300,
  TgtReq = 0x0400,
  TgtRep = 0x0401,
};

inline constexpr std::uint8_t kFrameTag = 0x60;

struct GssToken {
  ByteView oid;
  TokenId id = TokenId::ApReq;
  ByteView message;  // lives as long as the token
};

[[nodiscard]] Bytes write_gss_token(const GssToken& token);
// InvalidToken for what is no frame of one of Kerberos' mechanisms.
Result<GssToken> parse_gss_token(ByteView token);

}  // namespace opensspi::kerberos
