// The computations of NTLMv2 as pure functions: one-way functions, responses, session keys and the
// MIC. [MS-NLMP] 3.3.2 (NTLMv2), 3.4.5 (keys), 3.1.5.1.2 (MIC). The authorities use them too, so
// nothing here knows of messages or states.
#pragma once

#include <array>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "sspi/authority.h"
#include "sspi/identity.h"
#include "sspi/types.h"

namespace opensspi::ntlm {

using ChallengeBytes = std::array<std::uint8_t, 8>;  // of server and client
using Key = SecretArray<16>;                         // every key of NTLMv2
using NtProofStr = crypto::Digest128;
using Mic = crypto::Digest128;
using LmV2Response = std::array<std::uint8_t, 24>;

enum class Direction { ClientToServer, ServerToClient };

// NTOWFv1: MD4 of the password in UTF-16LE. [MS-NLMP] 3.3.1
[[nodiscard]] NtHash ntowf_v1(ByteView password_utf16le);

// NTOWFv2, names in UTF-8; the user is upper-cased, the domain is not. [MS-NLMP] 3.3.2
// InvalidToken when a name is not well-formed.
Result<Key> ntowf_v2(const NtHash& nt_hash, std::string_view user, std::string_view domain);

// `temp` of [MS-NLMP] 3.3.2; `av_pairs` ends with MsvAvEOL.
[[nodiscard]] Bytes make_temp(FileTime time, const ChallengeBytes& client_challenge,
                              ByteView av_pairs);

[[nodiscard]] NtProofStr nt_proof_str(const Key& ntowf_v2, const ChallengeBytes& server_challenge,
                                      ByteView temp);
[[nodiscard]] Key session_base_key(const Key& ntowf_v2, const NtProofStr& proof);
[[nodiscard]] LmV2Response lm_v2_response(const Key& ntowf_v2,
                                          const ChallengeBytes& server_challenge,
                                          const ChallengeBytes& client_challenge);

// What an authority that knows the NT hash does: checks the proof under the domain that the client
// named, then under none, and gives the session base key. LogonDenied (STATUS_WRONG_PASSWORD) when
// neither fits, InvalidToken when it is no NTLMv2 response. Its time does not tell which it was.
Result<Key> check_response(const NtHash& nt_hash, const NtlmResponse& response);

// SIGNKEY and SEALKEY with extended session security and 128 bits. [MS-NLMP] 3.4.5.2, 3.4.5.3
[[nodiscard]] Key sign_key(const Key& exported_session_key, Direction direction);
[[nodiscard]] Key seal_key(const Key& exported_session_key, Direction direction);

// RC4K(KeyExchangeKey, key): EncryptedRandomSessionKey in one direction, the key in the other.
[[nodiscard]] Key rc4_key(const Key& key_exchange_key, ByteView key);

// The MIC over the three messages as they were sent, the last with 16 zeros in the MIC's place.
[[nodiscard]] Mic mic(const Key& exported_session_key, ByteView negotiate, ByteView challenge,
                      ByteView authenticate_without_mic);

}  // namespace opensspi::ntlm
