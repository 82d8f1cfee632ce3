// What a peer may try with TLS around a logon, spoken by OpenSSL's plain SSL object: resumption,
// early data, renegotiation, certificates. CREDSSP does every logon in a session of its own, with
// nothing before it and no second handshake in it.
#include <gtest/gtest.h>

#include "support/plain_peer.h"
#include "world.h"

namespace opensspi {
namespace {

using test::CredSspWorld;
using test::KeyKind;
using test::PlainPeer;

// TLS between a plain peer and a context of CREDSSP; what the context says beyond it.
Bytes establish(PlainPeer& peer, Context& ours, Bytes from_ours) {
  for (int leg = 0; leg < 10; ++leg) {
    const Bytes from_peer = peer.handshake(from_ours);
    if (from_peer.empty()) break;
    StepOutput step = ours.step({from_peer, nullptr});
    EXPECT_TRUE(step.progress) << step.progress.error().why;
    from_ours = std::move(step.token);
    if (SSL_is_init_finished(peer.ssl()) != 0) break;
  }
  EXPECT_EQ(SSL_is_init_finished(peer.ssl()), 1);
  return from_ours;
}

class TlsPeer : public testing::TestWithParam<int> {
 protected:
  std::unique_ptr<PlainPeer> plain(const test::Issued* server = nullptr) {
    auto peer = std::make_unique<PlainPeer>(server);
    SSL_CTX_set_max_proto_version(peer->ctx(), GetParam());
    return peer;
  }
  std::unique_ptr<Context> our_server() {
    return CredSspWorld::new_context(*server_credential, Role::Server);
  }
  std::unique_ptr<Context> our_client() {
    return CredSspWorld::new_context(*client_credential, Role::Client);
  }

  CredSspWorld world;
  std::shared_ptr<Credential> server_credential = world.server_credential();
  std::shared_ptr<Credential> client_credential = world.client_credential();
};

INSTANTIATE_TEST_SUITE_P(CredSsp, TlsPeer, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int>& of) {
                           return of.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

TEST_P(TlsPeer, OurServerAsksForNoCertificate) {
  bool asked = false;
  const auto peer = plain();
  SSL_CTX_set_cert_cb(
      peer->ctx(), [](SSL*, void* found) { return *static_cast<bool*>(found) = true, 1; }, &asked);
  const auto server = our_server();
  establish(*peer, *server, {});
  EXPECT_FALSE(asked);
}

TEST_P(TlsPeer, OurServerResumesNothing) {
  const auto first = plain(), second = plain();
  const auto one = our_server(), other = our_server();
  establish(*first, *one, {});
  SSL_SESSION* session = SSL_get1_session(first->ssl());
  EXPECT_EQ(SSL_SESSION_is_resumable(session), 0);
  EXPECT_EQ(SSL_SESSION_has_ticket(session), 0);
  SSL_set_session(second->ssl(), session);
  establish(*second, *other, {});
  EXPECT_EQ(SSL_session_reused(second->ssl()), 0);
  SSL_SESSION_free(session);
}

// Two logons with one credential, before a server that gives tickets gladly.
TEST_P(TlsPeer, OurClientResumesNothing) {
  for (int logon = 0; logon < 2; ++logon) {
    const auto peer = plain(&test::server_of(KeyKind::Ec));
    SSL_CTX_set_session_id_context(peer->ctx(), reinterpret_cast<const unsigned char*>("1"), 1);
    const auto client = our_client();
    establish(*peer, *client, client->step({}).token);
    EXPECT_EQ(SSL_session_reused(peer->ssl()), 0);
  }
}

// A key that both sides would have to know beforehand, with data in the first flight.
int offer_early_data(SSL* ssl, const EVP_MD*, const unsigned char** id, std::size_t* id_size,
                     SSL_SESSION** session) {
  const Bytes key(32, 7);
  *session = SSL_SESSION_new();
  SSL_SESSION_set1_master_key(*session, key.data(), key.size());
  SSL_SESSION_set_cipher(*session,
                         SSL_CIPHER_find(ssl, reinterpret_cast<const unsigned char*>("\x13\x01")));
  SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
  SSL_SESSION_set_max_early_data(*session, 16384);
  *id = reinterpret_cast<const unsigned char*>("earlier");
  *id_size = 7;
  return 1;
}

// What came before the handshake may have been sent by anybody, and more than once.
TEST(TlsPeerEarly, DataIsRefused) {
  const CredSspWorld world;
  const auto server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
  PlainPeer peer;
  SSL_CTX_set_psk_use_session_callback(peer.ctx(), offer_early_data);
  const Bytes early = world.client_protocol()->begin(Bytes(1)).message->write();
  std::size_t written = 0;
  ASSERT_EQ(SSL_write_early_data(peer.ssl(), early.data(), early.size(), &written), 1);
  Bytes flight = peer.take();
  while (SSL_is_init_finished(peer.ssl()) == 0) {
    const StepOutput step = server->step({flight, nullptr});
    ASSERT_TRUE(step.progress) << step.progress.error().why;
    ASSERT_EQ(*step.progress, Progress::ContinueNeeded);
    EXPECT_EQ(std::string_view(step.sent).find("TSRequest"), std::string_view::npos);
    flight = peer.handshake(step.token);
    ASSERT_FALSE(flight.empty());
  }
  EXPECT_EQ(SSL_get_early_data_status(peer.ssl()), SSL_EARLY_DATA_REJECTED);
  EXPECT_EQ(SSL_session_reused(peer.ssl()), 0);
}

class Renegotiation : public testing::Test {
 protected:
  // Hands ours what the peer wants a second handshake by. What ours answers is an alert, and the
  // peer gets no second handshake.
  static void expect_refused(PlainPeer& peer, Context& ours) {
    const Bytes before = server_random(peer);
    ASSERT_EQ(SSL_renegotiate(peer.ssl()), 1);
    const Bytes wish = peer.handshake({});
    ASSERT_FALSE(wish.empty());
    const StepOutput step = ours.step({wish, nullptr});
    ASSERT_FALSE(step.token.empty());
    EXPECT_EQ(step.token[0], 21);  // alert
    peer.handshake(step.token);
    EXPECT_EQ(server_random(peer), before);
  }

  static Bytes server_random(PlainPeer& peer) {
    Bytes random(SSL3_RANDOM_SIZE);
    SSL_get_server_random(peer.ssl(), random.data(), random.size());
    return random;
  }

  CredSspWorld world;
};

TEST_F(Renegotiation, ByAClientIsRefused) {
  PlainPeer peer;
  SSL_CTX_set_max_proto_version(peer.ctx(), TLS1_2_VERSION);
  const auto server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
  establish(peer, *server, {});
  expect_refused(peer, *server);
}

TEST_F(Renegotiation, ByAServerIsRefused) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_max_proto_version(peer.ctx(), TLS1_2_VERSION);
  const auto client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
  establish(peer, *client, client->step({}).token);
  expect_refused(peer, *client);
}

}  // namespace
}  // namespace opensspi
