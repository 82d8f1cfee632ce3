// TPDU: [0] length of what follows   [1] code   [2-3] destination   [4-5] source   [6] class
//       then, of a request, a cookie or routing token that ends in CR LF
//       then [0] type   [1] flags   [2-3] 8   [4-7] protocols or failure code, little-endian
#include "rdp/x224.h"

#include <algorithm>
#include <array>

namespace opensspi::command::rdp {
namespace {

constexpr std::uint8_t kRequestCode = 0xE0, kConfirmCode = 0xD0;
constexpr std::uint8_t kNegotiationRequest = 1, kNegotiationResponse = 2, kNegotiationFailure = 3;
constexpr std::size_t kFixedSize = 7, kNegotiationSize = 8;

struct Negotiation {
  std::uint8_t type = 0;
  std::uint32_t value = 0;
  std::uint8_t flags = 0;
};

Bytes write(std::uint8_t code, const std::optional<Negotiation>& negotiation) {
  Bytes tpdu = {kFixedSize - 1, code, 0, 0, 0, 0, 0};
  if (negotiation) {
    tpdu[0] += kNegotiationSize;
    tpdu.insert(tpdu.end(), {negotiation->type, negotiation->flags, kNegotiationSize, 0});
    for (int shift = 0; shift < 32; shift += 8)
      tpdu.push_back(static_cast<std::uint8_t>(negotiation->value >> shift));
  }
  return tpkt(tpdu);
}

// What follows the fixed part of a TPDU of this code.
std::optional<ByteView> variable_part(ByteView frame, std::uint8_t code) {
  if (tpkt_size(frame) != frame.size()) return std::nullopt;
  const ByteView tpdu = frame.subspan(kTpktHeaderSize);
  if (tpdu.size() < kFixedSize || tpdu[0] != tpdu.size() - 1 || (tpdu[1] & 0xF0) != code)
    return std::nullopt;
  return tpdu.subspan(kFixedSize);
}

ByteView without_cookie(ByteView part) {
  constexpr std::array<std::uint8_t, 2> kLineEnd = {'\r', '\n'};
  if (part.empty() || part[0] == kNegotiationRequest) return part;
  const auto end = std::search(part.begin(), part.end(), kLineEnd.begin(), kLineEnd.end());
  if (end == part.end()) return {};
  return part.subspan(static_cast<std::size_t>(end - part.begin()) + kLineEnd.size());
}

std::optional<Negotiation> read_negotiation(ByteView part) {
  if (part.size() < kNegotiationSize || part[2] != kNegotiationSize || part[3] != 0)
    return std::nullopt;
  Negotiation negotiation{part[0], 0, part[1]};
  for (std::size_t i = 0; i < 4; ++i)
    negotiation.value |= static_cast<std::uint32_t>(part[4 + i]) << (8 * i);
  return negotiation;
}

}  // namespace

Bytes write(const ConnectionRequest& request) {
  if (!request.requested_protocols) return write(kRequestCode, std::nullopt);
  return write(kRequestCode,
               Negotiation{kNegotiationRequest, *request.requested_protocols, request.flags});
}

Bytes write(const ConnectionConfirm& confirm) {
  if (confirm.failure_code)
    return write(kConfirmCode, Negotiation{kNegotiationFailure, *confirm.failure_code});
  if (confirm.selected_protocol)
    return write(kConfirmCode,
                 Negotiation{kNegotiationResponse, *confirm.selected_protocol, confirm.flags});
  return write(kConfirmCode, std::nullopt);
}

std::optional<ConnectionRequest> read_connection_request(ByteView frame) {
  const auto part = variable_part(frame, kRequestCode);
  if (!part) return std::nullopt;
  const auto negotiation = read_negotiation(without_cookie(*part));
  if (!negotiation || negotiation->type != kNegotiationRequest) return ConnectionRequest{};
  return ConnectionRequest{negotiation->value, negotiation->flags};
}

std::optional<ConnectionConfirm> read_connection_confirm(ByteView frame) {
  const auto part = variable_part(frame, kConfirmCode);
  if (!part) return std::nullopt;
  ConnectionConfirm confirm;
  const auto negotiation = read_negotiation(*part);
  if (negotiation && negotiation->type == kNegotiationResponse) {
    confirm.selected_protocol = negotiation->value;
    confirm.flags = negotiation->flags;
  }
  if (negotiation && negotiation->type == kNegotiationFailure)
    confirm.failure_code = negotiation->value;
  return confirm;
}

const char* protocol_words(std::uint32_t selected_protocol) {
  switch (selected_protocol) {
    case kProtocolRdp:
      return "RDP's own security, without TLS";
    case kProtocolSsl:
      return "TLS without NLA";
    case kProtocolHybrid:
      return "CredSSP (NLA)";
    case kProtocolHybridEx:
      return "CredSSP (NLA) with early user authorization";
    default:
      return "a protocol that was not offered";
  }
}

const char* failure_words(std::uint32_t failure_code) {
  switch (failure_code) {
    case 1:
      return "SSL_REQUIRED_BY_SERVER: it wants TLS without NLA";
    case 2:
      return "SSL_NOT_ALLOWED_BY_SERVER: it does neither TLS nor NLA";
    case 3:
      return "SSL_CERT_NOT_ON_SERVER: it has no certificate, and so neither TLS nor NLA";
    case 4:
      return "INCONSISTENT_FLAGS: it found the request contradictory";
    case kHybridRequiredByServer:
      return "HYBRID_REQUIRED_BY_SERVER: it wants NLA";
    case 6:
      return "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER: it wants TLS with a client certificate";
    default:
      return "a failure code that has no words here";
  }
}

}  // namespace opensspi::command::rdp
