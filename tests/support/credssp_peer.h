// A peer for fuzzers of the CredSSP protocol: makes TSRequests out of fuzzer's bytes, honest ones,
// broken ones and raw DER, sealed by a scripted mechanism. Which of them prove something it knows.
#pragma once

#include <optional>
#include <utility>

#include "base/reader.h"
#include "credssp/protocol.h"
#include "credssp/pub_key_auth.h"
#include "support/scripted_context.h"

namespace opensspi::test {

inline const Bytes kServerKey = {0x30, 0x03, 0x02, 0x01, 0x01};

// The next message that the fuzzer wants: its first byte says which fields, the rest what is
// in them. Raw DER comes with its length in two bytes.
inline std::optional<credssp::TsRequest> arbitrary_request(Reader& in) {
  enum Field : std::uint8_t {
    kRaw = 1,
    kToken = 2,
    kAuth = 4,
    kInfo = 8,
    kError = 16,
    kNonce = 32
  };
  const std::uint8_t fields = in.u8();
  if ((fields & kRaw) != 0) {
    auto parsed = credssp::TsRequest::parse(in.bytes(in.u16_be()));
    if (!parsed) return std::nullopt;
    return *std::move(parsed);
  }
  credssp::TsRequest request;
  if ((fields & 128) != 0) request.version = in.u8();
  if ((fields & kToken) != 0) request.nego_tokens = {copy(in.bytes(in.u8() % 8))};
  if ((fields & kAuth) != 0) request.pub_key_auth = copy(in.bytes(in.u8() % 64));
  if ((fields & kInfo) != 0) request.auth_info = copy(in.bytes(in.u8() % 64));
  if ((fields & kError) != 0) request.error_code = in.u32_be();
  if ((fields & kNonce) != 0) request.client_nonce = copy(in.bytes(in.u8() % 40));
  return request;
}

}  // namespace opensspi::test
