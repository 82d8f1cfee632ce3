// ComputeResponse against the whole exchange of the vectors. [MS-NLMP] 3.1.5.1.2
#include "ntlm/response.h"

#include <gtest/gtest.h>

#include "support/fake_environment.h"
#include "support/vectors.h"
#include "unit/ntlm/vector_keys.h"

namespace opensspi::ntlm {
namespace {

using test::array_of;
using test::hex;
using test::to_hex;
using test::Vectors;

ChannelBindings end_point_bindings(ByteView certificate_hash) {
  ChannelBindings bindings;
  bindings.application_data = copy(view("tls-server-end-point:"));
  append(bindings.application_data, certificate_hash);
  return bindings;
}

TEST(Response, WholeExchange) {
  Vectors v("ntlm/full_exchange.txt");
  const Bytes negotiate = v.bytes("Negotiate");
  const Bytes challenge_token = v.bytes("Challenge");
  const auto challenge = ChallengeMessage::parse(challenge_token);
  ASSERT_TRUE(challenge);
  EXPECT_EQ(**challenge->target_info.timestamp(), v.number("Timestamp"));
  const ChannelBindings bindings = end_point_bindings(v.bytes("CertificateHash"));
  const std::string target_name = v.text("TargetName");
  const auto identity = test::make_identity(v.text("Domain"), v.text("User"), v.text("Password"));

  ResponseInput input;
  input.now = 1;  // the server's time goes before it
  input.client_challenge = array_of<8>(v, "ClientChallenge");
  input.target_name = target_name;
  input.channel_bindings = bindings_hash(&bindings);
  EXPECT_EQ(to_hex(input.channel_bindings), v.text("ChannelBindings"));
  const auto response = compute_response(*identity, *challenge, input);
  ASSERT_TRUE(response);
  EXPECT_EQ(to_hex(ByteView(response->nt).first(16)), v.text("NtProofStr"));
  EXPECT_EQ(hex(response->key_exchange_key), v.text("SessionBaseKey"));
  EXPECT_EQ(response->lm, Bytes(24));
  EXPECT_TRUE(response->mic_announced);

  // The same AUTHENTICATE, byte for byte.
  const Key exported = test::key_of(v, "RandomSessionKey");
  AuthenticateMessage authenticate;
  authenticate.flags = NegotiateFlags{0xe2888235};
  authenticate.version = Version{6, 0, 6000, 15};
  authenticate.user_name = v.text("User");
  authenticate.domain_name = v.text("Domain");
  authenticate.workstation = v.text("Workstation");
  authenticate.lm_challenge_response = response->lm;
  authenticate.nt_challenge_response = response->nt;
  authenticate.encrypted_random_session_key =
      copy(rc4_key(response->key_exchange_key, exported.expose()).expose());
  EXPECT_EQ(to_hex(authenticate.encrypted_random_session_key), v.text("EncryptedRandomSessionKey"));
  authenticate.mic = Mic{};
  authenticate.mic = mic(exported, negotiate, challenge_token, *authenticate.write());
  EXPECT_EQ(to_hex(*authenticate.mic), v.text("Mic"));
  EXPECT_EQ(to_hex(*authenticate.write()), to_hex(v.bytes("Authenticate")));
  EXPECT_TRUE(v.all_consumed());
}

TEST(Response, WithoutATimestampThereIsAnLmResponseAndNoMic) {
  Vectors v("ntlm/ntlmv2.txt");
  const auto challenge = ChallengeMessage::parse(v.bytes("Challenge"));
  ASSERT_TRUE(challenge);
  ResponseInput input;
  input.client_challenge = array_of<8>(v, "ClientChallenge");
  input.now = 0x0102030405060708;
  const auto identity = test::make_identity(v.text("Domain"), v.text("User"), v.text("Password"));
  const auto response = compute_response(*identity, *challenge, input);
  ASSERT_TRUE(response);
  EXPECT_EQ(to_hex(response->lm), v.text("LmV2Response"));
  EXPECT_FALSE(response->mic_announced);
  const auto temp = ClientChallenge::parse(response->nt);
  ASSERT_TRUE(temp);
  EXPECT_EQ(temp->timestamp, input.now);
  EXPECT_EQ(*temp->av_pairs.flags(), 0U);
  // [MS-NLMP] 3.1.5.1.2: both pairs are there even when they say nothing.
  ASSERT_NE(temp->av_pairs.find(AvId::ChannelBindings), nullptr);
  EXPECT_EQ(*temp->av_pairs.find(AvId::ChannelBindings), Bytes(16));
  ASSERT_NE(temp->av_pairs.find(AvId::TargetName), nullptr);
  EXPECT_TRUE(temp->av_pairs.find(AvId::TargetName)->empty());
}

TEST(Response, AnUnverifiedTargetNameIsMarked) {
  const auto challenge =
      ChallengeMessage::parse(Vectors("ntlm/full_exchange.txt").bytes("Challenge"));
  ASSERT_TRUE(challenge);
  ResponseInput input;
  input.unverified_target_name = true;
  const auto identity = test::make_identity("D", "U", "P");
  const auto response = compute_response(*identity, *challenge, input);
  ASSERT_TRUE(response);
  EXPECT_EQ(*ClientChallenge::parse(response->nt)->av_pairs.flags(), 6U);
}

TEST(Response, AHashServesAsWellAsThePassword) {
  const auto challenge =
      ChallengeMessage::parse(Vectors("ntlm/full_exchange.txt").bytes("Challenge"));
  ASSERT_TRUE(challenge);
  auto identity = test::make_identity("D", "U", "P");
  const auto by_password = compute_response(*identity, *challenge, {});
  identity->secret = ntowf_v1(test::password_utf16le("P").expose());
  const auto by_hash = compute_response(*identity, *challenge, {});
  ASSERT_TRUE(by_password && by_hash);
  EXPECT_EQ(by_password->nt, by_hash->nt);
  identity->secret = std::monostate{};
  const auto without = compute_response(*identity, *challenge, {});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().status, Status::NoCredentials);
}

}  // namespace
}  // namespace opensspi::ntlm
