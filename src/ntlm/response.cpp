// [MS-NLMP] 3.1.5.1.2: the pairs that the client adds, and the responses over them.
#include "ntlm/response.h"

#include <optional>

#include "base/utf16.h"

namespace opensspi::ntlm {
namespace {

Result<NtHash> nt_hash_of(const Identity& identity) {
  if (const SecretBytes* password = identity.password()) return ntowf_v1(password->expose());
  if (const NtHash* hash = identity.nt_hash()) return hash->clone();
  return fail(Status::NoCredentials, "the identity has neither a password nor a hash");
}

// The server's pairs and the client's own.
Result<AvPairs> response_pairs(const AvPairs& target_info, bool with_mic,
                               const ResponseInput& input) {
  TRY_ASSIGN(const Bytes target_name, utf8_to_utf16le(input.target_name));
  AvPairs pairs = target_info;
  TRY_ASSIGN(const std::uint32_t said_by_server, pairs.flags());
  // What the client says of itself a CHALLENGE cannot say for it.
  std::uint32_t flags = said_by_server & ~(kAvFlagMicPresent | kAvFlagUntrustedTargetName);
  // [MS-NLMP] 3.1.5.1.2: a timestamp in the CHALLENGE obliges the client to send a MIC.
  if (with_mic) flags |= kAvFlagMicPresent;
  if (input.unverified_target_name) flags |= kAvFlagUntrustedTargetName;
  if (flags != 0 || pairs.find(AvId::Flags) != nullptr) pairs.set_flags(flags);
  pairs.set(AvId::ChannelBindings, input.channel_bindings);
  pairs.set(AvId::TargetName, target_name);
  return pairs;
}

}  // namespace

Result<Response> compute_response(const Identity& identity, const ChallengeMessage& challenge,
                                  const ResponseInput& input) {
  TRY_ASSIGN(const NtHash nt_hash, nt_hash_of(identity));
  TRY_ASSIGN(const Key key, ntowf_v2(nt_hash, identity.user, identity.domain));
  TRY_ASSIGN(const std::optional<FileTime> server_time, challenge.target_info.timestamp());
  TRY_ASSIGN(const AvPairs pairs,
             response_pairs(challenge.target_info, server_time.has_value(), input));
  const Bytes temp =
      make_temp(server_time.value_or(input.now), input.client_challenge, pairs.write());
  const NtProofStr proof = nt_proof_str(key, challenge.server_challenge, temp);

  Response response;
  response.nt = copy(proof);
  append(response.nt, temp);
  response.key_exchange_key = session_base_key(key, proof);
  response.mic_announced = server_time.has_value();
  // [MS-NLMP] 3.1.5.1.2: with a timestamp the LM response is Z(24).
  const LmV2Response lm =
      server_time ? LmV2Response{}
                  : lm_v2_response(key, challenge.server_challenge, input.client_challenge);
  response.lm = copy(lm);
  return response;
}

Response anonymous_response() {
  Response response;
  response.lm = Bytes(1);  // [MS-NLMP] 3.2.5.1.2: Z(1)
  return response;
}

crypto::Digest128 bindings_hash(const ChannelBindings* bindings) {
  if (bindings == nullptr) return {};
  return crypto::md5({bindings->hash_input()});
}

}  // namespace opensspi::ntlm
