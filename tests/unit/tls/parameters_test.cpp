// The settings that sessions share: what restricts them acts on the handshake, several certificates
// serve several kinds of peers, and like settings are made once.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>
#include <thread>

#include "support/plain_peer.h"
#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::KeyKind;
using test::Loopback;
using test::PlainPeer;
using tls::Algorithms;
using tls::CipherSuite;
using tls::Options;
using tls::Parameters;
using tls::Version;

Status status_of(const Result<std::shared_ptr<const Parameters>>& result) {
  return result ? Status::Ok : result.error().status;
}

std::shared_ptr<const x509::KeyPair> pair_of(const test::Issued& issued) {
  return std::make_shared<x509::KeyPair>(issued.key_pair());
}

Options only(Version version) {
  Options options;
  options.minimum = options.maximum = version;
  return options;
}

TEST(TlsAlgorithms, AreWhatOpenSslSaysOfThem) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> ctx(SSL_CTX_new(TLS_method()),
                                                              SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(ctx.get()), SSL_free);
  for (const CipherSuite& suite : tls::kCipherSuites) {
    SCOPED_TRACE(suite.openssl_name);
    const unsigned char number[] = {static_cast<unsigned char>(suite.number >> 8),
                                    static_cast<unsigned char>(suite.number & 0xFF)};
    const SSL_CIPHER* cipher = SSL_CIPHER_find(ssl.get(), number);
    ASSERT_NE(cipher, nullptr);
    EXPECT_STREQ(SSL_CIPHER_get_name(cipher), suite.openssl_name);
    EXPECT_EQ(SSL_CIPHER_get_bits(cipher, nullptr), static_cast<int>(suite.strength));
    EXPECT_EQ(SSL_CIPHER_is_aead(cipher) != 0, suite.mode != tls::CipherMode::Cbc);
    EXPECT_EQ(SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305,
              suite.cipher == tls::Cipher::ChaCha20);
    const std::string name = SSL_CIPHER_standard_name(cipher);
    const char* hash = suite.hash == tls::Hash::Sha1     ? "SHA"
                       : suite.hash == tls::Hash::Sha256 ? "SHA256"
                                                         : "SHA384";
    EXPECT_EQ(name.substr(name.rfind('_') + 1), hash);
    const int auth = SSL_CIPHER_get_auth_nid(cipher);
    if (!suite.signer) {
      EXPECT_EQ(auth, NID_auth_any);
      EXPECT_EQ(suite.since, Version::Tls13);
    } else {
      EXPECT_EQ(auth, *suite.signer == tls::KeyKind::Rsa ? NID_auth_rsa : NID_auth_ecdsa);
      EXPECT_EQ(SSL_CIPHER_get_kx_nid(cipher), NID_kx_ecdhe);
      EXPECT_TRUE(suite.serves(Version::Tls12));
      EXPECT_EQ(suite.serves(Version::Tls10), suite.hash == tls::Hash::Sha1);
    }
    EXPECT_EQ(tls::find_cipher_suite(suite.number)->openssl_name, suite.openssl_name);
  }
  EXPECT_EQ(tls::find_cipher_suite(0), nullptr);
  EXPECT_EQ(tls::find_group(0x001D)->strength, 255U);
  EXPECT_EQ(tls::find_group(0), nullptr);
}

class TlsRestriction : public ::testing::TestWithParam<Version> {};

TEST_P(TlsRestriction, OfSuitesActsOnEitherSide) {
  Options strong = only(GetParam());
  strong.algorithms.suites.keep_if([](const CipherSuite& suite) {
    return suite.strength == 256 && suite.cipher == tls::Cipher::Aes;
  });
  const Options any = only(GetParam());
  for (const bool restrict_client : {true, false}) {
    Loopback sides(test::client_parameters(restrict_client ? strong : any),
                   test::server_parameters(restrict_client ? any : strong));
    ASSERT_TRUE(sides.establish());
    EXPECT_EQ(sides.client->connection_info().cipher_strength, 256U);
    EXPECT_NE(sides.client->connection_info().cipher_suite_name.find("AES_256"), std::string::npos);
  }
  Options weak = only(GetParam());
  weak.algorithms.suites.keep_if([](const CipherSuite& suite) { return suite.strength == 128; });
  EXPECT_FALSE(
      Loopback(test::client_parameters(weak), test::server_parameters(strong)).establish());
}

TEST_P(TlsRestriction, OfGroupsActs) {
  Options p384 = only(GetParam());
  p384.algorithms.groups.keep_if([](const tls::Group& group) { return group.strength == 384; });
  // P-256 is the curve of the usual certificate, which the groups of TLS 1.2 hold for too.
  Loopback sides(test::client_parameters(p384),
                 test::server_parameters(only(GetParam()), KeyKind::Rsa));
  ASSERT_TRUE(sides.establish());
  EXPECT_EQ(sides.server->connection_info().key_exchange_group, 0x0018U);
}

TEST_P(TlsRestriction, OfSignaturesActs) {
  Options rsa = only(GetParam());
  rsa.algorithms.signatures.keep_if(
      [](const tls::Signature& row) { return row.key == tls::KeyKind::Rsa; });
  const auto client = test::client_parameters(rsa);
  EXPECT_TRUE(
      Loopback(client, test::server_parameters(only(GetParam()), KeyKind::Rsa)).establish());
  EXPECT_FALSE(
      Loopback(client, test::server_parameters(only(GetParam()), KeyKind::Ec)).establish());
}

// Out of several certificates the peer's algorithms choose, and the session tells which it was:
// CredSSP binds to it.
TEST_P(TlsRestriction, OfThePeerChoosesTheCertificate) {
  Options options = only(GetParam());
  options.key_pairs = {pair_of(test::server_of(KeyKind::Ec)),
                       pair_of(test::server_of(KeyKind::Rsa)),
                       pair_of(test::server_of(KeyKind::Ed25519))};
  const auto server_side = Parameters::server(options).value();
  const struct {
    const char* signatures;
    KeyKind shown;
  } rows[] = {{"RSA-PSS+SHA256:RSA+SHA256", KeyKind::Rsa},
              {"ECDSA+SHA256", KeyKind::Ec},
              {"ed25519", KeyKind::Ed25519}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.signatures);
    PlainPeer peer;
    ASSERT_EQ(SSL_CTX_set1_sigalgs_list(peer.ctx(), row.signatures), 1);
    const auto server = tls::Session::server(server_side).value();
    ASSERT_TRUE(peer.establish(*server));
    const Bytes expected = test::server_of(row.shown).certificate_der();
    ASSERT_TRUE(server->local_certificate());
    EXPECT_EQ(server->local_certificate()->der(), expected);
    const std::unique_ptr<X509, decltype(&X509_free)> seen(SSL_get1_peer_certificate(peer.ssl()),
                                                           X509_free);
    EXPECT_EQ(X509_cmp(seen.get(), test::server_of(row.shown).x509.get()), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsRestriction,
                         ::testing::Values(Version::Tls12, Version::Tls13));

TEST(TlsParameters, AVersionWithoutSuitesIsNotSpoken) {
  Options options;
  options.algorithms.suites.keep_if(
      [](const CipherSuite& suite) { return suite.mode == tls::CipherMode::Cbc; });
  const auto tls12 = Parameters::client(options).value();
  EXPECT_TRUE(tls12->speaks(Version::Tls12));
  EXPECT_FALSE(tls12->speaks(Version::Tls13));
  Loopback sides(tls12, test::server_parameters());
  ASSERT_TRUE(sides.establish());
  EXPECT_EQ(sides.client->connection_info().version, Version::Tls12);

  Options newest;
  newest.algorithms.suites.keep_if(
      [](const CipherSuite& suite) { return suite.serves(Version::Tls13); });
  const auto tls13 = Parameters::client(newest).value();
  EXPECT_FALSE(tls13->speaks(Version::Tls12));
  EXPECT_FALSE(Loopback(tls13, test::server_parameters(only(Version::Tls12))).establish());
  EXPECT_TRUE(Loopback(tls13, test::server_parameters()).establish());
}

TEST(TlsParameters, SuitesOfWhatIsNotSpokenAreNotAmongTheAlgorithms) {
  const auto tls13 = Parameters::client(only(Version::Tls13)).value();
  EXPECT_EQ(tls13->options().algorithms.suites.rows().size(), 3U);
  Options no_rsa;
  no_rsa.algorithms.signatures.keep_if(
      [](const tls::Signature& row) { return row.key != tls::KeyKind::Rsa; });
  EXPECT_FALSE(Parameters::client(no_rsa).value()->options().algorithms.suites.any_of(
      [](const CipherSuite& suite) { return suite.signer == tls::KeyKind::Rsa; }));
}

TEST(TlsParameters, NothingLeftIsAMismatch) {
  const auto none = [](const auto& /*row*/) { return false; };
  Options suites, groups, signatures;
  suites.algorithms.suites.keep_if(none);
  groups.algorithms.groups.keep_if(none);
  signatures.algorithms.signatures.keep_if(none);
  Options no_version = only(Version::Tls13);
  no_version.algorithms.suites.keep_if(
      [](const CipherSuite& suite) { return suite.serves(Version::Tls12); });
  for (const Options& options : {suites, groups, signatures, no_version}) {
    EXPECT_EQ(status_of(Parameters::client(options)), Status::AlgorithmMismatch);
    EXPECT_EQ(status_of(Parameters::server(options)), Status::AlgorithmMismatch);
  }
}

TEST(TlsParameters, ACertificateNeedsAnAlgorithmForItsKey) {
  Options options;
  options.key_pairs = {pair_of(test::server_of(KeyKind::Ec))};
  options.algorithms.signatures.keep_if(
      [](const tls::Signature& row) { return row.key == tls::KeyKind::Rsa; });
  EXPECT_EQ(status_of(Parameters::server(options)), Status::AlgorithmMismatch);
  Options suites = only(Version::Tls12);
  suites.key_pairs = options.key_pairs;
  suites.algorithms.suites.keep_if(
      [](const CipherSuite& suite) { return suite.signer == tls::KeyKind::Rsa; });
  EXPECT_EQ(status_of(Parameters::server(suites)), Status::AlgorithmMismatch);
}

TEST(TlsParameters, OneCertificateForEachKindOfKey) {
  Options options;
  options.key_pairs = {pair_of(test::server_of(KeyKind::Ec)), pair_of(test::issue({}))};
  EXPECT_EQ(status_of(Parameters::server(options)), Status::UnknownCredentials);
  x509::KeyPair keyless = test::server_of(KeyKind::Ec).key_pair();
  keyless.key = nullptr;
  options.key_pairs = {std::make_shared<x509::KeyPair>(keyless)};
  EXPECT_EQ(status_of(Parameters::server(options)), Status::NoCredentials);
  EXPECT_EQ(status_of(Parameters::client(options)), Status::NoCredentials);
}

TEST(TlsParameters, TheFirstCertificateToEndIsToldOf) {
  Options options;
  EXPECT_FALSE(Parameters::server(options).value()->not_after());
  const auto later = pair_of(test::issue({.key = KeyKind::Rsa, .last_day = 20}));
  const auto sooner = pair_of(test::issue({.first_day = -2, .last_day = -1}));
  options.key_pairs = {later};
  EXPECT_EQ(Parameters::server(options).value()->not_after(), later->chain.front().not_after());
  options.key_pairs = {later, sooner};
  EXPECT_EQ(Parameters::server(options).value()->not_after(), sooner->chain.front().not_after());
}

TEST(TlsParameters, TheRootGoesOnRequestOnly) {
  const test::Issued root = test::issue_authority("Root");
  const test::Issued middle =
      test::issue({.common_name = "Middle",
                   .issuer = &root,
                   .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
  const test::Issued server = test::issue({.issuer = &middle});
  Bytes chain = server.certificate_pem();
  append(chain, middle.certificate_pem());
  append(chain, root.certificate_pem());
  Options options;
  options.key_pairs = {std::make_shared<x509::KeyPair>(
      x509::key_pair_from_pem(chain, server.key_pem(), {}).value())};
  for (const bool send_root : {false, true}) {
    options.send_root = send_root;
    Loopback sides(test::client_parameters(), test::server_parameters(options));
    ASSERT_TRUE(sides.establish());
    const auto shown = sides.client->peer_certificate()->presented_with();
    ASSERT_EQ(shown.size(), send_root ? 2U : 1U);
    EXPECT_EQ(shown[0].der(), middle.certificate_der());
    EXPECT_EQ(shown.back().der(), (send_root ? root : middle).certificate_der());
  }
}

TEST(TlsParameters, LikeOnesAreMadeOnce) {
  const auto usual = Parameters::client({}).value();
  EXPECT_EQ(Parameters::client({}).value(), usual);
  EXPECT_EQ(Parameters::server({}).value(), Parameters::server({}).value());
  EXPECT_NE(Parameters::server({}).value(), usual);

  EXPECT_NE(Parameters::client(only(Version::Tls13)).value(), usual);
  Options groups;
  groups.algorithms.groups.keep_if([](const tls::Group& group) { return group.strength == 384; });
  EXPECT_NE(Parameters::client(groups).value(), usual);
  Options tickets;
  tickets.session_tickets = true;
  EXPECT_NE(Parameters::client(tickets).value(), usual);
}

// A key log is its credential's own, and a private key goes when its credential goes.
TEST(TlsParameters, WhatIsACredentialsOwnIsNotShared) {
  Options log;
  log.key_log = [](std::string_view) {};
  EXPECT_NE(Parameters::client(log).value(), Parameters::client(log).value());
  EXPECT_FALSE(Parameters::client({}).value()->options().key_log);
  Options certificate;
  certificate.key_pairs = {pair_of(test::server_of(KeyKind::Ec))};
  const std::weak_ptr<const Parameters> gone = Parameters::server(certificate).value();
  EXPECT_TRUE(gone.expired());
}

TEST(TlsParameters, ManyKindsAtOnceStayApart) {
  std::vector<Options> kinds(6);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    kinds[i].session_tickets = i % 2 != 0;
    const std::size_t left_out = i / 2;
    kinds[i].algorithms.groups.keep_if(
        [=](const tls::Group& group) { return group.number != tls::kGroups[left_out].number; });
  }
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < 4; ++first) {
    threads.emplace_back([&kinds, first] {
      for (std::size_t i = 0; i < 60; ++i) {
        const Options& asked = kinds[(first + i) % kinds.size()];
        const auto made = Parameters::client(asked).value();
        EXPECT_TRUE(made->options().algorithms == asked.algorithms);
        EXPECT_EQ(made->options().session_tickets, asked.session_tickets);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TlsParameters, AShortKeyIsRefusedInWords) {
  test::Issued issued = test::server_of(KeyKind::Rsa);
  issued.key.reset(EVP_RSA_gen(1024), EVP_PKEY_free);
  issued.x509.reset(X509_dup(issued.x509.get()), X509_free);
  X509_set_pubkey(issued.x509.get(), issued.key.get());
  X509_sign(issued.x509.get(), issued.key.get(), EVP_sha256());
  Options options;
  options.key_pairs = {pair_of(issued)};
  const auto parameters = Parameters::server(options);
  ASSERT_FALSE(parameters);
  EXPECT_EQ(parameters.error().status, Status::UnknownCredentials);
  EXPECT_STREQ(parameters.error().why,
               "a certificate's key is too short for TLS (RSA needs 2048 bits)");
}

}  // namespace
}  // namespace opensspi
