// Against OpenSSL's plain SSL object, a peer that also sends what we never do: tickets, KeyUpdate,
// HelloRequest, certificate requests.
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <string>

#include "support/plain_peer.h"
#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::KeyKind;
using test::PlainPeer;
using tls::OpenedRecord;
using tls::Version;

std::unique_ptr<tls::Session> our_client(std::string_view host = "server.example") {
  return tls::Session::client(test::client_parameters(), host).value();
}

std::unique_ptr<tls::Session> our_server(KeyKind kind = KeyKind::Ec) {
  return tls::Session::server(test::server_parameters({}, kind)).value();
}

Bytes sealed(tls::Session& session, ByteView message) {
  Bytes record;
  EXPECT_TRUE(session.seal_to(record, message));
  return record;
}

struct Suite {
  const char* name;  // OpenSSL's
  Version version;
  KeyKind key;
  std::uint16_t number;
  const char* iana_name;
  std::uint32_t strength, hash_strength, header, trailer;
};

class TlsSuites : public ::testing::TestWithParam<Suite> {};

TEST_P(TlsSuites, SizesAreThoseOfTheSuite) {
  const Suite& suite = GetParam();
  PlainPeer peer(&test::server_of(suite.key));
  SSL_CTX_set_max_proto_version(peer.ctx(), static_cast<int>(suite.version));
  if (suite.version == Version::Tls13) {
    ASSERT_EQ(SSL_CTX_set_ciphersuites(peer.ctx(), suite.name), 1);
  } else {
    ASSERT_EQ(SSL_CTX_set_cipher_list(peer.ctx(), suite.name), 1);
  }
  SSL_CTX_set_num_tickets(peer.ctx(), 0);
  if (suite.version < Version::Tls12) SSL_CTX_set_security_level(peer.ctx(), 0);
  tls::Options options;
  options.minimum = std::min(options.minimum, suite.version);
  const auto ours =
      tls::Session::client(test::client_parameters(options), "server.example").value();
  ASSERT_TRUE(peer.establish(*ours));

  const tls::ConnectionInfo info = ours->connection_info();
  EXPECT_EQ(info.version, suite.version);
  EXPECT_EQ(info.cipher_suite, suite.number);
  EXPECT_EQ(info.cipher_suite_name, suite.iana_name);
  EXPECT_EQ(info.cipher_strength, suite.strength);
  EXPECT_EQ(info.hash_strength, suite.hash_strength);
  const tls::StreamSizes sizes = ours->stream_sizes();
  EXPECT_EQ(sizes.header, suite.header);
  EXPECT_EQ(sizes.trailer, suite.trailer);
  EXPECT_EQ(sizes.maximum_message, 16384U);
  EXPECT_EQ(sizes.num_buffers, 4U);
  EXPECT_EQ(sizes.block_size, 16U);

  for (const std::size_t size : {1U, 15U, 16U, 17U, 1000U, 16384U}) {
    const Bytes message(size, 0xA5);
    Bytes header(sizes.header), data = message, trailer(sizes.trailer);
    const auto lengths = ours->seal_record(header, data, trailer);
    ASSERT_TRUE(lengths) << lengths.error().why;
    EXPECT_EQ(lengths->header, sizes.header);
    EXPECT_EQ(lengths->data, size);
    Bytes record = header;
    append(record, data);
    append(record, ByteView(trailer).first(lengths->trailer));
    EXPECT_EQ(peer.open(record), message) << size;
    Bytes answer = peer.seal(message);
    auto opened = ours->open_record(answer);
    ASSERT_TRUE(opened) << opened.error().why;
    if (suite.version == Version::Tls10) {  // the empty record in front of each
      EXPECT_TRUE(opened->data.empty());
      opened = ours->open_record(ByteSpan(answer).subspan(opened->consumed));
      ASSERT_TRUE(opened) << opened.error().why;
    } else {
      EXPECT_EQ(opened->header.size(), sizes.header);
    }
    EXPECT_EQ(copy(opened->data), message) << size;
    EXPECT_LE(opened->trailer.size(), sizes.trailer);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Iana, TlsSuites,
    ::testing::Values(Suite{"TLS_AES_128_GCM_SHA256", Version::Tls13, KeyKind::Ec, 0x1301,
                            "TLS_AES_128_GCM_SHA256", 128, 0, 5, 17},
                      Suite{"TLS_AES_256_GCM_SHA384", Version::Tls13, KeyKind::Rsa, 0x1302,
                            "TLS_AES_256_GCM_SHA384", 256, 0, 5, 17},
                      Suite{"TLS_CHACHA20_POLY1305_SHA256", Version::Tls13, KeyKind::Ec, 0x1303,
                            "TLS_CHACHA20_POLY1305_SHA256", 256, 0, 5, 17},
                      Suite{"ECDHE-ECDSA-AES256-GCM-SHA384", Version::Tls12, KeyKind::Ec, 0xC02C,
                            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 256, 0, 13, 16},
                      Suite{"ECDHE-RSA-AES128-GCM-SHA256", Version::Tls12, KeyKind::Rsa, 0xC02F,
                            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 128, 0, 13, 16},
                      Suite{"ECDHE-RSA-CHACHA20-POLY1305", Version::Tls12, KeyKind::Rsa, 0xCCA8,
                            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 256, 0, 5, 16},
                      Suite{"ECDHE-RSA-AES128-SHA256", Version::Tls12, KeyKind::Rsa, 0xC027,
                            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", 128, 256, 21, 48},
                      Suite{"ECDHE-RSA-AES256-SHA", Version::Tls12, KeyKind::Rsa, 0xC014,
                            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 256, 160, 21, 36},
                      Suite{"ECDHE-RSA-AES128-SHA", Version::Tls11, KeyKind::Rsa, 0xC013,
                            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 128, 160, 21, 36},
                      Suite{"ECDHE-ECDSA-AES256-SHA", Version::Tls10, KeyKind::Ec, 0xC00A,
                            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 256, 160, 46, 36}),
    [](const auto& suite) { return std::string(suite.param.iana_name); });

TEST(TlsInterop, OldVersionsAreSpokenOnlyWhenAsked) {
  for (const Version version : {Version::Tls10, Version::Tls11}) {
    for (const bool asked : {false, true}) {
      PlainPeer peer;
      SSL_CTX_set_security_level(peer.ctx(), 0);
      SSL_CTX_set_min_proto_version(peer.ctx(), static_cast<int>(version));
      SSL_CTX_set_max_proto_version(peer.ctx(), static_cast<int>(version));
      tls::Options options;
      if (asked) options.minimum = version;
      const auto ours = tls::Session::server(test::server_parameters(options)).value();
      const tls::HandshakeStep step = ours->handshake(peer.handshake({}));
      EXPECT_EQ(step.done.has_value(), asked);
      if (!step.done) {
        EXPECT_EQ(step.done.error().status, Status::AlgorithmMismatch);
      }
    }
  }
}

TEST(TlsInterop, OurServerAgreesWithAPlainClient) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    PlainPeer peer;
    SSL_CTX_set_max_proto_version(peer.ctx(), version);
    const auto ours = our_server(KeyKind::Rsa);
    Bytes from_peer = peer.handshake({});
    tls::HandshakeStep step;
    for (int leg = 0; leg < 3 && !*step.done; ++leg) {
      step = ours->handshake(from_peer);
      ASSERT_TRUE(step.done) << step.done.error().why;
      from_peer = peer.handshake(step.token);
    }
    ASSERT_TRUE(*step.done);
    EXPECT_EQ(peer.open(sealed(*ours, view("to client"))), copy(view("to client")));
    Bytes record = peer.seal(view("to server"));
    EXPECT_EQ(copy(ours->open_record(record)->data), copy(view("to server")));
    EXPECT_EQ(SSL_SESSION_has_ticket(SSL_get_session(peer.ssl())), 0);
  }
}

// RFC 5929 3: the client's Finished of a full handshake.
TEST(TlsInterop, TlsUniqueIsTheClientsFinished) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_max_proto_version(peer.ctx(), TLS1_2_VERSION);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  Bytes finished(64);
  finished.resize(SSL_get_peer_finished(peer.ssl(), finished.data(), finished.size()));
  ASSERT_EQ(finished.size(), 12U);
  Bytes expected = copy(view("tls-unique:"));
  append(expected, finished);
  EXPECT_EQ(ours->unique_binding().value(), expected);
}

// RFC 9266 2.
TEST(TlsInterop, TlsExporterIsThePeersToo) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  Bytes exported(32);
  SSL_export_keying_material(peer.ssl(), exported.data(), exported.size(),
                             "EXPORTER-Channel-Binding", 24, nullptr, 0, 1);
  Bytes expected = copy(view("tls-exporter:"));
  append(expected, exported);
  EXPECT_EQ(ours->unique_binding().value(), expected);
}

// P_hash of RFC 5246 5 over no secret, 64 bytes of it, by HMAC alone.
Bytes prf_of_nothing(const EVP_MD* hash, ByteView seed) {
  const auto hmac = [&](ByteView data) {
    Bytes digest(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    HMAC(hash, "", 0, data.data(), data.size(), digest.data(), &size);
    digest.resize(size);
    return digest;
  };
  Bytes out;
  for (Bytes a = hmac(seed); out.size() < 64; a = hmac(a)) {
    Bytes input = a;
    append(input, seed);
    append(out, hmac(input));
  }
  out.resize(64);
  return out;
}

// RFC 5216 2.3.
TEST(TlsInterop, KeysOfEapAreThePeersToo) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_max_proto_version(peer.ctx(), TLS1_2_VERSION);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  constexpr std::string_view kLabel = "client EAP encryption";
  Bytes expected(128);
  SSL_export_keying_material(peer.ssl(), expected.data(), expected.size(), kLabel.data(),
                             kLabel.size(), nullptr, 0, 0);
  Bytes randoms(64);
  SSL_get_client_random(peer.ssl(), randoms.data(), 32);
  SSL_get_server_random(peer.ssl(), randoms.data() + 32, 32);
  Bytes seed = copy(view(kLabel));
  append(seed, randoms);
  append(expected,
         prf_of_nothing(SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(peer.ssl())), seed));
  const auto block = ours->eap_key_block();
  ASSERT_TRUE(block) << block.error().why;
  EXPECT_TRUE(equal(block->expose(), expected));
}

TEST(TlsInterop, KeysOfEapAreNotThoseOfTls13) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  const auto ours = our_client();
  EXPECT_EQ(ours->eap_key_block().error().status, Status::InvalidHandle);
  ASSERT_TRUE(peer.establish(*ours));
  EXPECT_EQ(ours->eap_key_block().error().status, Status::UnsupportedFunction);
}

TEST(TlsInterop, SessionTicketsAreSwallowed) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  Bytes stream = peer.left_over();
  ASSERT_FALSE(stream.empty());
  append(stream, peer.seal(view("data")));
  int tickets = 0;
  Bytes last;
  for (ByteSpan rest(stream); !rest.empty();) {
    const auto opened = ours->open_record(rest);
    ASSERT_TRUE(opened) << opened.error().why;
    ASSERT_EQ(opened->kind, OpenedRecord::Kind::Data);
    rest = rest.subspan(opened->consumed);
    tickets += opened->data.empty() ? 1 : 0;
    last = copy(opened->data);
  }
  EXPECT_EQ(last, copy(view("data")));
  EXPECT_EQ(tickets, 2);
}

TEST(TlsInterop, AKeyUpdateWithoutAnswerIsTransparent) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_num_tickets(peer.ctx(), 0);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
  Bytes update = peer.handshake({});
  const auto opened = ours->open_record(update);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(opened->kind, OpenedRecord::Kind::Data);
  EXPECT_TRUE(opened->data.empty());
  Bytes record = peer.seal(view("new keys"));
  EXPECT_EQ(copy(ours->open_record(record)->data), copy(view("new keys")));
}

TEST(TlsInterop, AKeyUpdateThatAsksIsAnsweredFirst) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_num_tickets(peer.ctx(), 0);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
  Bytes update = peer.handshake({});
  const auto opened = ours->open_record(update);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(opened->kind, OpenedRecord::Kind::Renegotiate);
  EXPECT_EQ(opened->consumed, update.size());

  Bytes header(5), data(4, 'a'), trailer(17);
  EXPECT_EQ(ours->seal_record(header, data, trailer).error().status, Status::OutOfSequence);
  tls::HandshakeStep step = ours->handshake({});
  EXPECT_TRUE(step.done.value());
  ASSERT_FALSE(step.token.empty());
  append(step.token, sealed(*ours, view("answered")));
  EXPECT_EQ(peer.open(step.token), copy(view("answered")));
}

// RFC 8446 6.1: nothing follows close_notify.
TEST(TlsInterop, AKeyUpdateAfterTheCloseIsNotAnswered) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_num_tickets(peer.ctx(), 0);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  ASSERT_TRUE(ours->alert(1, 0));
  SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
  Bytes update = peer.handshake({});
  ASSERT_TRUE(ours->open_record(update));
  EXPECT_TRUE(ours->handshake({}).token.empty());
}

// RFC 6066 4
TEST(TlsInterop, AClientMayWantShortRecords) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    PlainPeer peer;
    SSL_CTX_set_max_proto_version(peer.ctx(), version);
    SSL_CTX_set_tlsext_max_fragment_length(peer.ctx(), TLSEXT_max_fragment_length_1024);
    const auto ours = tls::Session::server(test::server_parameters()).value();
    ASSERT_TRUE(peer.establish(*ours));
    EXPECT_EQ(ours->stream_sizes().maximum_message, 1024U);
    Bytes header(64), data(1025), trailer(64);
    EXPECT_EQ(ours->seal_record(header, data, trailer).error().status, Status::EncryptFailure);
    data.pop_back();
    EXPECT_TRUE(ours->seal_record(header, data, trailer));
  }
}

TEST(TlsInterop, SealToPutsTheAnswerInFront) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_num_tickets(peer.ctx(), 0);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
  Bytes update = peer.handshake({});
  ASSERT_TRUE(ours->open_record(update));
  EXPECT_EQ(peer.open(sealed(*ours, view("answered"))), copy(view("answered")));
  EXPECT_TRUE(ours->handshake({}).token.empty());
}

TEST(TlsInterop, AHelloRequestIsAnsweredByNoRenegotiation) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_max_proto_version(peer.ctx(), TLS1_2_VERSION);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  SSL_renegotiate(peer.ssl());
  Bytes request = peer.handshake({});
  ASSERT_FALSE(request.empty());
  const auto opened = ours->open_record(request);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_EQ(opened->kind, OpenedRecord::Kind::Renegotiate);
  const tls::HandshakeStep step = ours->handshake({});
  EXPECT_TRUE(step.done.value());
  ASSERT_FALSE(step.token.empty());
  EXPECT_EQ(step.token[0], 21);  // alert
  EXPECT_TRUE(ours->seal_to(request, view("goes on")));
}

TEST(TlsInterop, ServerNameIsSentForNamesOnly) {
  const struct {
    const char *host, *expected;
  } cases[] = {{"server.example", "server.example"},
               {"server.example.", "server.example"},
               {"SERVER", "SERVER"},
               {"192.0.2.1", nullptr},
               {"2001:db8::1", nullptr},
               {"", nullptr}};
  for (const auto& one : cases) {
    PlainPeer peer(&test::server_of(KeyKind::Ec));
    const auto ours = our_client(one.host);
    ASSERT_TRUE(peer.establish(*ours)) << one.host;
    EXPECT_STREQ(SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name), one.expected);
  }
}

TEST(TlsInterop, OldCertificatesOfWindowsServersAreTakenByTheClient) {
  const test::Issued old = test::issue({.key = KeyKind::Rsa, .digest = "SHA1"});
  PlainPeer peer(&old);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  EXPECT_EQ(ours->peer_certificate()->der(), old.certificate_der());
}

// A server that asks for a client certificate goes on without one when it only wants it.
TEST(TlsInterop, AServerThatWantsACertificateGetsNone) {
  PlainPeer peer(&test::server_of(KeyKind::Ec));
  SSL_CTX_set_verify(peer.ctx(), SSL_VERIFY_PEER, nullptr);
  const auto ours = our_client();
  ASSERT_TRUE(peer.establish(*ours));
  EXPECT_FALSE(ours->local_certificate().has_value());
  EXPECT_EQ(SSL_get0_peer_certificate(peer.ssl()), nullptr);
}

}  // namespace
}  // namespace opensspi
