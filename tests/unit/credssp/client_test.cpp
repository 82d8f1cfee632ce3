// The client's side of [MS-CSSP] 3.1.5, without TLS and with a scripted mechanism.
#include "credssp/client.h"

#include <gtest/gtest.h>

#include <memory>
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

class Client : public testing::Test {
 protected:
  // As with bare NTLM: NEGOTIATE, then AUTHENTICATE with keys.
  static std::vector<ScriptedLeg> bare() {
    return {{Progress::ContinueNeeded, {1}}, {Progress::Complete, {3}, true}};
  }
  // As with SPNEGO: keys one leg before the server's last token.
  static std::vector<ScriptedLeg> wrapped() {
    return {{Progress::ContinueNeeded, {1}},
            {Progress::ContinueNeeded, {3}, true},
            {Progress::Complete, {}, true}};
  }

  void start(std::vector<ScriptedLeg> legs, const ClientRules& rules = {}) {
    auto inner = std::make_unique<ScriptedContext>(Role::Client, std::move(legs));
    script = inner.get();
    client = std::make_unique<ClientProtocol>(environment, std::move(inner), empty_ts_credentials(),
                                              rules);
    first = client->begin(kKey);
  }

  // Up to the client's pubKeyAuth, which this test's server opens.
  Reply negotiate() {
    TsRequest challenge;
    challenge.nego_tokens = {{2}};
    Reply reply = client->handle(challenge);
    if (reply.message && reply.message->pub_key_auth) {
      nonce = *reply.message->client_nonce;
      auto verified =
          verify_client_pub_key_auth(server, {nonce, kKey}, *reply.message->pub_key_auth);
      EXPECT_TRUE(verified);
      if (verified) proof.emplace(std::move(*verified));
    }
    return reply;
  }

  TsRequest answer() {
    TsRequest request;
    request.pub_key_auth = proof->answer({nonce, kKey}).value();
    return request;
  }

  void expect_refused(const TsRequest& request, Status status) {
    const Reply reply = client->handle(request);
    ASSERT_FALSE(reply.progress);
    EXPECT_EQ(reply.progress.error().status, status) << reply.progress.error().why;
    EXPECT_FALSE(reply.message);
    const Reply again = client->handle(answer_or_empty());
    ASSERT_FALSE(again.progress) << "a refused client goes on";
    EXPECT_FALSE(again.message);
  }

  TsRequest answer_or_empty() { return proof ? answer() : TsRequest{}; }

  std::shared_ptr<Environment> environment = test::make_environment(nullptr);
  ScriptedContext* script = nullptr;
  std::unique_ptr<ClientProtocol> client;
  ScriptedProtection server{Role::Server};
  std::optional<PubKeyAuthVerified> proof;
  Bytes nonce;
  Reply first;
};

TEST_F(Client, LogsOnOverABareMechanism) {
  start(bare());
  ASSERT_TRUE(first.message);
  EXPECT_EQ(first.message->version, 6U);
  EXPECT_EQ(first.message->nego_tokens, std::vector<Bytes>{{1}});
  EXPECT_FALSE(first.message->client_nonce);
  const Reply proven = negotiate();
  ASSERT_TRUE(proof);
  EXPECT_EQ(proven.message->nego_tokens, std::vector<Bytes>{{3}});
  const Reply last = client->handle(answer());
  ASSERT_TRUE(last.progress) << last.progress.error().why;
  EXPECT_EQ(*last.progress, Progress::Complete);
  ASSERT_TRUE(last.message && last.message->auth_info);
  EXPECT_TRUE(last.message->nego_tokens.empty());
  EXPECT_FALSE(last.message->pub_key_auth);
  const auto credentials = std::move(*proof).open_credentials(*last.message->auth_info);
  ASSERT_TRUE(credentials);
  EXPECT_TRUE(equal(credentials->expose(), empty_ts_credentials().expose()));
  const Outcome outcome = client->finish();
  EXPECT_EQ(outcome.version, 6U);
  EXPECT_FALSE(outcome.delegated);
  EXPECT_EQ(outcome.inner.names->user, "DOMAIN\\user");
}

// Remote Credential Guard.
TEST_F(Client, HandsOverTheMechanismsTickets) {
  start(bare(), {.delegates = true, .remote_guard = true});
  script->set_tickets({7, 8});
  negotiate();
  const Reply last = client->handle(answer());
  ASSERT_TRUE(last.progress) << last.progress.error().why;
  const auto opened = std::move(*proof).open_credentials(*last.message->auth_info).value();
  const auto identity = parse_ts_credentials(opened.expose()).value();
  ASSERT_NE(identity.tickets(), nullptr);
  EXPECT_EQ(identity.tickets()->service_ticket, (Bytes{7, 8}));
  EXPECT_TRUE(identity.user.empty());
  EXPECT_TRUE(client->finish().delegated);
}

TEST_F(Client, HandsNothingOverWhereTheMechanismHasNoTickets) {
  start(bare(), {.delegates = true, .remote_guard = true});
  negotiate();
  expect_refused(answer(), Status::UnsupportedFunction);
}

TEST_F(Client, TakesTheServersLastTokenBesideItsPubKeyAuth) {
  start(wrapped());
  negotiate();
  ASSERT_TRUE(proof);
  TsRequest request = answer();
  request.nego_tokens = {{4}};
  const Reply last = client->handle(request);
  ASSERT_TRUE(last.progress) << last.progress.error().why;
  EXPECT_EQ(*last.progress, Progress::Complete);
  EXPECT_EQ(script->inputs().back(), Bytes{4});
}

TEST_F(Client, TakesTheServersLastTokenBeforeItsPubKeyAuth) {
  start(wrapped());
  negotiate();
  TsRequest token;
  token.nego_tokens = {{4}};
  const Reply between = client->handle(token);
  ASSERT_TRUE(between.progress);
  EXPECT_EQ(*between.progress, Progress::ContinueNeeded);
  EXPECT_FALSE(between.message);
  EXPECT_EQ(*client->handle(answer()).progress, Progress::Complete);
}

TEST_F(Client, PassesOverATokenItHasHad) {
  start(bare());
  negotiate();
  TsRequest request = answer();
  request.nego_tokens = {{4}};
  EXPECT_EQ(*client->handle(request).progress, Progress::Complete);
  EXPECT_EQ(script->inputs().size(), 2U);
}

TEST_F(Client, IgnoresANonceOfTheServer) {
  start(bare());
  negotiate();
  TsRequest request = answer();
  request.client_nonce = Bytes(5);
  EXPECT_EQ(*client->handle(request).progress, Progress::Complete);
}

TEST_F(Client, TreatsAHigherVersionAsItsOwn) {
  start(bare());
  TsRequest challenge;
  challenge.version = 7;
  challenge.nego_tokens = {{2}};
  EXPECT_TRUE(client->handle(challenge).progress);
}

TEST_F(Client, SendsNothingToAServerThatLeavesTheNegotiationOpen) {
  start(wrapped());
  negotiate();
  expect_refused(answer(), Status::InvalidToken);
}

TEST_F(Client, SendsNothingToAServerOfAnOldVersion) {
  start(bare());
  TsRequest challenge;
  challenge.version = 4;
  challenge.nego_tokens = {{2}};
  expect_refused(challenge, Status::UnsupportedFunction);
}

// The scripted mechanism proves no server, as NTLM proves none.
TEST_F(Client, SendsNothingToAnUnprovenServerWherePolicyWantsItProven) {
  start(bare(), {.delegates = true, .needs_mutual_auth = true});
  negotiate();
  expect_refused(answer(), Status::PolicyNtlmOnly);
}

TEST_F(Client, SendsNothingWhenTheVersionChanges) {
  start(bare());
  negotiate();
  TsRequest request = answer();
  request.version = 5;
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Client, StopsAtErrorCodeWhateverElseTheMessageHolds) {
  start(bare());
  negotiate();
  TsRequest request = answer();
  request.error_code = nt_status::kLogonFailure;
  expect_refused(request, Status::LogonDenied);
}

TEST_F(Client, StopsAtErrorCodeOfAnyVersion) {
  start(bare());
  TsRequest request;
  request.version = 2;
  request.error_code = nt_status::kNotSupported;
  const Reply reply = client->handle(request);
  ASSERT_FALSE(reply.progress);
  EXPECT_EQ(reply.progress.error().nt_status, nt_status::kNotSupported);
}

TEST_F(Client, RefusesItsOwnPubKeyAuth) {
  start(bare());
  const Reply proven = negotiate();
  TsRequest reflected;
  reflected.pub_key_auth = proven.message->pub_key_auth;
  expect_refused(reflected, Status::MessageAltered);
}

TEST_F(Client, RefusesAPubKeyAuthForAnotherKey) {
  start(bare());
  negotiate();
  const Bytes other = {0x30, 0x03, 0x02, 0x01, 0x02};
  TsRequest request;
  request.pub_key_auth = proof->answer({nonce, other}).value();
  expect_refused(request, Status::MutualAuthFailed);
}

TEST_F(Client, ProvesNothingWithoutANonce) {
  environment->random = [](ByteSpan) -> Result<void> {
    return fail(Status::InternalError, "the system gives no random bytes");
  };
  start(bare());
  TsRequest challenge;
  challenge.nego_tokens = {{2}};
  expect_refused(challenge, Status::InternalError);
}

TEST_F(Client, RefusesPubKeyAuthBeforeItsOwn) {
  start(bare());
  TsRequest request;
  request.nego_tokens = {{2}};
  request.pub_key_auth = Bytes(48);
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Client, RefusesMessagesThatLackWhatIsAwaited) {
  start(bare());
  expect_refused(TsRequest{}, Status::InvalidToken);
  start(bare());
  negotiate();
  expect_refused(TsRequest{}, Status::InvalidToken);
}

TEST_F(Client, RefusesAnEmptyNegoToken) {
  start(bare());
  TsRequest request;
  request.nego_tokens = {{}};
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Client, RefusesCredentialsFromTheServer) {
  start(bare());
  negotiate();
  TsRequest request = answer();
  request.auth_info = Bytes(40);
  expect_refused(request, Status::InvalidToken);
}

TEST_F(Client, RefusesAMechanismWithoutKeys) {
  start({{Progress::ContinueNeeded, {1}}, {Progress::Complete, {3}, false}});
  TsRequest challenge;
  challenge.nego_tokens = {{2}};
  expect_refused(challenge, Status::InvalidToken);
}

TEST_F(Client, RefusesAMessageBeforeTlsAndAfterTheEnd) {
  auto inner = std::make_unique<ScriptedContext>(Role::Client, bare());
  ClientProtocol early(test::make_environment(nullptr), std::move(inner), empty_ts_credentials(),
                       ClientRules{});
  EXPECT_EQ(early.handle(TsRequest{}).progress.error().status, Status::OutOfSequence);
  start(bare());
  negotiate();
  const TsRequest request = answer();
  ASSERT_TRUE(client->handle(request).progress);
  const Reply replayed = client->handle(request);
  ASSERT_FALSE(replayed.progress);
  EXPECT_FALSE(replayed.message);
}

TEST_F(Client, PassesTheFailureOfItsMechanismOn) {
  start({{Progress::ContinueNeeded, {1}}, {fail(Status::BadBindings, "scripted")}});
  TsRequest challenge;
  challenge.nego_tokens = {{2}};
  expect_refused(challenge, Status::BadBindings);
}

}  // namespace
}  // namespace opensspi::credssp
