// Names of messages by their first bytes. Nothing is decided by them.
#include "credssp/trace.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace opensspi::credssp {
namespace {

using namespace std::string_view_literals;

// How a nego token begins, and what is said of the TSRequest around it.
struct TokenWords {
  std::string_view beginning;
  const char* alone;
  const char* with_pub_key_auth;
  const char* after_tls;
};

constexpr std::array kTokens = {
    TokenWords{"NTLMSSP\0\1"sv, "TSRequest: NEGOTIATE_MESSAGE",
               "TSRequest: NEGOTIATE_MESSAGE, pubKeyAuth",
               "TLS Finished; TSRequest: NEGOTIATE_MESSAGE"},
    TokenWords{"NTLMSSP\0\2"sv, "TSRequest: CHALLENGE_MESSAGE",
               "TSRequest: CHALLENGE_MESSAGE, pubKeyAuth",
               "TLS Finished; TSRequest: CHALLENGE_MESSAGE"},
    TokenWords{"NTLMSSP\0\3"sv, "TSRequest: AUTHENTICATE_MESSAGE",
               "TSRequest: AUTHENTICATE_MESSAGE, pubKeyAuth",
               "TLS Finished; TSRequest: AUTHENTICATE_MESSAGE"},
    TokenWords{"\x60"sv, "TSRequest: NegTokenInit", "TSRequest: NegTokenInit, pubKeyAuth",
               "TLS Finished; TSRequest: NegTokenInit"},
    TokenWords{"\xA0"sv, "TSRequest: NegTokenInit", "TSRequest: NegTokenInit, pubKeyAuth",
               "TLS Finished; TSRequest: NegTokenInit"},
    TokenWords{"\xA1"sv, "TSRequest: NegTokenResp", "TSRequest: NegTokenResp, pubKeyAuth",
               "TLS Finished; TSRequest: NegTokenResp"},
    TokenWords{""sv, "TSRequest: negoToken", "TSRequest: negoToken, pubKeyAuth",
               "TLS Finished; TSRequest: negoToken"},
};

const TokenWords& words_for(const Bytes& token) {
  return *std::find_if(kTokens.begin(), kTokens.end(), [&](const TokenWords& words) {
    const ByteView beginning = view(words.beginning);
    return token.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), token.begin());
  });
}

}  // namespace

const char* describe_tls(ByteView flight) {
  if (flight.empty()) return "";
  // RFC 8446 5.1 and 4: the record's type, and behind its header the handshake message's.
  switch (flight[0]) {
    case 0x15:
      return "TLS alert";
    case 0x14:
    case 0x17:
      return "TLS Finished";
    case 0x16:
      break;
    default:
      return "no TLS";
  }
  constexpr std::size_t kMessageType = 5;
  if (flight.size() <= kMessageType) return "TLS handshake";
  switch (flight[kMessageType]) {
    case 1:
      return "TLS ClientHello";
    case 2:
      return "TLS ServerHello";
    case 16:
      return "TLS ClientKeyExchange";
    default:
      return "TLS handshake";
  }
}

const char* describe(const TsRequest& request, bool after_tls) {
  if (request.error_code) return "TSRequest: errorCode";
  if (request.auth_info) return "TSRequest: authInfo";
  if (!request.nego_tokens.empty()) {
    const TokenWords& words = words_for(request.nego_tokens.front());
    if (request.pub_key_auth) return words.with_pub_key_auth;
    return after_tls ? words.after_tls : words.alone;
  }
  return request.pub_key_auth ? "TSRequest: pubKeyAuth" : "TSRequest: empty";
}

}  // namespace opensspi::credssp
