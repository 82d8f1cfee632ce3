// A man in the middle with a TLS session to each side, who passes every TSRequest on: what
// pubKeyAuth is there for.
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "credssp/channel.h"
#include "world.h"

namespace opensspi {
namespace {

using credssp::TsRequest;
using test::CredSspWorld;

// The attacker: a TLS server to the client and a TLS client to the server.
class Attacker {
 public:
  explicit Attacker(const test::Issued& shown) {
    tls::Options options;
    options.key_pairs = {std::make_shared<x509::KeyPair>(shown.key_pair())};
    to_client_ = tls::Session::server(tls::Parameters::server(options).value()).value();
    to_server_ = tls::Session::client(test::client_parameters(), "server.example").value();
  }

  // Passes everything on until nobody speaks. Both complete?
  bool run(Context& client, Context& server) {
    Bytes from_client = greet(client, server);
    bool client_done = false, server_done = false;
    while (!from_client.empty()) {
      const StepOutput served = server.step({move(*to_client_, *to_server_, from_client), nullptr});
      server_answer = served.progress;
      server_done = served.progress && *served.progress == Progress::Complete;
      if (!served.progress || served.token.empty()) break;
      const StepOutput asked = client.step({move(*to_server_, *to_client_, served.token), nullptr});
      client_done = asked.progress && *asked.progress == Progress::Complete;
      from_client = asked.token;
    }
    return client_done && server_done;
  }

  Result<Progress> server_answer = Progress::ContinueNeeded;
  int num_moved = 0;

 private:
  // Both TLS handshakes; the client's first TSRequest, which came with its Finished.
  Bytes greet(Context& client, Context& server) {
    Bytes token = client.step({}).token;
    token = client.step({to_client_->handshake(token).token, nullptr}).token;
    const tls::HandshakeStep finished = to_client_->handshake(token);
    EXPECT_TRUE(finished.done && *finished.done);
    Bytes first = copy(ByteView(token).last(finished.unread));

    token = to_server_->handshake({}).token;
    const tls::HandshakeStep established =
        to_server_->handshake(server.step({token, nullptr}).token);
    EXPECT_TRUE(established.done && *established.done);
    EXPECT_TRUE(server.step({established.token, nullptr}).progress);
    return first;
  }

  // Opens a record of one session and seals what was in it for the other.
  Bytes move(tls::Session& from, tls::Session& to, ByteView record) {
    Bytes in = copy(record), out;
    const auto received = credssp::Channel(from).receive(in);
    EXPECT_TRUE(received && received->message);
    if (!received || !received->message) return out;
    EXPECT_TRUE(credssp::Channel(to).send(out, *received->message));
    ++num_moved;
    return out;
  }

  std::unique_ptr<tls::Session> to_client_, to_server_;
};

class ManInTheMiddle : public testing::TestWithParam<policy::RawNtlm> {
 protected:
  // The server behind the attacker shows test::server_of(Ec).
  bool logon_through(Attacker& attacker) {
    client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
    server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
    return attacker.run(*client, *server);
  }

  CredSspWorld world{GetParam()};
  std::unique_ptr<Context> client, server;
};

INSTANTIATE_TEST_SUITE_P(CredSsp, ManInTheMiddle,
                         testing::Values(policy::RawNtlm::Auto, policy::RawNtlm::Never),
                         [](const testing::TestParamInfo<policy::RawNtlm>& of) {
                           return of.param == policy::RawNtlm::Auto ? "BareNtlm" : "Spnego";
                         });

TEST_P(ManInTheMiddle, WithAKeyOfHisOwnIsRefused) {
  const test::Issued own = test::issue({});
  Attacker attacker(own);
  EXPECT_FALSE(logon_through(attacker));
  EXPECT_EQ(attacker.num_moved, 3) << "NEGOTIATE, CHALLENGE, AUTHENTICATE with pubKeyAuth";
  ASSERT_FALSE(attacker.server_answer);
  EXPECT_EQ(attacker.server_answer.error().status, Status::MessageAltered);
  EXPECT_EQ(client->stream_protection(), nullptr);
}

// The same name on the certificate does not help without the server's key.
TEST_P(ManInTheMiddle, WithTheServersNameIsRefused) {
  const test::Issued own = test::issue({.common_name = "server.example"});
  Attacker attacker(own);
  EXPECT_FALSE(logon_through(attacker));
}

// Another certificate over the same key.
test::Issued reissued(const test::Issued& issued) {
  test::Issued other{{X509_dup(issued.x509.get()), X509_free}, issued.key};
  ASN1_INTEGER_set(X509_get_serialNumber(other.x509.get()), 77);
  EXPECT_GT(X509_sign(other.x509.get(), other.key.get(), EVP_sha256()), 0);
  return other;
}

// What CredSSP binds to is the key, not the certificate: whoever has the server's private key is
// the server. Passing here shows that the two tests above fail for their own reason.
TEST_P(ManInTheMiddle, WithTheServersKeyIsTheServer) {
  Attacker attacker(reissued(test::server_of(test::KeyKind::Ec)));
  EXPECT_TRUE(logon_through(attacker));
  EXPECT_EQ(attacker.num_moved, 5);
  const auto shown = client->query(AttributeId::RemoteCertificate);
  const auto real = server->query(AttributeId::LocalCertificate);
  ASSERT_TRUE(shown && real);
  EXPECT_NE(std::get<x509::Certificate>(*shown).der(), std::get<x509::Certificate>(*real).der());
}

}  // namespace
}  // namespace opensspi
