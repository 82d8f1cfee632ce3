// A man in the middle, who passes every TSRequest on, at every version and with what he may change
// on the way. Policy permits every version, so that no floor helps.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "attacker.h"

namespace opensspi {
namespace {

using credssp::TsRequest;
using policy::EncryptionOracle;
using policy::RawNtlm;
using test::Attacker;
using test::CredSspWorld;

class ManInTheMiddle : public testing::TestWithParam<std::tuple<RawNtlm, std::uint32_t>> {
 protected:
  // The server behind the attacker shows test::server_of(Ec).
  bool logon_through(Attacker& attacker) {
    client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
    server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
    return attacker.run(*client, *server);
  }

  // He tells both sides that the other speaks this version.
  static void say_version(TsRequest& request) { request.version = std::get<1>(GetParam()); }

  // What authenticates inside a server.
  std::unique_ptr<Context> acceptor() const {
    AcquireRequest acquire;
    acquire.use = CredentialUse::Inbound;
    ContextRequest request;
    request.role = Role::Server;
    request.flags = ContextFlags::Confidentiality | ContextFlags::Integrity;
    request.inside_credssp = true;
    return world.negotiate->acquire(acquire).value()->new_context(request).value();
  }

  void expect_nothing_came_over() const {
    EXPECT_EQ(client->stream_protection(), nullptr);
    EXPECT_EQ(server->stream_protection(), nullptr);
    EXPECT_FALSE(server->query(AttributeId::DelegatedCredential));
  }

  CredSspWorld world{std::get<0>(GetParam()), EncryptionOracle::Vulnerable};
  std::unique_ptr<Context> client, server;
};

INSTANTIATE_TEST_SUITE_P(CredSsp, ManInTheMiddle,
                         testing::Combine(testing::Values(RawNtlm::Auto, RawNtlm::Never),
                                          testing::Values(2, 3, 4, 5, 6)),
                         [](const testing::TestParamInfo<ManInTheMiddle::ParamType>& of) {
                           return (std::get<0>(of.param) == RawNtlm::Auto ? "BareNtlm" : "Spnego") +
                                  std::to_string(std::get<1>(of.param));
                         });

TEST_P(ManInTheMiddle, WithAKeyOfHisOwnIsRefused) {
  Attacker attacker(test::issue({.common_name = "attacker.example"}));
  attacker.tamper = say_version;
  EXPECT_FALSE(logon_through(attacker));
  EXPECT_EQ(attacker.num_passed, 3) << "NEGOTIATE, CHALLENGE, AUTHENTICATE with pubKeyAuth";
  ASSERT_FALSE(attacker.server_answer);
  EXPECT_EQ(attacker.server_answer.error().status, Status::MessageAltered);
  expect_nothing_came_over();
}

// The same name on the certificate does not help without the server's key.
TEST_P(ManInTheMiddle, WithTheServersNameIsRefused) {
  Attacker attacker(test::issue({.common_name = "server.example"}));
  attacker.tamper = say_version;
  EXPECT_FALSE(logon_through(attacker));
  expect_nothing_came_over();
}

// A server that takes whatever pubKeyAuth it is sent, and proves its own key: the client looks for
// itself. The same with the attacker's key, as only who knows the password could, is a logon.
TEST_P(ManInTheMiddle, BeforeAServerThatChecksNothingIsRefused) {
  const test::Issued own = test::issue({.common_name = "attacker.example"});
  const auto key_of = [](const test::Issued& issued) {
    return copy(issued.key_pair().chain.front().subject_public_key());
  };
  const Bytes shown = key_of(own), real = key_of(test::server_of(test::KeyKind::Ec));
  for (const Bytes* proven : {&real, &shown}) {
    const auto inner = acceptor();
    client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
    Attacker attacker(own);
    attacker.tamper = say_version;
    std::optional<TsRequest> said = attacker.greet_client(*client);
    while (said && !said->pub_key_auth) {
      TsRequest answer;
      answer.nego_tokens = {inner->step({said->nego_tokens.at(0), nullptr}).token};
      said = attacker.say_to_client(answer, *client);
    }
    ASSERT_TRUE(said);
    TsRequest proof;
    StepOutput last = inner->step({said->nego_tokens.at(0), nullptr});
    if (!last.token.empty()) proof.nego_tokens = {std::move(last.token)};
    const Bytes nonce = said->client_nonce.value_or(Bytes());
    const auto binding = [&](const Bytes& key) {
      return credssp::KeyBinding{nonce, key, std::get<1>(GetParam())};
    };
    auto verified = credssp::verify_client_pub_key_auth(*inner->message_protection(),
                                                        binding(shown), *said->pub_key_auth);
    ASSERT_TRUE(verified) << verified.error().why;
    proof.pub_key_auth = verified->answer(binding(*proven)).value();
    const auto sent = attacker.say_to_client(proof, *client);
    EXPECT_EQ(sent && sent->auth_info, proven == &shown);
    EXPECT_EQ(attacker.client_answer ? Status::Ok : attacker.client_answer.error().status,
              proven == &shown ? Status::Ok : Status::MutualAuthFailed);
  }
}

// Who cannot get the server's proof gives the client its own back.
TEST_P(ManInTheMiddle, WhoSendsPubKeyAuthBackIsRefused) {
  Attacker attacker(test::server_of(test::KeyKind::Ec));
  std::optional<Bytes> asked;
  attacker.tamper = [&](TsRequest& request) {
    say_version(request);
    if (!request.pub_key_auth) return;
    if (asked) request.pub_key_auth = asked;
    asked = request.pub_key_auth;
  };
  EXPECT_FALSE(logon_through(attacker));
  EXPECT_EQ(attacker.num_passed, 4);
  ASSERT_FALSE(attacker.client_answer);
  EXPECT_EQ(attacker.client_answer.error().status, Status::MessageAltered);
  expect_nothing_came_over();
}

// Another certificate over the same key.
test::Issued reissued(const test::Issued& issued) {
  test::Issued other{{X509_dup(issued.x509.get()), X509_free}, issued.key};
  ASN1_INTEGER_set(X509_get_serialNumber(other.x509.get()), 77);
  EXPECT_GT(X509_sign(other.x509.get(), other.key.get(), EVP_sha256()), 0);
  return other;
}

// What CredSSP binds to is the key, not the certificate: whoever has the server's private key is
// the server. Passing here shows that the tests above fail for their own reason.
TEST_P(ManInTheMiddle, WithTheServersKeyIsTheServer) {
  Attacker attacker(reissued(test::server_of(test::KeyKind::Ec)));
  attacker.tamper = say_version;
  EXPECT_TRUE(logon_through(attacker));
  EXPECT_EQ(attacker.num_passed, 5);
  const auto shown = client->query(AttributeId::RemoteCertificate);
  const auto real = server->query(AttributeId::LocalCertificate);
  ASSERT_TRUE(shown && real);
  EXPECT_NE(std::get<x509::Certificate>(*shown).der(), std::get<x509::Certificate>(*real).der());
}

}  // namespace
}  // namespace opensspi
