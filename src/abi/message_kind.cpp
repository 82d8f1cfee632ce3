// By signature: NTLMSSP ([MS-NLMP] 2.2.1), the tags of SPNEGO (RFC 4178 4.2), the header of a TLS
// record (RFC 8446 5.1).
#include "abi/message_kind.h"

#include <algorithm>

#include "base/reader.h"

namespace opensspi::abi {
namespace {

constexpr std::uint8_t kNtlmSignature[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};

const char* ntlm_kind(std::uint32_t message_type) {
  switch (message_type) {
    case 1:
      return "NEGOTIATE_MESSAGE";
    case 2:
      return "CHALLENGE_MESSAGE";
    case 3:
      return "AUTHENTICATE_MESSAGE";
    default:
      return "NTLM message";
  }
}

const char* handshake_kind(std::uint8_t message_type) {
  switch (message_type) {
    case 1:
      return "TLS ClientHello";
    case 2:
      return "TLS ServerHello";
    default:
      return "TLS handshake";
  }
}

}  // namespace

const char* message_kind(ByteView token) noexcept {
  if (token.empty()) return "";
  Reader reader(token);
  const ByteView signature = reader.bytes(sizeof kNtlmSignature);
  if (std::ranges::equal(signature, kNtlmSignature)) return ntlm_kind(reader.u32_le());
  switch (token[0]) {
    case 0x60:
      return "NegTokenInit";
    case 0xA1:
      return "NegTokenResp";
    case 0x14:
      return "TLS handshake";  // change_cipher_spec, before an encrypted flight
    case 0x15:
      return "TLS alert";
    case 0x16:
      return token.size() > 5 ? handshake_kind(token[5]) : "TLS handshake";
    case 0x17:
      return "TLS record";
    default:
      return "unknown";
  }
}

}  // namespace opensspi::abi
