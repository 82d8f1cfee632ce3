// pubKeyAuth: [MS-CSSP] 3.1.5.
#include "credssp/pub_key_auth.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "support/scripted_context.h"
#include "support/vectors.h"

namespace opensspi::credssp {
namespace {

using test::ScriptedProtection;
using test::to_hex;
using test::Vectors;

// Nobody but the verifiers makes a proof, and a proof is spent where it is moved to.
static_assert(!std::is_default_constructible_v<PubKeyAuthVerified>);
static_assert(!std::is_constructible_v<PubKeyAuthVerified, MessageProtection&>);
static_assert(!std::is_copy_constructible_v<PubKeyAuthVerified>);
static_assert(!std::is_copy_assignable_v<PubKeyAuthVerified>);

class PubKeyAuth : public testing::Test {
 protected:
  Bytes nonce = Bytes(kNonceSize, 7), key = {0x30, 0x03, 0x02, 0x01, 0x01};
  KeyBinding binding{nonce, key};
  ScriptedProtection client{Role::Client}, server{Role::Server};
};

TEST(PubKeyAuthHash, IsTheOneOfTheSpecification) {
  Vectors vectors("credssp/pub_key_auth.txt");
  const Bytes nonce = vectors.bytes("Nonce"), key = vectors.bytes("SubjectPublicKey");
  EXPECT_EQ(to_hex(client_binding({nonce, key})), vectors.text("ClientServerHash"));
  EXPECT_EQ(to_hex(server_binding({nonce, key})), vectors.text("ServerClientHash"));
  EXPECT_TRUE(vectors.all_consumed());
}

TEST(PubKeyAuthHash, IsTheOneOfRealPrograms) {
  for (Vectors& vectors : Vectors::sections("credssp/captured_logons.txt")) {
    SCOPED_TRACE(vectors.title());
    const Bytes nonce = vectors.bytes("Nonce"), key = vectors.bytes("SubjectPublicKey");
    EXPECT_EQ(to_hex(client_binding({nonce, key})), vectors.text("ClientServerHash"));
    EXPECT_EQ(to_hex(server_binding({nonce, key})), vectors.text("ServerClientHash"));
  }
}

// [MS-CSSP] 3.1.5, versions 2 to 4: the key itself, and the key with 1 added to its first byte.
TEST_F(PubKeyAuth, OldVersionsEchoTheKey) {
  const Bytes incremented = {0x31, 0x03, 0x02, 0x01, 0x01};
  for (const std::uint32_t version : {2U, 3U, 4U}) {
    const KeyBinding old{{}, key, version};
    EXPECT_EQ(client_binding(old), key);
    EXPECT_EQ(server_binding(old), incremented);
    ScriptedProtection asks(Role::Client), answers(Role::Server);
    const Bytes asked = make_client_pub_key_auth(asks, old).value();
    auto proof = verify_client_pub_key_auth(answers, old, asked);
    ASSERT_TRUE(proof);
    EXPECT_TRUE(verify_server_pub_key_auth(asks, old, proof->answer(old).value()));
  }
}

// A relay that speaks an old version to one side and a new one to the other gets nowhere.
TEST_F(PubKeyAuth, OldAndNewVersionsDoNotMix) {
  const KeyBinding old{nonce, key, 4};
  const auto proof =
      verify_client_pub_key_auth(server, old, make_client_pub_key_auth(client, binding).value());
  EXPECT_EQ(proof.error().status, Status::MessageAltered);
  const Bytes asked = make_client_pub_key_auth(client, old).value();
  ScriptedProtection answers(Role::Server);
  static_cast<void>(make_client_pub_key_auth(answers, old));
  const auto mixed = verify_server_pub_key_auth(client, old, asked);
  EXPECT_EQ(mixed.error().status, Status::MessageAltered);
}

TEST_F(PubKeyAuth, CarriesCredentialsWhenBothSeeTheSameKey) {
  const Bytes asked = make_client_pub_key_auth(client, binding).value();
  auto proof_of_server = verify_client_pub_key_auth(server, binding, asked);
  ASSERT_TRUE(proof_of_server);
  const Bytes answered = proof_of_server->answer(binding).value();
  auto proof_of_client = verify_server_pub_key_auth(client, binding, answered);
  ASSERT_TRUE(proof_of_client);
  const SecretBytes credentials(view("credentials"));
  const Bytes auth_info = std::move(*proof_of_client).seal_credentials(credentials).value();
  const auto opened = std::move(*proof_of_server).open_credentials(auth_info);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(equal(opened->expose(), credentials.expose()));
}

TEST_F(PubKeyAuth, AProofIsSpentOnce) {
  const Bytes asked = make_client_pub_key_auth(client, binding).value();
  const Bytes answer = verify_client_pub_key_auth(server, binding, asked)->answer(binding).value();
  auto proof = verify_server_pub_key_auth(client, binding, answer);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(std::move(*proof).seal_credentials(SecretBytes()));
  EXPECT_FALSE(std::move(*proof).seal_credentials(SecretBytes()));
}

TEST_F(PubKeyAuth, AnotherKeyOrNonceIsRefused) {
  const Bytes other_key = {0x30, 0x03, 0x02, 0x01, 0x02};
  const Bytes other_nonce(kNonceSize, 8);
  for (const KeyBinding& other : {KeyBinding{nonce, other_key}, KeyBinding{other_nonce, key}}) {
    ScriptedProtection asks(Role::Client), answers(Role::Server);
    const Bytes asked = make_client_pub_key_auth(asks, other).value();
    const auto proof = verify_client_pub_key_auth(answers, binding, asked);
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().status, Status::MessageAltered);
  }
}

TEST_F(PubKeyAuth, TheClientsOwnSentBackIsRefused) {
  const Bytes asked = make_client_pub_key_auth(client, binding).value();
  const auto proof = verify_server_pub_key_auth(client, binding, asked);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().status, Status::MessageAltered);
}

// A server whose mechanism is blind to direction still has to know the other magic, or to add one.
TEST_F(PubKeyAuth, TheClientsHashUnderTheServersKeyIsRefused) {
  for (std::uint32_t version = kOldestVersion; version <= kOwnVersion; ++version) {
    ScriptedProtection asks(Role::Client), answers(Role::Server);
    const KeyBinding of_version{nonce, key, version};
    const Bytes asked = make_client_pub_key_auth(answers, of_version).value();
    const auto proof = verify_server_pub_key_auth(asks, of_version, asked);
    ASSERT_FALSE(proof) << version;
    EXPECT_EQ(proof.error().status, Status::MutualAuthFailed);
  }
}

TEST_F(PubKeyAuth, EveryFlippedOrMissingByteIsRefused) {
  const Bytes asked = make_client_pub_key_auth(client, binding).value();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Bytes flipped = asked;
    flipped[i] ^= 1;
    EXPECT_FALSE(verify_client_pub_key_auth(server, binding, flipped)) << i;
    EXPECT_FALSE(verify_client_pub_key_auth(server, binding, ByteView(asked).first(i))) << i;
  }
  EXPECT_TRUE(verify_client_pub_key_auth(server, binding, asked));
}

}  // namespace
}  // namespace opensspi::credssp
