// TSRequest, the one message of CredSSP. [MS-CSSP] 2.2.1, DER with explicit tags:
//
//     TSRequest ::= SEQUENCE {
//       version     [0] INTEGER,
//       negoTokens  [1] SEQUENCE OF SEQUENCE { negoToken [0] OCTET STRING } OPTIONAL,
//       authInfo    [2] OCTET STRING OPTIONAL,    sealed TSCredentials
//       pubKeyAuth  [3] OCTET STRING OPTIONAL,    sealed hash of the server's key
//       errorCode   [4] INTEGER OPTIONAL,         NTSTATUS
//       clientNonce [5] OCTET STRING OPTIONAL }   32 bytes
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "credssp/version.h"

namespace opensspi::credssp {

// Longer messages are refused before they are gathered. The package's largest token is 73,032
// bytes; Kerberos tickets with large authorization data stay below this too.
inline constexpr std::size_t kMaxTsRequest = std::size_t{128} * 1024;

struct TsRequest {
  std::uint32_t version = kOwnVersion;
  std::vector<Bytes> nego_tokens;
  std::optional<Bytes> auth_info;
  std::optional<Bytes> pub_key_auth;
  std::optional<std::uint32_t> error_code;
  std::optional<Bytes> client_nonce;

  // Takes lengths that are not minimal (rdesktop 1.9 sends them) and an errorCode of four octets or
  // of five; refuses every unknown field and what follows the message.
  static Result<TsRequest> parse(ByteView der);
  // Strict DER but for errorCode, whose four octets FreeRDP and sspi-rs insist on.
  [[nodiscard]] Bytes write() const;
};

}  // namespace opensspi::credssp
