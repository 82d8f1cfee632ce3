// Whole CredSSP logons, accepted and refused: TLS 1.2 and 1.3, bare NTLM and SPNEGO.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "world.h"

namespace opensspi {
namespace {

using policy::RawNtlm;
using test::CredSspWorld;
using test::kPassword;
using test::run_handshake;
using test::run_over_streams;
using test::StreamEnd;

template <class T>
T get(const Context& context, AttributeId id) {
  Result<Attribute> answer = context.query(id);
  EXPECT_TRUE(answer) << answer.error().why;
  return std::move(std::get<T>(*answer));
}

// One record made by `from`'s stream.
Bytes sealed(Context& from, std::string_view text) {
  StreamProtection& stream = *from.stream_protection();
  const tls::StreamSizes sizes = stream.stream_sizes();
  Bytes header(sizes.header), data = copy(view(text)), trailer(sizes.trailer);
  const auto record = stream.seal_record(header, data, trailer);
  EXPECT_TRUE(record);
  Bytes out = header;
  append(out, data);
  append(out, ByteView(trailer).first(record->trailer));
  return out;
}

std::string opened(Context& by, Bytes record) {
  const auto plain = by.stream_protection()->open_record(record);
  if (!plain) return plain.error().why;
  return {plain->data.begin(), plain->data.end()};
}

class Logon : public testing::TestWithParam<std::tuple<tls::Version, RawNtlm>> {
 protected:
  void SetUp() override { start(kPassword); }

  void start(std::string_view password, std::string user = "user",
             ContextFlags flags = ContextFlags::Delegate | ContextFlags::MutualAuth) {
    tls::Options options;
    options.minimum = options.maximum = std::get<0>(GetParam());
    client = CredSspWorld::new_context(
        *world.client_credential(password, std::move(user), test::client_parameters(options)),
        Role::Client, flags);
    server = CredSspWorld::new_context(*world.server_credential(test::server_parameters(options)),
                                       Role::Server);
  }

  // The server refuses with LogonDenied and tells the client `told`; what it knows itself.
  void expect_refused(std::uint32_t told, std::uint32_t known) {
    const auto run = run_handshake(*client, *server);
    EXPECT_FALSE(run.both_complete);
    ASSERT_FALSE(run.server.progress);
    EXPECT_EQ(run.server.progress.error().status, Status::LogonDenied);
    EXPECT_EQ(run.server.progress.error().nt_status, known);
    EXPECT_STREQ(run.server.sent, "TSRequest: errorCode");
    ASSERT_FALSE(run.server.token.empty());
    const StepOutput refused = client->step({run.server.token, nullptr});
    ASSERT_FALSE(refused.progress);
    EXPECT_EQ(refused.progress.error().status, Status::LogonDenied);
    EXPECT_EQ(refused.progress.error().nt_status, told);
    EXPECT_STREQ(refused.received, "TSRequest: errorCode");
    EXPECT_EQ(client->stream_protection(), nullptr);
    for (const Context* side : {client.get(), server.get()}) expect_tells_what_was_agreed(*side);
    EXPECT_FALSE(client->step({run.server.token, nullptr}).progress);
    EXPECT_FALSE(server->step({}).progress);
  }

  static void expect_tells_what_was_agreed(const Context& refused) {
    EXPECT_EQ(get<ProtocolVersion>(refused, AttributeId::ProtocolVersion).version, 6U);
    const auto tls = get<tls::ConnectionInfo>(refused, AttributeId::ConnectionInfo);
    EXPECT_EQ(tls.version, std::get<0>(GetParam()));
    EXPECT_NE(tls.cipher_suite, 0);
    EXPECT_EQ(refused.query(AttributeId::Names).error().status, Status::InvalidHandle);
  }

  CredSspWorld world{std::get<1>(GetParam())};
  std::unique_ptr<Context> client, server;
};

INSTANTIATE_TEST_SUITE_P(CredSsp, Logon,
                         testing::Combine(testing::Values(tls::Version::Tls12, tls::Version::Tls13),
                                          testing::Values(RawNtlm::Auto, RawNtlm::Never)),
                         [](const testing::TestParamInfo<Logon::ParamType>& of) {
                           return std::string(std::get<0>(of.param) == tls::Version::Tls12
                                                  ? "Tls12"
                                                  : "Tls13") +
                                  (std::get<1>(of.param) == RawNtlm::Auto ? "BareNtlm" : "Spnego");
                         });

TEST_P(Logon, HandsTheCredentialsOver) {
  const auto run = run_handshake(*client, *server);
  ASSERT_TRUE(run.both_complete) << (run.client.progress ? "" : run.client.progress.error().why)
                                 << (run.server.progress ? "" : run.server.progress.error().why);
  EXPECT_FALSE(run.client.token.empty()) << "the client ends with authInfo";
  EXPECT_TRUE(run.server.token.empty());
  EXPECT_TRUE(has(run.client.granted, ContextFlags::Delegate));
  EXPECT_TRUE(has(run.server.granted, ContextFlags::Delegate));
  EXPECT_EQ(get<ContextFlags>(*client, AttributeId::Flags), run.client.granted);
  const auto credential =
      get<std::shared_ptr<const Identity>>(*server, AttributeId::DelegatedCredential);
  EXPECT_EQ(credential->domain, "DOMAIN");
  EXPECT_EQ(credential->user, "user");
  EXPECT_TRUE(equal(credential->password()->expose(), test::password_utf16le(kPassword).expose()));
}

TEST_P(Logon, CarriesMessagesBothWays) {
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  EXPECT_EQ(opened(*server, sealed(*client, "from the client")), "from the client");
  EXPECT_EQ(opened(*client, sealed(*server, "from the server")), "from the server");
}

TEST_P(Logon, AnswersWhatIsAskedOfIt) {
  EXPECT_EQ(client->query(AttributeId::StreamSizes).error().status, Status::InvalidHandle);
  EXPECT_EQ(client->query(AttributeId::ConnectionInfo).error().status, Status::UnsupportedFunction);
  EXPECT_EQ(server->query(AttributeId::ProtocolVersion).error().status,
            Status::UnsupportedFunction);
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  for (const Context* side : {client.get(), server.get()}) {
    EXPECT_EQ(get<const PackageInfo*>(*side, AttributeId::PackageInfo)->name, "CREDSSP");
    EXPECT_EQ(get<const PackageInfo*>(*side, AttributeId::NegotiationPackage)->name, "NTLM");
    EXPECT_EQ(get<Names>(*side, AttributeId::Names).user, "DOMAIN\\user");
    EXPECT_EQ(get<ProtocolVersion>(*side, AttributeId::ProtocolVersion).version, 6U);
    EXPECT_EQ(get<tls::ConnectionInfo>(*side, AttributeId::ConnectionInfo).version,
              std::get<0>(GetParam()));
    EXPECT_EQ(get<tls::StreamSizes>(*side, AttributeId::StreamSizes).header,
              side == client.get() ? client->stream_protection()->stream_sizes().header
                                   : server->stream_protection()->stream_sizes().header);
    EXPECT_EQ(get<Sizes>(*side, AttributeId::Sizes).max_token, 73032U);
    EXPECT_EQ(side->query(AttributeId::UniqueBindings).error().status, Status::UnsupportedFunction);
  }
  EXPECT_TRUE(equal(get<SessionKey>(*client, AttributeId::SessionKey).key.expose(),
                    get<SessionKey>(*server, AttributeId::SessionKey).key.expose()));
  EXPECT_EQ(get<x509::Certificate>(*client, AttributeId::RemoteCertificate).der(),
            get<x509::Certificate>(*server, AttributeId::LocalCertificate).der());
  const auto token = get<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken);
  EXPECT_EQ(token->user, "user");
  EXPECT_FALSE(token->anonymous);
  EXPECT_FALSE(get<ServerAuthFlags>(*client, AttributeId::ServerAuthFlags).negotiate);
  EXPECT_FALSE(server->query(AttributeId::ServerAuthFlags));
  EXPECT_FALSE(server->query(AttributeId::RemoteCertificate));
  EXPECT_FALSE(client->query(AttributeId::DelegatedCredential));
  EXPECT_FALSE(client->query(AttributeId::AccessToken));
}

TEST_P(Logon, DelegatesNothingUnlessAsked) {
  start(kPassword, "user", ContextFlags::MutualAuth);
  const auto run = run_handshake(*client, *server);
  ASSERT_TRUE(run.both_complete);
  EXPECT_FALSE(has(run.client.granted, ContextFlags::Delegate));
  EXPECT_FALSE(has(run.server.granted, ContextFlags::Delegate));
  const auto credential =
      get<std::shared_ptr<const Identity>>(*server, AttributeId::DelegatedCredential);
  EXPECT_TRUE(credential->user.empty() && credential->domain.empty());
  EXPECT_TRUE(credential->password()->empty());
  EXPECT_EQ(get<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken)->user,
            "user");
}

TEST_P(Logon, AWrongPasswordIsALogonFailure) {
  start("Password?");
  expect_refused(nt_status::kLogonFailure, nt_status::kWrongPassword);
}

TEST_P(Logon, AnUnknownUserIsALogonFailure) {
  start(kPassword, "nobody");
  expect_refused(nt_status::kLogonFailure, nt_status::kNoSuchUser);
}

TEST_P(Logon, ADisabledAccountIsCalledThat) {
  world.authority->refuse("user", nt_status::kAccountDisabled);
  expect_refused(nt_status::kAccountDisabled, nt_status::kAccountDisabled);
}

TEST_P(Logon, WorksByteByByte) {
  for (const std::size_t chunk : {1, 2, 7, 100}) {
    start(kPassword);
    StreamEnd client_end(*client), server_end(*server);
    EXPECT_TRUE(run_over_streams(client_end, server_end, chunk)) << chunk;
  }
}

TEST_P(Logon, AWrongPasswordIsToldByteByByte) {
  start("Password?");
  StreamEnd client_end(*client), server_end(*server);
  EXPECT_FALSE(run_over_streams(client_end, server_end, 1));
  ASSERT_FALSE(client_end.last().progress);
  EXPECT_EQ(client_end.last().progress.error().status, Status::LogonDenied);
}

TEST_P(Logon, WhatFollowsAuthInfoStaysUnread) {
  StreamEnd client_end(*client), server_end(*server);
  server_end.arrive(client_end.read_and_step(0));
  while (!client_end.done()) {
    client_end.arrive(server_end.read_and_step(SIZE_MAX));
    server_end.arrive(client_end.read_and_step(SIZE_MAX));
  }
  ASSERT_TRUE(client_end.last().progress);
  Bytes application_data = sealed(*client, "Connect Initial");
  const std::size_t half = application_data.size() / 2;
  server_end.arrive(ByteView(application_data).first(half));
  server_end.read_and_step(SIZE_MAX);
  ASSERT_TRUE(server_end.done());
  ASSERT_TRUE(server_end.last().progress) << server_end.last().progress.error().why;
  ASSERT_EQ(server_end.last().unread, half);
  Bytes rest = server_end.buffer();
  append(rest, ByteView(application_data).subspan(half));
  EXPECT_EQ(opened(*server, rest), "Connect Initial");
}

// In TLS 1.3 the client's Finished and its first TSRequest leave in one token; a server takes them
// in one leg or in two.
TEST_P(Logon, FinishedAndTheFirstTsRequestMayComeApart) {
  const StepOutput hello = client->step({});
  StepOutput flight = server->step({hello.token, nullptr});
  StepOutput finished = client->step({flight.token, nullptr});
  if (std::get<0>(GetParam()) == tls::Version::Tls12) {
    EXPECT_STREQ(finished.sent, "TLS ClientKeyExchange");
    return;
  }
  EXPECT_TRUE(std::string_view(finished.sent).starts_with("TLS Finished; TSRequest: "));
  const Bytes& both = finished.token;
  // Change cipher spec (6 bytes), Finished.
  const std::size_t first = 6 + 5 + (both[9] << 8) + both[10];
  StepOutput silent = server->step({ByteView(both).first(first), nullptr});
  ASSERT_TRUE(silent.progress) << silent.progress.error().why;
  EXPECT_EQ(*silent.progress, Progress::ContinueNeeded);
  EXPECT_TRUE(silent.token.empty());
  StepOutput challenge = server->step({ByteView(both).subspan(first), nullptr});
  ASSERT_TRUE(challenge.progress);
  EXPECT_FALSE(challenge.token.empty());
}

TEST_P(Logon, NothingToReadIsAnIncompleteMessage) {
  const StepOutput hello = client->step({});
  for (Context* side : {client.get(), server.get()}) {
    const StepOutput nothing = side->step({});
    ASSERT_TRUE(nothing.progress);
    EXPECT_EQ(*nothing.progress, Progress::IncompleteMessage);
    EXPECT_EQ(nothing.missing, 5U);
  }
  const StepOutput flight = server->step({hello.token, nullptr});
  EXPECT_TRUE(flight.progress);
}

TEST_P(Logon, TellsWhatEachLegWas) {
  std::vector<std::string> words;
  Bytes token;
  for (bool client_turn = true;; client_turn = !client_turn) {
    StepOutput out = (client_turn ? client : server)->step({token, nullptr});
    ASSERT_TRUE(out.progress);
    token = std::move(out.token);
    if (!words.empty()) {
      EXPECT_EQ(words.back(), out.received);
    }
    if (token.empty()) break;
    words.emplace_back(out.sent);
  }
  const bool bare = std::get<1>(GetParam()) == RawNtlm::Auto;
  const std::vector<std::string> last = {
      bare ? "TSRequest: CHALLENGE_MESSAGE" : "TSRequest: NegTokenResp",
      bare ? "TSRequest: AUTHENTICATE_MESSAGE, pubKeyAuth" : "TSRequest: NegTokenResp, pubKeyAuth",
      bare ? "TSRequest: pubKeyAuth" : "TSRequest: NegTokenResp, pubKeyAuth",
      "TSRequest: authInfo"};
  ASSERT_GT(words.size(), last.size());
  EXPECT_EQ(words[0], "TLS ClientHello");
  EXPECT_EQ(words[1], "TLS ServerHello");
  EXPECT_TRUE(std::equal(last.rbegin(), last.rend(), words.rbegin())) << words.back();
}

TEST(LogonWithEveryKey, BindsToTheCertificatesKey) {
  for (const test::KeyKind kind : {test::KeyKind::Rsa, test::KeyKind::Ec, test::KeyKind::Ed25519}) {
    const CredSspWorld world;
    const auto client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
    const auto server = CredSspWorld::new_context(
        *world.server_credential(test::server_parameters({}, kind)), Role::Server);
    EXPECT_TRUE(run_handshake(*client, *server).both_complete) << static_cast<int>(kind);
  }
}

// Making the context is the first leg's first act: no TLS is begun for nothing.
TEST(LogonRefused, ACredentialThatNoMechanismTakesIsSaidAtOnce) {
  const CredSspWorld world;
  AcquireRequest nobody_speaks_it, card;
  nobody_speaks_it.auth_data.identity = test::make_identity("DOMAIN", "user", kPassword);
  nobody_speaks_it.auth_data.package_list = "NegoExtender";
  auto holder = std::make_shared<Identity>();
  holder->user = "user";
  holder->secret = SmartCard{};
  card.auth_data.identity = std::move(holder);
  for (const AcquireRequest* acquire : {&nobody_speaks_it, &card}) {
    const auto credential = world.package->acquire(*acquire);
    ASSERT_TRUE(credential) << credential.error().why;  // Windows: not before the first leg
    ContextRequest request;
    request.target_name = "TERMSRV/server.example";
    const auto context = (*credential)->new_context(request);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().status, Status::NoCredentials);
  }
}

TEST(LogonRefused, AnAlteredTlsRecordEndsIt) {
  const CredSspWorld world;
  std::size_t num_tokens = 0;
  {
    const auto client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
    const auto server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
    num_tokens = run_handshake(*client, *server).tokens.size();
  }
  for (std::size_t altered = 0; altered < num_tokens; ++altered) {
    const auto client = CredSspWorld::new_context(*world.client_credential(), Role::Client);
    const auto server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
    const auto run =
        run_handshake(*client, *server, nullptr, nullptr, [&](std::size_t number, Bytes& token) {
          if (number == altered) token.back() ^= 1;
        });
    EXPECT_FALSE(run.both_complete) << altered;
  }
}

TEST(LogonRefused, ANonTlsPeerIsNoTls) {
  const CredSspWorld world;
  const auto server = CredSspWorld::new_context(*world.server_credential(), Role::Server);
  const StepOutput out = server->step({view("GET / HTTP/1.1\r\n\r\n"), nullptr});
  ASSERT_FALSE(out.progress);
  EXPECT_EQ(out.progress.error().status, Status::InvalidToken);
}

}  // namespace
}  // namespace opensspi
