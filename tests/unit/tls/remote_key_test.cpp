// Handshakes with keys that a Signer has, of either side.
#include <gtest/gtest.h>

#include "support/key_signer.h"
#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::KeyKind;
using tls::Version;
using Operation = x509::Signer::Operation;

struct Row {
  const char* name;
  KeyKind kind;
  std::set<Operation> operations;
  Version version;
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  for (const Version version : {Version::Tls12, Version::Tls13}) {
    rows.push_back({"Ecdsa", KeyKind::Ec, {Operation::Ecdsa}, version});
    rows.push_back({"Pss", KeyKind::Rsa, {Operation::RsaPkcs1, Operation::RsaPss}, version});
    rows.push_back({"Raw", KeyKind::Rsa, {Operation::RsaRaw}, version});
  }
  for (const Version version : {Version::Tls10, Version::Tls11, Version::Tls12}) {
    rows.push_back({"Pkcs1", KeyKind::Rsa, {Operation::RsaPkcs1}, version});
    if (version == Version::Tls12) continue;
    rows.push_back({"Ecdsa", KeyKind::Ec, {Operation::Ecdsa}, version});
    rows.push_back({"Raw", KeyKind::Rsa, {Operation::RsaRaw}, version});
  }
  return rows;
}

tls::Options options_with(const Row& row) {
  tls::Options options;
  options.minimum = std::min(Version::Tls12, row.version);
  options.maximum = row.version;
  options.key_pairs = {std::make_shared<const x509::KeyPair>(test::held_by(
      std::make_shared<test::KeySigner>(test::server_of(row.kind).key, row.operations),
      test::server_of(row.kind)))};
  return options;
}

// The other side.
tls::Options options_for(const Row& row) {
  tls::Options options;
  options.minimum = std::min(Version::Tls12, row.version);
  return options;
}

class RemoteKeys : public testing::TestWithParam<Row> {};

TEST_P(RemoteKeys, OfAServer) {
  test::Loopback loopback(test::client_parameters(options_for(GetParam())),
                          test::server_parameters(options_with(GetParam())));
  ASSERT_TRUE(loopback.establish());
  EXPECT_EQ(loopback.client->connection_info().version, GetParam().version);
}

TEST_P(RemoteKeys, OfAClient) {
  const auto server = test::server_parameters(options_for(GetParam()));
  test::Loopback loopback(test::client_parameters(options_with(GetParam())), server);
  loopback.server = tls::Session::server(server, {.asks_for_certificate = true}).value();
  ASSERT_TRUE(loopback.establish());
  EXPECT_EQ(loopback.client->connection_info().version, GetParam().version);
  const auto shown = loopback.server->peer_certificate();
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->der(), test::server_of(GetParam().kind).certificate_der());
}

INSTANTIATE_TEST_SUITE_P(All, RemoteKeys, testing::ValuesIn(rows()), [](const auto& row) {
  return row.param.name + std::to_string(static_cast<int>(row.param.version) & 0xF);
});

TEST(RemoteKey, WithoutPssSpeaksTls12) {
  const Row pkcs1{"", KeyKind::Rsa, {Operation::RsaPkcs1}, Version::Tls13};
  EXPECT_FALSE(test::server_parameters(options_with(pkcs1))->speaks(Version::Tls13));
  tls::Options options = options_with(pkcs1);
  options.minimum = Version::Tls13;
  const auto parameters = tls::Parameters::server(options);
  ASSERT_FALSE(parameters);
  EXPECT_EQ(parameters.error().status, Status::AlgorithmMismatch);
}

TEST(RemoteKey, ThatIsGoneEndsTheHandshakeInItsWords) {
  for (const Version version : {Version::Tls12, Version::Tls13}) {
    const auto signer = std::make_shared<test::KeySigner>(test::server_of(KeyKind::Ec).key,
                                                          std::set<Operation>{Operation::Ecdsa});
    tls::Options options;
    options.maximum = version;
    options.key_pairs = {
        std::make_shared<const x509::KeyPair>(test::held_by(signer, test::server_of(KeyKind::Ec)))};
    const auto parameters = test::server_parameters(options);
    signer->failure = Error{Status::NoCredentials, "the card is gone", 7, 8};
    test::Loopback loopback(test::client_parameters(), parameters);
    const auto hello = loopback.client->handshake({});
    const auto refused = loopback.server->handshake(hello.token);
    ASSERT_FALSE(refused.done);
    EXPECT_EQ(refused.done.error().status, Status::NoCredentials);
    EXPECT_STREQ(refused.done.error().why, "the card is gone");
    EXPECT_EQ(refused.done.error().nt_status, 7U);
    const auto told = loopback.client->handshake(refused.token);
    ASSERT_FALSE(told.done);
    EXPECT_EQ(told.done.error().value, 80);  // internal_error
    // The next one is none the worse for it.
    signer->failure.reset();
    EXPECT_TRUE(test::Loopback(test::client_parameters(), parameters).establish());
  }
}

}  // namespace
}  // namespace opensspi
