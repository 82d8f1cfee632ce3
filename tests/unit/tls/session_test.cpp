// The handshake of tls::Session: both sides in one process, however the bytes arrive.
#include "tls/session.h"

#include <gtest/gtest.h>

#include <string>

#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::KeyKind;
using test::Loopback;
using tls::HandshakeStep;
using tls::Version;

tls::Options only(Version version) {
  tls::Options options;
  options.minimum = options.maximum = version;
  return options;
}

struct Variant {
  Version version;
  KeyKind key;
};

class TlsHandshake : public ::testing::TestWithParam<Variant> {
 protected:
  Loopback sides_{only(GetParam().version), GetParam().key};
};

TEST_P(TlsHandshake, EstablishesBothSidesAlike) {
  ASSERT_TRUE(sides_.establish());
  const tls::ConnectionInfo client = sides_.client->connection_info();
  const tls::ConnectionInfo server = sides_.server->connection_info();
  EXPECT_EQ(client.version, GetParam().version);
  EXPECT_EQ(client.cipher_suite, server.cipher_suite);
  EXPECT_EQ(client.cipher_suite_name, server.cipher_suite_name);
  EXPECT_EQ(client.key_exchange_group, 29U);  // X25519
  EXPECT_EQ(server.key_exchange_group, 29U);
  EXPECT_FALSE(client.resumed);
  EXPECT_EQ(sides_.client->unique_binding().value(), sides_.server->unique_binding().value());
  EXPECT_EQ(sides_.client->peer_certificate()->der(),
            test::server_of(GetParam().key).certificate_der());
  EXPECT_EQ(sides_.server->local_certificate()->der(), sides_.client->peer_certificate()->der());
  EXPECT_FALSE(sides_.server->peer_certificate().has_value());
  EXPECT_FALSE(sides_.client->local_certificate().has_value());
}

TEST_P(TlsHandshake, CarriesMessagesBothWays) {
  ASSERT_TRUE(sides_.establish());
  for (const std::size_t size : {0U, 1U, 64U, 16383U, 16384U}) {
    const Bytes message(size, 0x5A);
    EXPECT_TRUE(test::carries(*sides_.client, *sides_.server, message)) << size;
    EXPECT_TRUE(test::carries(*sides_.server, *sides_.client, message)) << size;
  }
}

// Feeds `flight` a byte at a time, as a caller does that appends what it receives.
HandshakeStep trickle(tls::Session& to, ByteView flight) {
  HandshakeStep last;
  Bytes token;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= flight.size(); ++end) {
    const ByteView brought = flight.subspan(begin, end - begin);
    last = to.handshake(brought);
    if (last.missing != 0) {
      EXPECT_EQ(last.token.size(), 0U);
      EXPECT_EQ(last.unread, 0U);
      EXPECT_LE(last.missing, flight.size() - end);
      continue;
    }
    EXPECT_EQ(last.unread, 0U);
    begin = end;
    append(token, last.token);
    if (!last.done || *last.done) break;
  }
  EXPECT_EQ(begin, flight.size());
  last.token = token;
  return last;
}

TEST_P(TlsHandshake, TakesItsFlightsByteByByte) {
  HandshakeStep client = sides_.client->handshake({});
  HandshakeStep server;
  for (int leg = 0; leg < 4 && !(*client.done && *server.done); ++leg) {
    if (!client.token.empty()) server = trickle(*sides_.server, client.token);
    ASSERT_TRUE(server.done) << server.done.error().why;
    client.token.clear();
    if (!server.token.empty()) client = trickle(*sides_.client, server.token);
    ASSERT_TRUE(client.done) << client.done.error().why;
    server.token.clear();
  }
  EXPECT_TRUE(*client.done && *server.done);
  EXPECT_TRUE(test::carries(*sides_.client, *sides_.server, Bytes(9, 1)));
}

TEST_P(TlsHandshake, LeavesThePartOfARecordUnread) {
  const Bytes hello = sides_.client->handshake({}).token;
  const Bytes flight = sides_.server->handshake(hello).token;
  const std::size_t first = 5U + 256U * flight[3] + flight[4];
  ASSERT_GT(flight.size(), first + 3);
  const HandshakeStep step = sides_.client->handshake(ByteView(flight).first(first + 3));
  EXPECT_FALSE(step.done.value());
  EXPECT_EQ(step.unread, 3U);
  EXPECT_EQ(step.missing, 0U);
  const HandshakeStep rest = sides_.client->handshake(ByteView(flight).subspan(first));
  EXPECT_TRUE(rest.done);
  EXPECT_EQ(rest.unread, 0U);
  EXPECT_FALSE(rest.token.empty());
}

// With TLS 1.3 the client's Finished and its first message look alike and share a flight.
TEST_P(TlsHandshake, LeavesApplicationDataBehindTheLastFlightUnread) {
  tls::Session* last_receiver = nullptr;
  tls::Session* last_sender = nullptr;
  Bytes flight = sides_.client->handshake({}).token;
  flight = sides_.server->handshake(flight).token;
  HandshakeStep client = sides_.client->handshake(flight);
  if (*client.done) {  // TLS 1.3: the server is last to receive
    last_sender = sides_.client.get();
    last_receiver = sides_.server.get();
    flight = client.token;
  } else {
    HandshakeStep server = sides_.server->handshake(client.token);
    ASSERT_TRUE(server.done.value());
    last_sender = sides_.server.get();
    last_receiver = sides_.client.get();
    flight = server.token;
  }
  const std::size_t handshake_size = flight.size();
  ASSERT_TRUE(last_sender->seal_to(flight, view("first")));
  ASSERT_TRUE(last_sender->seal_to(flight, view("second")));
  const HandshakeStep step = last_receiver->handshake(flight);
  ASSERT_TRUE(step.done) << step.done.error().why;
  EXPECT_TRUE(*step.done);
  EXPECT_EQ(step.unread, flight.size() - handshake_size);
  ByteSpan rest = ByteSpan(flight).last(step.unread);
  for (const char* expected : {"first", "second"}) {
    const auto opened = last_receiver->open_record(rest);
    ASSERT_TRUE(opened) << opened.error().why;
    EXPECT_EQ(copy(opened->data), copy(view(expected)));
    rest = rest.subspan(opened->consumed);
  }
  EXPECT_TRUE(rest.empty());
}

TEST_P(TlsHandshake, WritesKeyLogLines) {
  std::string lines;
  tls::Options options = only(GetParam().version);
  options.key_log = [&lines](std::string_view line) { lines.append(line).push_back('\n'); };
  Loopback sides(options, GetParam().key);
  ASSERT_TRUE(sides.establish());
  const bool tls12 = GetParam().version == Version::Tls12;
  const std::string label = tls12 ? "CLIENT_RANDOM " : "CLIENT_TRAFFIC_SECRET_0 ";
  const std::size_t at = lines.find(label);
  ASSERT_NE(at, std::string::npos) << lines;
  const std::string line = lines.substr(at, lines.find('\n', at) - at);
  const std::size_t secret = line.rfind(' ') + 1;
  EXPECT_EQ(secret - label.size(), 65U);  // 32 random bytes in hex and a space
  EXPECT_EQ(line.find_first_not_of("0123456789abcdef ", label.size()), std::string::npos);
  EXPECT_GE(line.size() - secret, 64U);
}

std::string name_of(const ::testing::TestParamInfo<Variant>& variant) {
  const std::string version = variant.param.version == Version::Tls12 ? "Tls12" : "Tls13";
  switch (variant.param.key) {
    case KeyKind::Rsa:
      return version + "Rsa";
    case KeyKind::Ec:
      return version + "Ec";
    default:
      return version + "Ed25519";
  }
}

INSTANTIATE_TEST_SUITE_P(VersionsAndKeys, TlsHandshake,
                         ::testing::Values(Variant{Version::Tls12, KeyKind::Rsa},
                                           Variant{Version::Tls12, KeyKind::Ec},
                                           Variant{Version::Tls12, KeyKind::Ed25519},
                                           Variant{Version::Tls13, KeyKind::Rsa},
                                           Variant{Version::Tls13, KeyKind::Ec},
                                           Variant{Version::Tls13, KeyKind::Ed25519}),
                         name_of);

TEST(TlsSession, AServerSendsNothingAfterTheClientsFinished) {  // no session tickets
  Loopback sides;
  const Bytes hello = sides.client->handshake({}).token;
  const Bytes flight = sides.server->handshake(hello).token;
  const HandshakeStep step = sides.server->handshake(sides.client->handshake(flight).token);
  EXPECT_TRUE(step.done.value());
  EXPECT_TRUE(step.token.empty());
}

TEST(TlsSession, SessionsOfOneParametersAreIndependent) {
  const auto client = test::client_parameters();
  const auto server = test::server_parameters();
  Loopback one(client, server), two(client, server);
  ASSERT_TRUE(one.establish());
  ASSERT_TRUE(two.establish());
  EXPECT_NE(one.client->unique_binding().value(), two.client->unique_binding().value());
  EXPECT_FALSE(two.client->connection_info().resumed);
}

TEST(TlsSession, TheServersIssuersComeWithItsCertificate) {
  const test::Issued root = test::issue_authority("Root");
  const test::Issued middle =
      test::issue({.common_name = "Middle",
                   .issuer = &root,
                   .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
  const test::Issued server = test::issue({.issuer = &middle});
  Bytes chain = server.certificate_pem();
  append(chain, middle.certificate_pem());
  tls::Options options;
  options.key_pairs = {std::make_shared<x509::KeyPair>(
      x509::key_pair_from_pem(chain, server.key_pem(), {}).value())};
  Loopback sides(test::client_parameters(), test::server_parameters(options));
  ASSERT_TRUE(sides.establish());
  const auto certificate = sides.client->peer_certificate();
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->der(), server.certificate_der());
  ASSERT_EQ(certificate->presented_with().size(), 1U);
  EXPECT_EQ(certificate->presented_with()[0].der(), middle.certificate_der());
}

TEST(TlsSession, MissingCountsAsWindowsDoes) {
  Loopback sides;
  const Bytes hello = sides.client->handshake({}).token;
  EXPECT_EQ(sides.server->handshake({}).missing, 5U);
  EXPECT_EQ(sides.server->handshake(ByteView(hello).first(4)).missing, 1U);
  EXPECT_EQ(sides.server->handshake(ByteView(hello).first(5)).missing, hello.size() - 5);
  EXPECT_FALSE(sides.server->handshake(hello).token.empty());
}

TEST(TlsSession, WhatIsNotTlsIsAnInvalidTokenWithoutAnswer) {
  const std::string_view requests[] = {"GET / HTTP/1.1\r\n\r\n",
                                       {"\x03\x00\x00\x13\x0e\xe0\x00\x00", 8},
                                       {"\x16\x02\x00\x00\x04\x01\x00\x00\x00", 9},
                                       {"\x16\x03\x01\xff\xff\x01", 6}};
  for (const std::string_view request : requests) {
    Loopback sides;
    const HandshakeStep step = sides.server->handshake(view(request));
    ASSERT_FALSE(step.done);
    EXPECT_EQ(step.done.error().status, Status::InvalidToken);
    EXPECT_TRUE(step.token.empty());
    EXPECT_EQ(sides.server->handshake(sides.client->handshake({}).token).done.error().status,
              Status::ContextExpired);
  }
}

TEST(TlsSession, NoCommonVersionIsToldToBothSides) {
  Loopback sides(test::client_parameters(only(Version::Tls12)),
                 test::server_parameters(only(Version::Tls13)));
  const HandshakeStep server = sides.server->handshake(sides.client->handshake({}).token);
  ASSERT_FALSE(server.done);
  EXPECT_EQ(server.done.error().status, Status::AlgorithmMismatch);
  EXPECT_EQ(server.done.error().value, 0);
  const HandshakeStep client = sides.client->handshake(server.token);
  ASSERT_FALSE(client.done);
  EXPECT_EQ(client.done.error().status, Status::UnsupportedFunction);
  EXPECT_EQ(client.done.error().value, 70);  // protocol_version
  EXPECT_STREQ(client.done.error().why, "the peer does not speak our TLS versions");
}

TEST(TlsSession, AFailedSessionStaysDead) {
  Loopback sides;
  Bytes flight = sides.server->handshake(sides.client->handshake({}).token).token;
  flight.back() ^= 1;
  ASSERT_FALSE(sides.client->handshake(flight).done);
  flight.back() ^= 1;
  EXPECT_EQ(sides.client->handshake(flight).done.error().status, Status::ContextExpired);
  Bytes buffer(64);
  EXPECT_EQ(sides.client->seal_record(buffer, buffer, buffer).error().status,
            Status::ContextExpired);
  EXPECT_EQ(sides.client->seal_to(buffer, buffer).error().status, Status::ContextExpired);
  EXPECT_EQ(sides.client->open_record(buffer).error().status, Status::ContextExpired);
  EXPECT_EQ(sides.client->alert(1, 0).error().status, Status::ContextExpired);
  EXPECT_EQ(sides.client->unique_binding().error().status, Status::InvalidHandle);
}

TEST(TlsSession, NothingIsSealedBeforeTheEnd) {
  Loopback sides;
  Bytes buffer(64);
  EXPECT_EQ(sides.client->seal_to(buffer, buffer).error().status, Status::ContextExpired);
  EXPECT_EQ(sides.client->stream_sizes().maximum_message, 0U);
}

TEST(TlsSession, AnEstablishedHandshakeTakesNothing) {
  Loopback sides;
  ASSERT_TRUE(sides.establish());
  const Bytes bytes(7, 0x17);
  const HandshakeStep step = sides.client->handshake(bytes);
  EXPECT_TRUE(step.done.value());
  EXPECT_EQ(step.unread, 7U);
  EXPECT_TRUE(step.token.empty());
}

TEST(TlsSession, ATooLongServerNameIsRefused) {
  const auto session = tls::Session::client(test::client_parameters(), std::string(300, 'a'));
  EXPECT_EQ(session.error().status, Status::TargetUnknown);
}

TEST(TlsSession, AServerNeedsACertificate) {
  const auto session = tls::Session::server(tls::Parameters::server({}).value());
  EXPECT_EQ(session.error().status, Status::NoCredentials);
}

}  // namespace
}  // namespace opensspi
