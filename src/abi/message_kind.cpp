// By signature: NTLMSSP ([MS-NLMP] 2.2.1), the tags of SPNEGO (RFC 4178 4.2) and Kerberos (RFC 4121
// 4.1, RFC 4120 5.5), the header of a TLS record (RFC 8446 5.1).
#include "abi/message_kind.h"

#include <algorithm>

#include "base/reader.h"
#include "kerberos/gss_token.h"

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

// SPNEGO's first message and Kerberos' have the same frame, with another mechanism in it.
const char* framed_kind(ByteView token) {
  const auto framed = kerberos::parse_gss_token(token);
  if (!framed) return "NegTokenInit";
  switch (framed->id) {
    case kerberos::TokenId::ApReq:
      return "AP-REQ";
    case kerberos::TokenId::ApRep:
      return "AP-REP";
    case kerberos::TokenId::Error:
      return "KRB-ERROR";
    case kerberos::TokenId::TgtReq:
      return "TGT-REQ";
    case kerberos::TokenId::TgtRep:
      return "TGT-REP";
  }
  return "Kerberos message";
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
      return framed_kind(token);
    case 0x6E:
      return "AP-REQ";
    case 0x6F:
      return "AP-REP";
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
