// The sealed half of logons between other people's programs, done again: from the exported session
// key on, our bytes are the ones that were on the wire, and what was on the wire opens.
#include <gtest/gtest.h>

#include "credssp/pub_key_auth.h"
#include "credssp/ts_credentials.h"
#include "ntlm/session_security.h"
#include "support/fake_environment.h"
#include "support/vectors.h"

namespace opensspi {
namespace {

using ntlm::NegotiateFlags;
using ntlm::SessionSecurity;
using test::to_hex;
using test::Vectors;

class CapturedLogon : public testing::Test {
 protected:
  static SessionSecurity session(Role role, Vectors& vectors) {
    const Bytes key = vectors.bytes("ExportedSessionKey");
    return {role, kFlags, ntlm::Key(std::span<const std::uint8_t, 16>(key)), true};
  }

  static constexpr NegotiateFlags kFlags = NegotiateFlags::Sign | NegotiateFlags::Seal |
                                           NegotiateFlags::KeyExch | NegotiateFlags::Negotiate128 |
                                           NegotiateFlags::ExtendedSessionSecurity;
  std::vector<Vectors> logons = Vectors::sections("credssp/captured_logons.txt");
};

TEST_F(CapturedLogon, TheClientsBytesAreOurs) {
  for (Vectors& vectors : logons) {
    SCOPED_TRACE(vectors.title());
    SessionSecurity client = session(Role::Client, vectors);
    const Bytes nonce = vectors.bytes("Nonce"), key = vectors.bytes("SubjectPublicKey");
    const credssp::KeyBinding binding{nonce, key};
    EXPECT_EQ(to_hex(credssp::make_client_pub_key_auth(client, binding).value()),
              to_hex(vectors.bytes("ClientPubKeyAuth")));
    auto proof =
        credssp::verify_server_pub_key_auth(client, binding, vectors.bytes("ServerPubKeyAuth"));
    ASSERT_TRUE(proof) << proof.error().why;
    const auto alice = test::make_identity("EXAMPLE", "alice", "Passw0rd!");
    const SecretBytes credentials = credssp::write_ts_credentials(*alice).value();
    EXPECT_EQ(to_hex(credentials.expose()), to_hex(vectors.bytes("TsCredentials")));
    EXPECT_EQ(to_hex(std::move(*proof).seal_credentials(credentials).value()),
              to_hex(vectors.bytes("AuthInfo")));
  }
}

TEST_F(CapturedLogon, TheServersBytesAreOurs) {
  for (Vectors& vectors : logons) {
    SCOPED_TRACE(vectors.title());
    SessionSecurity server = session(Role::Server, vectors);
    const Bytes nonce = vectors.bytes("Nonce"), key = vectors.bytes("SubjectPublicKey");
    const credssp::KeyBinding binding{nonce, key};
    auto proof =
        credssp::verify_client_pub_key_auth(server, binding, vectors.bytes("ClientPubKeyAuth"));
    ASSERT_TRUE(proof) << proof.error().why;
    EXPECT_EQ(to_hex(proof->answer(binding).value()), to_hex(vectors.bytes("ServerPubKeyAuth")));
    const auto credentials = std::move(*proof).open_credentials(vectors.bytes("AuthInfo"));
    ASSERT_TRUE(credentials) << credentials.error().why;
    const auto alice = credssp::parse_ts_credentials(credentials->expose());
    ASSERT_TRUE(alice) << alice.error().why;
    EXPECT_EQ(alice->domain, "EXAMPLE");
    EXPECT_EQ(alice->user, "alice");
    EXPECT_TRUE(equal(alice->password()->expose(), test::password_utf16le("Passw0rd!").expose()));
  }
}

}  // namespace
}  // namespace opensspi
