// A client of Schannel against a server that does what ours never would: an independent OpenSSL.
#include <gtest/gtest.h>

#include "schannel/package.h"
#include "sspi/context.h"
#include "support/plain_peer.h"
#include "support/tls_loopback.h"

namespace opensspi {
namespace {

constexpr std::string_view kOffered = "\x02h2";

int select_unasked(SSL* /*ssl*/, const unsigned char** selected, unsigned char* size,
                   const unsigned char* /*offered*/, unsigned int /*offered_size*/,
                   void* /*unused*/) {
  static constexpr unsigned char kName[] = {'l', 'd', 'a', 'p'};
  *selected = kName;
  *size = sizeof kName;
  return SSL_TLSEXT_ERR_OK;
}

std::unique_ptr<Context> new_client() {
  TlsAuthData data;
  data.client = test::client_parameters();
  data.validation.manual = true;
  AcquireRequest request;
  request.auth_data.tls = std::make_shared<const TlsAuthData>(std::move(data));
  const auto credential = schannel::make_packages(nullptr).front()->acquire(request).value();
  return credential
      ->new_context({.flags = ContextFlags::ExtendedError, .target_name = "server.example"})
      .value();
}

TEST(SchannelClient, TakesNoProtocolThatItDidNotOffer) {
  test::PlainPeer server(&test::server_of(test::KeyKind::Ec));
  SSL_CTX_set_alpn_select_cb(server.ctx(), select_unasked, nullptr);
  const auto client = new_client();
  StepInput first;
  first.application_protocols = view(kOffered);
  StepOutput leg = client->step(first);
  ASSERT_TRUE(leg.progress);
  const Bytes flight = server.handshake(leg.token);
  leg = client->step({.token = flight});
  ASSERT_FALSE(leg.progress);
  EXPECT_EQ(leg.progress.error().status, Status::IllegalMessage);
  EXPECT_FALSE(leg.token.empty());
  EXPECT_EQ(client->stream_protection(), nullptr);
}

}  // namespace
}  // namespace opensspi
