// The handshake of tls::Session: both sides in one process.
#include "tls/session.h"

#include <gtest/gtest.h>

#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::KeyKind;
using test::Loopback;
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

INSTANTIATE_TEST_SUITE_P(VersionsAndKeys, TlsHandshake,
                         ::testing::Values(Variant{Version::Tls12, KeyKind::Rsa},
                                           Variant{Version::Tls12, KeyKind::Ec},
                                           Variant{Version::Tls12, KeyKind::Ed25519},
                                           Variant{Version::Tls13, KeyKind::Rsa},
                                           Variant{Version::Tls13, KeyKind::Ec},
                                           Variant{Version::Tls13, KeyKind::Ed25519}));

}  // namespace
}  // namespace opensspi
