// [MS-NLMP] 3.3.2 and 3.4.5 in the order of the specification's pseudo code.
#include "ntlm/keys.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/utf16.h"
#include "base/writer.h"
#include "crypto/rc4.h"

namespace opensspi::ntlm {
namespace {

constexpr std::size_t kNtV1ResponseSize = 24;  // [MS-NLMP] 3.3.2: longer is NTLMv2

// [MS-NLMP] 3.4.5.2, 3.4.5.3: the terminating NUL is part of each constant.
constexpr char kClientSigning[] = "session key to client-to-server signing key magic constant";
constexpr char kServerSigning[] = "session key to server-to-client signing key magic constant";
constexpr char kClientSealing[] = "session key to client-to-server sealing key magic constant";
constexpr char kServerSealing[] = "session key to server-to-client sealing key magic constant";

template <std::size_t N>
ByteView with_nul(const char (&text)[N]) {
  return view(std::string_view(text, N));
}

// The session base key when the proof fits this domain; nothing otherwise. Both cases take the
// same computations.
Result<std::optional<Key>> try_domain(const NtHash& nt_hash, const NtlmResponse& response,
                                      std::string_view domain) {
  TRY_ASSIGN(const Key key, ntowf_v2(nt_hash, response.user, domain));
  const ByteView claimed = response.nt_response.first(NtProofStr{}.size());
  const ByteView temp = response.nt_response.subspan(claimed.size());
  const NtProofStr proof = nt_proof_str(key, response.server_challenge, temp);
  Key base_key = session_base_key(key, proof);
  std::optional<Key> found;
  if (equal(proof, claimed)) found = std::move(base_key);
  return found;
}

}  // namespace

NtHash ntowf_v1(ByteView password_utf16le) {
  return crypto::secret_md4({password_utf16le});
}

Result<Key> ntowf_v2(const NtHash& nt_hash, std::string_view user, std::string_view domain) {
  TRY_ASSIGN(const std::u16string user_u16, utf8_to_utf16(user));
  TRY_ASSIGN(const Bytes domain_utf16le, utf8_to_utf16le(domain));
  Writer upper_user;
  for (const char16_t unit : upper(user_u16)) upper_user.u16_le(unit);
  return crypto::secret_hmac_md5(nt_hash.expose(), {upper_user.view(), domain_utf16le});
}

Bytes make_temp(FileTime time, const ChallengeBytes& client_challenge, ByteView av_pairs) {
  Writer temp(32 + av_pairs.size());
  temp.u8(1).u8(1).zeros(6).u64_le(time).bytes(client_challenge).zeros(4);
  temp.bytes(av_pairs).zeros(4);
  return temp.take();
}

NtProofStr nt_proof_str(const Key& ntowf_v2, const ChallengeBytes& server_challenge,
                        ByteView temp) {
  return crypto::hmac_md5(ntowf_v2.expose(), {server_challenge, temp});
}

Key session_base_key(const Key& ntowf_v2, const NtProofStr& proof) {
  return crypto::secret_hmac_md5(ntowf_v2.expose(), {proof});
}

LmV2Response lm_v2_response(const Key& ntowf_v2, const ChallengeBytes& server_challenge,
                            const ChallengeBytes& client_challenge) {
  const crypto::Digest128 proof =
      crypto::hmac_md5(ntowf_v2.expose(), {server_challenge, client_challenge});
  LmV2Response response{};
  const auto rest = std::copy(proof.begin(), proof.end(), response.begin());
  std::copy(client_challenge.begin(), client_challenge.end(), rest);
  return response;
}

Result<Key> check_response(const NtHash& nt_hash, const NtlmResponse& response) {
  if (response.nt_response.size() <= kNtV1ResponseSize) {
    return fail(Status::InvalidToken, "not an NTLMv2 response");
  }
  // [MS-NLMP] 3.3.2: clients that hash with no domain are to be served too.
  TRY_ASSIGN(std::optional<Key> named, try_domain(nt_hash, response, response.domain));
  TRY_ASSIGN(std::optional<Key> unnamed, try_domain(nt_hash, response, ""));
  if (named) return std::move(*named);
  if (unnamed) return std::move(*unnamed);
  return fail(Status::LogonDenied, "the NTLMv2 proof does not match the password",
              nt_status::kWrongPassword);
}

Key sign_key(const Key& exported_session_key, Direction direction) {
  const bool to_server = direction == Direction::ClientToServer;
  return crypto::secret_md5({exported_session_key.expose(),
                             to_server ? with_nul(kClientSigning) : with_nul(kServerSigning)});
}

Key seal_key(const Key& exported_session_key, Direction direction) {
  const bool to_server = direction == Direction::ClientToServer;
  return crypto::secret_md5({exported_session_key.expose(),
                             to_server ? with_nul(kClientSealing) : with_nul(kServerSealing)});
}

Key rc4_key(const Key& key_exchange_key, ByteView key) {
  Key out;
  crypto::Rc4(key_exchange_key.expose()).apply(key, out.expose_mutable());
  return out;
}

Mic mic(const Key& exported_session_key, ByteView negotiate, ByteView challenge,
        ByteView authenticate_without_mic) {
  return crypto::hmac_md5(exported_session_key.expose(),
                          {negotiate, challenge, authenticate_without_mic});
}

}  // namespace opensspi::ntlm
