// The NTLMv2 computations against [MS-NLMP] 4.2.4 and the messages of real peers.
#include "ntlm/keys.h"

#include <gtest/gtest.h>

#include "base/utf16.h"
#include "ntlm/messages.h"
#include "ntlm/session_security.h"
#include "support/fake_environment.h"
#include "support/vectors.h"
#include "unit/ntlm/vector_keys.h"

namespace opensspi::ntlm {
namespace {

using test::array_of;
using test::hex;
using test::key_of;
using test::to_hex;
using test::Vectors;

TEST(Keys, NtlmV2OfTheSpecification) {
  Vectors v("ntlm/ntlmv2.txt");
  const auto server_challenge = array_of<8>(v, "ServerChallenge");
  const auto client_challenge = array_of<8>(v, "ClientChallenge");
  const NtHash nt_hash = ntowf_v1(test::password_utf16le(v.text("Password")).expose());
  EXPECT_EQ(to_hex(nt_hash.expose()), v.text("NtHash"));
  const auto ntowf = ntowf_v2(nt_hash, v.text("User"), v.text("Domain"));
  ASSERT_TRUE(ntowf);
  EXPECT_EQ(hex(*ntowf), v.text("Ntowfv2"));

  const auto challenge = ChallengeMessage::parse(v.bytes("Challenge"));
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->server_challenge, server_challenge);
  EXPECT_EQ(static_cast<std::uint32_t>(challenge->flags), v.number("Flags"));
  const Bytes temp = make_temp(v.number("Time"), client_challenge, challenge->target_info.write());
  EXPECT_EQ(to_hex(temp), to_hex(v.bytes("Temp")));
  const NtProofStr proof = nt_proof_str(*ntowf, server_challenge, temp);
  EXPECT_EQ(to_hex(proof), v.text("NtProofStr"));
  EXPECT_EQ(to_hex(lm_v2_response(*ntowf, server_challenge, client_challenge)),
            v.text("LmV2Response"));

  const Key base_key = session_base_key(*ntowf, proof);
  EXPECT_EQ(hex(base_key), v.text("SessionBaseKey"));
  const Key exported = key_of(v, "RandomSessionKey");
  EXPECT_EQ(hex(rc4_key(base_key, exported.expose())), v.text("EncryptedRandomSessionKey"));
  EXPECT_EQ(hex(sign_key(exported, Direction::ClientToServer)), v.text("ClientSignKey"));
  EXPECT_EQ(hex(seal_key(exported, Direction::ClientToServer)), v.text("ClientSealKey"));

  // The published AUTHENTICATE carries all of it.
  const auto authenticate = AuthenticateMessage::parse(v.bytes("Authenticate"));
  ASSERT_TRUE(authenticate);
  EXPECT_EQ(authenticate->user_name, "User");
  EXPECT_EQ(authenticate->domain_name, "Domain");
  EXPECT_EQ(authenticate->workstation, v.text("Workstation"));
  EXPECT_EQ(to_hex(authenticate->nt_challenge_response), to_hex(proof) + to_hex(temp));
  EXPECT_FALSE(authenticate->mic);

  SessionSecurity client(Role::Client, challenge->flags, exported, false);
  Bytes data = v.bytes("Plaintext");
  Bytes signature(16);
  const MessagePart part{data};
  ASSERT_TRUE(client.seal({&part, 1}, signature, Qop::Seal));
  EXPECT_EQ(to_hex(data), v.text("SealedData"));
  EXPECT_EQ(to_hex(signature), v.text("Signature"));
  EXPECT_TRUE(v.all_consumed());
}

TEST(Keys, ServerKeysOfTheDerivedVectors) {
  Vectors v = Vectors::sections("ntlm/session_security.txt").front();
  const Key exported = key_of(v, "ExportedSessionKey");
  EXPECT_EQ(hex(sign_key(exported, Direction::ServerToClient)), v.text("ServerSignKey"));
  EXPECT_EQ(hex(seal_key(exported, Direction::ServerToClient)), v.text("ServerSealKey"));
}

NtlmResponse response_of(const ChallengeMessage& challenge,
                         const AuthenticateMessage& authenticate) {
  NtlmResponse response;
  response.user = authenticate.user_name;
  response.domain = authenticate.domain_name;
  response.server_challenge = challenge.server_challenge;
  response.nt_response = authenticate.nt_challenge_response;
  return response;
}

TEST(Keys, CapturedLogonsProveThePassword) {
  for (Vectors& v : Vectors::sections("ntlm/captures.txt")) {
    const Bytes negotiate = v.bytes("Negotiate");
    const Bytes challenge_token = v.bytes("Challenge");
    Bytes token = v.bytes("Authenticate");
    const auto challenge = ChallengeMessage::parse(challenge_token);
    const auto authenticate = AuthenticateMessage::parse(token);
    ASSERT_TRUE(challenge && authenticate);
    const NtHash nt_hash = ntowf_v1(test::password_utf16le(v.text("Password")).expose());
    const auto base_key = check_response(nt_hash, response_of(*challenge, *authenticate));
    if (v.number("Good") == 0) {
      ASSERT_FALSE(base_key);
      EXPECT_EQ(base_key.error().status, Status::LogonDenied);
      EXPECT_EQ(base_key.error().nt_status, nt_status::kWrongPassword);
      continue;
    }
    ASSERT_TRUE(base_key) << base_key.error().why;
    const Key exported = rc4_key(*base_key, authenticate->encrypted_random_session_key);
    EXPECT_EQ(hex(*base_key), v.text("SessionBaseKey"));
    ASSERT_TRUE(authenticate->mic);
    std::fill_n(token.begin() + AuthenticateMessage::kMicOffset, 16, std::uint8_t{0});
    EXPECT_EQ(to_hex(mic(exported, negotiate, challenge_token, token)), to_hex(*authenticate->mic));
    EXPECT_TRUE(v.all_consumed());
  }
}

// A response of User for `hashed_domain`, sent under `sent_domain`.
Result<Key> respond_and_check(std::string_view hashed_domain, std::string_view sent_domain,
                              std::string_view user_there) {
  const NtHash nt_hash = ntowf_v1(test::password_utf16le("Password").expose());
  const ChallengeBytes challenge{1, 2, 3, 4, 5, 6, 7, 8};
  const auto ntowf = ntowf_v2(nt_hash, "User", hashed_domain);
  const Bytes temp = make_temp(0, {}, Bytes(4));
  Bytes nt = copy(nt_proof_str(*ntowf, challenge, temp));
  append(nt, temp);
  NtlmResponse response;
  response.user = user_there;
  response.domain = sent_domain;
  response.server_challenge = challenge;
  response.nt_response = nt;
  return check_response(nt_hash, response);
}

TEST(Keys, ResponsesHashedWithNoDomainAreTaken) {
  EXPECT_TRUE(respond_and_check("Domain", "Domain", "User"));
  EXPECT_TRUE(respond_and_check("", "Domain", "User"));
  EXPECT_TRUE(respond_and_check("", "", "User"));
}

TEST(Keys, TheUserIsUpperCasedAndTheDomainIsNot) {
  EXPECT_TRUE(respond_and_check("Domain", "Domain", "uSER"));
  EXPECT_FALSE(respond_and_check("Domain", "DOMAIN", "User"));
  EXPECT_FALSE(respond_and_check("Other", "Domain", "User"));
  EXPECT_FALSE(respond_and_check("Domain", "Domain", "Users"));
}

TEST(Keys, ShortResponsesAreNotNtlmV2) {
  const NtHash nt_hash;
  NtlmResponse response;
  for (const std::size_t size : {0, 1, 16, 23, 24}) {
    const Bytes nt(size);
    response.nt_response = nt;
    const auto checked = check_response(nt_hash, response);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().status, Status::InvalidToken) << size;
  }
}

}  // namespace
}  // namespace opensspi::ntlm
