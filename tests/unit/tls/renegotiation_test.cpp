// A TLS 1.2 server that begins anew while the session runs: an independent OpenSSL, as the library
// never does that itself.
#include <gtest/gtest.h>

#include "support/plain_peer.h"
#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::Issued;
using test::KeyKind;

class Renegotiation : public testing::Test {
 protected:
  explicit Renegotiation(bool follows = true) {
    SSL_CTX_set_session_cache_mode(server.ctx(), SSL_SESS_CACHE_OFF);  // the whole handshake again
    tls::Options options;
    options.maximum = tls::Version::Tls12;
    options.renegotiates = follows;
    client = tls::Session::client(test::client_parameters(options), "server.example").value();
  }
  void establish() {
    Bytes to_server = client->handshake({}).token;
    for (int leg = 0; leg < 2; ++leg) {
      const tls::HandshakeStep step = client->handshake(server.handshake(to_server));
      ASSERT_TRUE(step.done);
      to_server = step.token;
    }
    ASSERT_EQ(client->connection_info().version, tls::Version::Tls12);
  }
  // The server's HelloRequest, and how the client takes it.
  tls::OpenedRecord::Kind ask() {
    SSL_renegotiate(server.ssl());
    request = server.handshake({});
    const auto opened = client->open_record(request);
    return opened.value().kind;
  }
  // What the rest of the handshake comes to.
  Result<bool> follow() {
    tls::HandshakeStep step = client->handshake({});
    for (int leg = 0; leg < 4 && step.done && !*step.done; ++leg) {
      EXPECT_TRUE(server.open(step.token).empty());  // SSL_read goes on with the handshake
      step = client->handshake(server.take());
    }
    server.open(step.token);
    return step.done;
  }

  const Issued& certificate = test::server_of(KeyKind::Ec);
  test::PlainPeer server{&certificate};
  std::unique_ptr<tls::Session> client;
  Bytes request;
};

TEST_F(Renegotiation, IsFollowedWhenAsked) {
  establish();
  ASSERT_EQ(ask(), tls::OpenedRecord::Kind::Renegotiate);
  Bytes header(64), data(1), trailer(64);
  EXPECT_EQ(client->seal_record(header, data, trailer).error().status, Status::ContextExpired)
      << "nothing is sealed meanwhile";
  ASSERT_TRUE(follow().value());
  Bytes record = server.seal(view("again"));
  EXPECT_EQ(copy(client->open_record(record).value().data), copy(view("again")));
}

TEST_F(Renegotiation, DoesNotMakeAnotherOfTheServer) {
  establish();
  const Issued other = test::issue({.key = KeyKind::Ec});
  SSL_use_certificate(server.ssl(), other.x509.get());
  SSL_use_PrivateKey(server.ssl(), other.key.get());
  ASSERT_EQ(ask(), tls::OpenedRecord::Kind::Renegotiate);
  const Result<bool> outcome = follow();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().status, Status::CertUnknown);
}

// IIS asks so for the certificate that one page needs.
TEST_F(Renegotiation, MayAskForACertificate) {
  tls::Options options;
  options.maximum = tls::Version::Tls12;
  options.renegotiates = true;
  tls::ClientSetup setup;
  setup.awaits_identity = true;
  client = tls::Session::client(test::client_parameters(options), "server.example", setup).value();
  establish();
  SSL_set_verify(server.ssl(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  ASSERT_EQ(ask(), tls::OpenedRecord::Kind::Renegotiate);
  EXPECT_TRUE(server.open(client->handshake({}).token).empty());
  const Bytes flight = server.take();
  tls::HandshakeStep step = client->handshake(flight);
  ASSERT_TRUE(step.wants_identity);
  options.key_pairs = {std::make_shared<x509::KeyPair>(certificate.key_pair())};
  ASSERT_TRUE(client->show(test::client_parameters(options)));
  step = client->handshake(ByteView(flight).last(step.unread));
  ASSERT_TRUE(step.done);
  server.open(step.token);
  ASSERT_TRUE(client->handshake(server.take()).done.value());
  const X509* shown = SSL_get0_peer_certificate(server.ssl());
  ASSERT_NE(shown, nullptr);
  EXPECT_EQ(X509_cmp(shown, certificate.x509.get()), 0);
}

class NoRenegotiation : public Renegotiation {
 protected:
  NoRenegotiation() : Renegotiation(false) {}
};

// CREDSSP: the answer is the alert no_renegotiation, and the session goes on.
TEST_F(NoRenegotiation, IsTheDefault) {
  establish();
  SSL_renegotiate(server.ssl());
  request = server.handshake({});
  const auto opened = client->open_record(request);
  ASSERT_TRUE(opened);
  Bytes header(64), data(1), trailer(64);
  EXPECT_FALSE(client->handshake({}).token.empty());
  EXPECT_TRUE(client->seal_record(header, data, trailer));
}

}  // namespace
}  // namespace opensspi
