// The server's side of [MS-CSSP] 3.1.5, without TLS and with a scripted mechanism.
#include "credssp/server.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "credssp/ts_credentials.h"
#include "support/fake_environment.h"
#include "support/scripted_context.h"

namespace opensspi::credssp {
namespace {

using test::ScriptedContext;
using test::ScriptedLeg;
using test::ScriptedProtection;

const Bytes kKey = {0x30, 0x03, 0x02, 0x01, 0x01};

class Server : public testing::Test {
 protected:
  static std::vector<ScriptedLeg> bare(Bytes last_token = {}) {
    return {{Progress::ContinueNeeded, {2}}, {Progress::Complete, std::move(last_token), true}};
  }

  void start(std::vector<ScriptedLeg> legs, const ServerRules& rules = {}) {
    auto inner = std::make_unique<ScriptedContext>(Role::Server, std::move(legs));
    script = inner.get();
    server = std::make_unique<ServerProtocol>(std::move(inner), rules);
    const Reply nothing = server->begin(kKey);
    EXPECT_FALSE(nothing.message);
    EXPECT_EQ(*nothing.progress, Progress::ContinueNeeded);
  }

  static TsRequest token(std::uint8_t value) {
    TsRequest request;
    request.nego_tokens = {{value}};
    return request;
  }

  // AUTHENTICATE with pubKeyAuth.
  TsRequest proven() {
    TsRequest request = token(3);
    request.pub_key_auth = make_client_pub_key_auth(client, {nonce, kKey}).value();
    request.client_nonce = nonce;
    return request;
  }

  // Up to the server's pubKeyAuth, which this test's client verifies.
  void negotiate() {
    ASSERT_TRUE(server->handle(token(1)).progress);
    const Reply reply = server->handle(proven());
    ASSERT_TRUE(reply.progress) << reply.progress.error().why;
    ASSERT_TRUE(reply.message && reply.message->pub_key_auth);
    auto verified = verify_server_pub_key_auth(client, {nonce, kKey}, *reply.message->pub_key_auth);
    ASSERT_TRUE(verified);
    proof.emplace(std::move(*verified));
  }

  TsRequest auth_info(const SecretBytes& ts_credentials) {
    TsRequest request;
    request.auth_info = std::move(*proof).seal_credentials(ts_credentials).value();
    return request;
  }

  void expect_refused(const TsRequest& request, Status status,
                      std::optional<std::uint32_t> error_code = std::nullopt) {
    const Reply reply = server->handle(request);
    ASSERT_FALSE(reply.progress);
    EXPECT_EQ(reply.progress.error().status, status) << reply.progress.error().why;
    EXPECT_EQ(reply.message.has_value(), error_code.has_value());
    if (reply.message) {
      EXPECT_EQ(reply.message->error_code, error_code);
      EXPECT_EQ(reply.message->version, 6U);
      EXPECT_TRUE(reply.message->nego_tokens.empty() && !reply.message->pub_key_auth);
    }
    for (const TsRequest& later : {token(1), request}) {
      const Reply again = server->handle(later);
      ASSERT_FALSE(again.progress) << "a refusing server goes on";
      EXPECT_EQ(again.progress.error().status, status);
      EXPECT_FALSE(again.message);
    }
  }

  ScriptedContext* script = nullptr;
  std::unique_ptr<ServerProtocol> server;
  ScriptedProtection client{Role::Client};
  std::optional<PubKeyAuthVerified> proof;
  Bytes nonce = Bytes(kNonceSize, 9);
};

TEST_F(Server, ReceivesCredentials) {
  start(bare());
  const Reply challenge = server->handle(token(1));
  ASSERT_TRUE(challenge.message);
  EXPECT_EQ(challenge.message->nego_tokens, std::vector<Bytes>{{2}});
  const Reply answered = server->handle(proven());
  ASSERT_TRUE(answered.message) << answered.progress.error().why;
  EXPECT_TRUE(answered.message->nego_tokens.empty());
  EXPECT_FALSE(answered.message->client_nonce);
  proof.emplace(
      verify_server_pub_key_auth(client, {nonce, kKey}, *answered.message->pub_key_auth).value());
  const auto identity = test::make_identity("DOMAIN", "user", "secret");
  const Reply last = server->handle(auth_info(write_ts_credentials(*identity).value()));
  ASSERT_TRUE(last.progress) << last.progress.error().why;
  EXPECT_EQ(*last.progress, Progress::Complete);
  EXPECT_FALSE(last.message);
  const Outcome outcome = server->finish();
  EXPECT_TRUE(outcome.delegated);
  EXPECT_EQ(outcome.credential->user, "user");
  EXPECT_TRUE(equal(outcome.credential->password()->expose(), identity->password()->expose()));
  EXPECT_EQ(outcome.inner.access_token->user, "user");
}

TEST_F(Server, ReceivesASmartCardWithoutHints) {
  start(bare());
  negotiate();
  Identity card_holder;
  SmartCard card;
  card.pin = SecretBytes(Bytes{'1', 0});
  card.reader_name = "Reader";
  card_holder.secret = std::move(card);
  const Reply last = server->handle(auth_info(write_ts_credentials(card_holder).value()));
  ASSERT_TRUE(last.progress) << last.progress.error().why;
  const Outcome outcome = server->finish();
  EXPECT_TRUE(outcome.delegated);
  ASSERT_NE(outcome.credential->smart_card(), nullptr);
  EXPECT_EQ(outcome.credential->smart_card()->reader_name, "Reader");
}

TEST_F(Server, ReceivesEmptyCredentials) {
  start(bare());
  negotiate();
  EXPECT_EQ(*server->handle(auth_info(empty_ts_credentials())).progress, Progress::Complete);
  EXPECT_FALSE(server->finish().delegated);
}

// What is handed out and what is said about it must not differ.
// Remote Credential Guard.
SecretBytes tickets(const Bytes& service_ticket) {
  Identity identity;
  identity.secret = TicketLogon{2, service_ticket, SecretBytes(Bytes{1})};
  return write_ts_credentials(identity).value();
}

TEST_F(Server, TakesTicketsOfWhoHasNegotiated) {
  start(bare(), {.remote_guard = true});
  script->set_tickets({7, 8});
  negotiate();
  const Reply last = server->handle(auth_info(tickets({7, 8})));
  ASSERT_TRUE(last.progress) << last.progress.error().why;
  const Outcome outcome = server->finish();
  EXPECT_TRUE(outcome.delegated);
  ASSERT_NE(outcome.credential->tickets(), nullptr);
  EXPECT_EQ(outcome.credential->user, "user");
  EXPECT_EQ(outcome.credential->domain, "DOMAIN");
  ASSERT_NE(outcome.inner.access_token->delegated_tickets, nullptr);
  EXPECT_EQ(outcome.inner.access_token->user, "user");
}

TEST_F(Server, TakesNoOthersTickets) {
  start(bare(), {.remote_guard = true});
  script->set_tickets({7, 8});
  negotiate();
  expect_refused(auth_info(tickets({9})), Status::LogonDenied);
}

TEST_F(Server, TakesTicketsOnlyWherePolicyAndMechanismDo) {
  start(bare());
  script->set_tickets({7, 8});
  negotiate();
  expect_refused(auth_info(tickets({7, 8})), Status::UnsupportedFunction);
  proof.reset();
  client = ScriptedProtection(Role::Client);
  start(bare(), {.remote_guard = true});
  negotiate();
  expect_refused(auth_info(tickets({7, 8})), Status::UnsupportedFunction);
}

TEST_F(Server, ReceivesAPasswordWithoutNames) {
  start(bare());
  negotiate();
  const auto nameless = test::make_identity("", "", "Passw0rd!");
  const Reply last = server->handle(auth_info(write_ts_credentials(*nameless).value()));
  EXPECT_EQ(*last.progress, Progress::Complete);
  EXPECT_TRUE(server->finish().delegated);
}

TEST_F(Server, SendsItsLastTokenBesidePubKeyAuth) {
  start(bare({4}));
  ASSERT_TRUE(server->handle(token(1)).progress);
  const Reply answered = server->handle(proven());
  ASSERT_TRUE(answered.message);
  EXPECT_EQ(answered.message->nego_tokens, std::vector<Bytes>{{4}});
  EXPECT_TRUE(answered.message->pub_key_auth);
}

TEST_F(Server, TakesPubKeyAuthInAMessageOfItsOwn) {
  for (const Bytes& last_token : {Bytes{}, Bytes{4}}) {
    client = ScriptedProtection(Role::Client);
    start(bare(last_token));
    ASSERT_TRUE(server->handle(token(1)).progress);
    const Reply between = server->handle(token(3));
    ASSERT_TRUE(between.progress);
    EXPECT_EQ(between.message.has_value(), !last_token.empty());
    TsRequest request = proven();
    request.nego_tokens.clear();
    const Reply answered = server->handle(request);
    ASSERT_TRUE(answered.message) << answered.progress.error().why;
    EXPECT_TRUE(answered.message->pub_key_auth);
  }
}

TEST_F(Server, TakesANonceInEveryMessage) {
  start(bare());
  TsRequest request = token(1);
  request.client_nonce = nonce;
  EXPECT_TRUE(server->handle(request).progress);
}

TEST_F(Server, TellsWhyTheMechanismRefused) {
  start({{fail(Status::LogonDenied, "scripted", nt_status::kWrongPassword)}});
  expect_refused(token(1), Status::LogonDenied, nt_status::kLogonFailure);
  start({{fail(Status::NoAuthenticatingAuthority, "scripted")}});
  expect_refused(token(1), Status::NoAuthenticatingAuthority, nt_status::kNoLogonServers);
}

TEST_F(Server, TellsAVersionFiveClientNothing) {
  start({{fail(Status::LogonDenied, "scripted", nt_status::kWrongPassword)}});
  TsRequest request = token(1);
  request.version = 5;
  expect_refused(request, Status::LogonDenied);
}

TEST_F(Server, RefusesOldVersionsWithErrorCodeWhereTheyKnowIt) {
  for (const std::uint32_t version : {3U, 4U}) {
    start(bare());
    TsRequest request = token(1);
    request.version = version;
    expect_refused(request, Status::UnsupportedFunction, nt_status::kNotSupported);
  }
  start(bare());
  TsRequest request = token(1);
  request.version = 2;
  expect_refused(request, Status::UnsupportedFunction);
  EXPECT_TRUE(script->inputs().empty());
}

TEST_F(Server, RefusesAChangeOfVersion) {
  start(bare());
  ASSERT_TRUE(server->handle(token(1)).progress);
  TsRequest request = proven();
  request.version = 5;
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Server, RefusesAnonymousClients) {
  for (const bool has_token : {true, false}) {
    start(bare());
    auto anonymous = std::make_shared<AccessToken>();
    anonymous->anonymous = true;
    script->set_access_token(has_token ? anonymous : nullptr);
    ASSERT_TRUE(server->handle(token(1)).progress);
    expect_refused(proven(), Status::LogonDenied, nt_status::kLogonFailure);
  }
}

TEST_F(Server, RefusesAPubKeyAuthForAnotherKey) {
  start(bare());
  ASSERT_TRUE(server->handle(token(1)).progress);
  TsRequest request = proven();
  const Bytes other = {0x30, 0x03, 0x02, 0x01, 0x02};
  request.pub_key_auth = make_client_pub_key_auth(client, {nonce, other}).value();
  expect_refused(request, Status::MessageAltered);
}

TEST_F(Server, DemandsANonceOf32Bytes) {
  for (const std::optional<Bytes>& wrong :
       {std::optional<Bytes>{}, {Bytes{}}, {Bytes(31, 9)}, {Bytes(33, 9)}, {Bytes(32, 8)}}) {
    client = ScriptedProtection(Role::Client);
    start(bare());
    ASSERT_TRUE(server->handle(token(1)).progress);
    TsRequest request = proven();
    request.client_nonce = wrong;
    const bool is_long_enough = wrong && wrong->size() == kNonceSize;
    expect_refused(request, is_long_enough ? Status::MessageAltered : Status::InvalidToken);
  }
}

TEST_F(Server, RefusesAuthInfoBeforePubKeyAuth) {
  TsRequest request;
  request.auth_info = Bytes(41);
  start(bare());
  expect_refused(request, Status::InvalidToken);
  start(bare());
  ASSERT_TRUE(server->handle(token(1)).progress);
  TsRequest with_token = token(3);
  with_token.auth_info = Bytes(41);
  expect_refused(with_token, Status::InvalidToken);
  start(bare());
  ASSERT_TRUE(server->handle(token(1)).progress);
  ASSERT_TRUE(server->handle(token(3)).progress);
  expect_refused(request, Status::InvalidToken);
  start(bare());
  ASSERT_TRUE(server->handle(token(1)).progress);
  TsRequest with_both = proven();
  with_both.auth_info = Bytes(41);
  expect_refused(with_both, Status::InvalidToken);
}

TEST_F(Server, RefusesPubKeyAuthBeforeKeys) {
  start(bare());
  TsRequest request = proven();
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Server, RefusesMessagesThatLackWhatIsAwaited) {
  start(bare());
  expect_refused(TsRequest{}, Status::InvalidToken);
  start(bare());
  TsRequest empty_token;
  empty_token.nego_tokens = {{}};
  expect_refused(empty_token, Status::InvalidToken);
  start(bare());
  negotiate();
  expect_refused(TsRequest{}, Status::InvalidToken);
}

TEST_F(Server, RefusesMoreThanIsAwaited) {
  start(bare());
  negotiate();
  TsRequest request = auth_info(empty_ts_credentials());
  request.nego_tokens = {{5}};
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Server, RefusesErrorCodeFromAClient) {
  start(bare());
  TsRequest request = token(1);
  request.error_code = 0;
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Server, RefusesAuthInfoThatWasAlteredOrIsMalformed) {
  start(bare());
  negotiate();
  TsRequest altered = auth_info(empty_ts_credentials());
  altered.auth_info->back() ^= 1;
  expect_refused(altered, Status::MessageAltered);
  client = ScriptedProtection(Role::Client);
  start(bare());
  negotiate();
  expect_refused(auth_info(SecretBytes(view("nonsense"))), Status::InvalidToken);
}

TEST_F(Server, RefusesAMessageBeforeTlsAndAfterTheEnd) {
  ServerProtocol early(std::make_unique<ScriptedContext>(Role::Server, bare()));
  EXPECT_EQ(early.handle(token(1)).progress.error().status, Status::OutOfSequence);
  start(bare());
  negotiate();
  const TsRequest last = auth_info(empty_ts_credentials());
  ASSERT_TRUE(server->handle(last).progress);
  EXPECT_FALSE(server->handle(last).progress);
}

}  // namespace
}  // namespace opensspi::credssp
