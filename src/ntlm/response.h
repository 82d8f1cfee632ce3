// ComputeResponse: what a client answers to a CHALLENGE, from who it is. [MS-NLMP] 3.1.5.1.2, 3.3.2
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "ntlm/keys.h"
#include "ntlm/messages.h"
#include "sspi/channel_bindings.h"
#include "sspi/identity.h"
#include "sspi/types.h"

namespace opensspi::ntlm {

// All that goes into a response beside identity and challenge.
struct ResponseInput {
  FileTime now = 0;  // used when the server sends no time
  ChallengeBytes client_challenge{};
  std::string_view target_name;          // SPN, UTF-8; may be empty
  bool unverified_target_name = false;   // it came from an untrusted source
  crypto::Digest128 channel_bindings{};  // zeros: none
};

struct Response {
  Bytes lm, nt;
  Key key_exchange_key;        // in NTLMv2 the SessionBaseKey
  bool mic_announced = false;  // AUTHENTICATE must carry one
};

// NoCredentials when the identity has no secret.
Result<Response> compute_response(const Identity& identity, const ChallengeMessage& challenge,
                                  const ResponseInput& input);

// The response of nobody: an empty NT response and a key of zeros. [MS-NLMP] 3.2.5.1.2
[[nodiscard]] Response anonymous_response();

// MsvAvChannelBindings: MD5 over the bindings, zeros for none. [MS-NLMP] 2.2.2.1
[[nodiscard]] crypto::Digest128 bindings_hash(const ChannelBindings* bindings);

}  // namespace opensspi::ntlm
