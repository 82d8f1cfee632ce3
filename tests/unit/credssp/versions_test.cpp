// Both sides of [MS-CSSP] 3.1.5 face to face, at each version that two peers can agree on. Every
// message of this library announces version 6, so an older peer is one whose announcement is
// written over on the way.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "credssp/client.h"
#include "credssp/server.h"
#include "credssp/ts_credentials.h"
#include "support/fake_environment.h"
#include "support/scripted_context.h"

namespace opensspi::credssp {
namespace {

using test::ScriptedContext;
using test::ScriptedLeg;

const Bytes kKey = {0x30, 0x03, 0x02, 0x01, 0x01};

struct Versions {
  std::uint32_t client = kOwnVersion, server = kOwnVersion;                      // announced
  std::uint32_t oldest_client = kOldestVersion, oldest_server = kOldestVersion;  // permitted
};

class Logon {
 public:
  explicit Logon(const Versions& versions, Result<Progress> last_leg_of_server = Progress::Complete)
      : versions_(versions),
        client_(test::make_environment(nullptr),
                script(Role::Client,
                       {{Progress::ContinueNeeded, {1}}, {Progress::Complete, {3}, true}}),
                write_ts_credentials(*test::make_identity("DOMAIN", "user", "secret")).value(),
                ClientRules{true, false, versions.oldest_server}),
        server_(
            script(Role::Server, {{Progress::ContinueNeeded, {2}}, {last_leg_of_server, {}, true}}),
            ServerRules{versions.oldest_client}) {
    static_cast<void>(server_.begin(kKey));
    std::optional<TsRequest> message = take(client_.begin(kKey), versions.client, client);
    while (message) {
      sent_by_client.push_back(*message);
      message = take(server_.handle(*message), versions.server, server);
      if (!message) break;
      sent_by_server.push_back(*message);
      message = take(client_.handle(*message), versions.client, client);
    }
  }

  std::uint32_t agreed_by_client() const { return client_.version(); }
  std::uint32_t agreed_by_server() const { return server_.version(); }
  Outcome finish_server() { return server_.finish(); }

  std::vector<TsRequest> sent_by_client, sent_by_server;
  Result<Progress> client = Progress::ContinueNeeded, server = Progress::ContinueNeeded;

 private:
  static std::unique_ptr<Context> script(Role role, std::vector<ScriptedLeg> legs) {
    return std::make_unique<ScriptedContext>(role, std::move(legs));
  }

  static std::optional<TsRequest> take(Reply reply, std::uint32_t version,
                                       Result<Progress>& progress) {
    progress = reply.progress;
    if (reply.message) reply.message->version = version;
    return reply.message;
  }

  Versions versions_;
  ClientProtocol client_;
  ServerProtocol server_;
};

Status status_of(const Result<Progress>& progress) {
  return progress ? Status::Ok : progress.error().status;
}

TEST(CredSspVersions, EachEndsInALogon) {
  for (std::uint32_t version = kOldestVersion; version <= kOwnVersion; ++version) {
    SCOPED_TRACE(version);
    Logon logon({.client = version, .server = version});
    ASSERT_EQ(status_of(logon.client), Status::Ok) << logon.client.error().why;
    ASSERT_EQ(status_of(logon.server), Status::Ok) << logon.server.error().why;
    EXPECT_EQ(*logon.server, Progress::Complete);
    EXPECT_EQ(logon.agreed_by_client(), version);
    EXPECT_EQ(logon.agreed_by_server(), version);
    EXPECT_EQ(logon.finish_server().credential->user, "user");
  }
}

TEST(CredSspVersions, NonceGoesOnlyToPeersThatKnowIt) {
  for (std::uint32_t version = kOldestVersion; version <= kOwnVersion; ++version) {
    const Logon logon({.client = version, .server = version});
    ASSERT_EQ(logon.sent_by_client.size(), 3U);
    EXPECT_FALSE(logon.sent_by_client[0].client_nonce);
    EXPECT_EQ(logon.sent_by_client[1].client_nonce.has_value(), version >= 5) << version;
    EXPECT_TRUE(logon.sent_by_client[1].pub_key_auth);
  }
}

TEST(CredSspVersions, ClientLeavesOldServersBeforeItProvesAnything) {
  for (const std::uint32_t version : {2U, 3U, 4U}) {
    const Logon logon({.server = version, .oldest_server = 5});
    EXPECT_EQ(status_of(logon.client), Status::UnsupportedFunction);
    EXPECT_EQ(logon.client.error().value, version);
    EXPECT_EQ(logon.sent_by_client.size(), 1U);
  }
}

TEST(CredSspVersions, ServerRefusesOldClientsByErrorCodeWhereTheyKnowIt) {
  for (const std::uint32_t version : {2U, 3U, 4U}) {
    const Logon logon({.client = version, .oldest_client = 5});
    EXPECT_EQ(status_of(logon.server), Status::UnsupportedFunction);
    ASSERT_EQ(logon.sent_by_server.size(), version == 2 ? 0U : 1U);
    if (version == 2) continue;
    EXPECT_EQ(logon.sent_by_server[0].error_code, nt_status::kNotSupported);
    EXPECT_TRUE(logon.sent_by_server[0].nego_tokens.empty());
  }
}

TEST(CredSspVersions, RefusalsCarryErrorCodeInThreeFourAndSix) {
  for (std::uint32_t version = kOldestVersion; version <= kOwnVersion; ++version) {
    const Logon logon({.client = version, .server = version},
                      fail(Status::LogonDenied, "scripted", nt_status::kWrongPassword));
    EXPECT_EQ(status_of(logon.server), Status::LogonDenied);
    const bool told = version == 3 || version == 4 || version == 6;
    EXPECT_EQ(logon.sent_by_server.size(), told ? 2U : 1U) << version;
    if (told) {
      EXPECT_EQ(logon.sent_by_server[1].error_code, nt_status::kLogonFailure);
      EXPECT_EQ(status_of(logon.client), Status::LogonDenied);
    }
  }
}

// A relay that tells one side of another version than it told the other: nothing opens.
TEST(CredSspVersions, SidesThatWereToldDifferentOnesDoNotAgree) {
  for (const Versions& told : {Versions{.client = 4}, Versions{.server = 4}}) {
    const Logon logon(told);
    EXPECT_NE(status_of(logon.server), Status::Ok);
    EXPECT_NE(logon.client ? *logon.client : Progress::ContinueNeeded, Progress::Complete);
    for (const TsRequest& request : logon.sent_by_client) EXPECT_FALSE(request.auth_info);
  }
}

}  // namespace
}  // namespace opensspi::credssp
