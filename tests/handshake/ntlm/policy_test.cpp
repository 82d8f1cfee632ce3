// What depends on what the callers ask: channel bindings, null sessions, credentials, downgrades.
#include <gtest/gtest.h>

#include "handshake/ntlm/ntlm_world.h"
#include "support/fake_session.h"
#include "support/hex.h"

namespace opensspi::test {
namespace {

using ntlm::AuthenticateMessage;
using ntlm::AvId;
using ntlm::ChallengeMessage;
using ntlm::NegotiateFlags;
using ntlm::NegotiateMessage;

ChannelBindings bindings_to(std::string_view channel) {
  ChannelBindings bindings;
  bindings.application_data = copy(view(channel));
  return bindings;
}

TEST(NtlmBindings, AreCheckedWhenTheServerSuppliesThem) {
  const ChannelBindings one = bindings_to("one"), other = bindings_to("other");
  constexpr ContextFlags kAllow = ContextFlags::AllowMissingBindings;
  struct Row {
    const char* name;
    const ChannelBindings *client, *server;
    ContextFlags server_flags;
    Status status;
  };
  const Row rows[] = {
      {"equal", &one, &one, ContextFlags::None, Status::Ok},
      {"different", &one, &other, ContextFlags::None, Status::BadBindings},
      {"missing", nullptr, &one, ContextFlags::None, Status::BadBindings},
      {"not asked for", &one, nullptr, ContextFlags::None, Status::Ok},
      {"neither", nullptr, nullptr, ContextFlags::None, Status::Ok},
      {"missing but allowed", nullptr, &one, kAllow, Status::Ok},
      {"different although missing is allowed", &one, &other, kAllow, Status::BadBindings},
      {"equal although missing is allowed", &one, &one, kAllow, Status::Ok},
  };
  for (const Row& row : rows) {
    NtlmWorld world;
    const auto client = world.client(), server = world.server(row.server_flags);
    const HandshakeResult result = run_handshake(*client, *server, row.client, row.server);
    EXPECT_EQ(status_of(result.server), row.status) << row.name;
    EXPECT_EQ(result.both_complete, row.status == Status::Ok) << row.name;
  }
}

TEST(NtlmBindings, OfTheFirstLegCountForTheSecond) {
  const ChannelBindings one = bindings_to("one"), other = bindings_to("other");
  for (const ChannelBindings* of_client : {&one, &other}) {
    NtlmWorld world;
    const auto client = world.client(), server = world.server();
    const StepOutput negotiate = client->step({{}, of_client});
    const StepOutput challenge = server->step({negotiate.token, &one});
    const StepOutput authenticate = client->step({challenge.token});
    EXPECT_EQ(status_of(server->step({authenticate.token})),
              of_client == &one ? Status::Ok : Status::BadBindings);
  }
}

TEST(NtlmBindings, AWrongPasswordIsSaidFirst) {
  NtlmWorld world;
  const ChannelBindings one = bindings_to("one");
  const auto client = world.client(kConfidential, "wrong"), server = world.server();
  EXPECT_EQ(status_of(run_handshake(*client, *server, nullptr, &one).server), Status::LogonDenied);
}

TEST(NtlmTarget, ATargetNameFromAnUntrustedSourceCountsAsNone) {
  NtlmWorld world;
  const auto client = world.client(kConfidential | ContextFlags::UnverifiedTargetName);
  const auto server = world.server();
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  EXPECT_EQ(attribute<Target>(*server, AttributeId::Target).name, "");
}

TEST(NtlmNullSession, NeedsBothSides) {
  constexpr ContextFlags kNull = ContextFlags::NullSession;
  NtlmWorld world;
  {
    const auto client = world.client(kConfidential | kNull), server = world.server(kNull);
    const StepOutput negotiate = client->step({});
    EXPECT_EQ(negotiate.granted, kConfidential | ContextFlags::Integrity | kNull);
    const StepOutput challenge = server->step({negotiate.token});
    const StepOutput authenticate = client->step({challenge.token});
    // Windows: 0xE2888A35 but for the kind of target.
    EXPECT_TRUE(
        has(AuthenticateMessage::parse(authenticate.token)->flags, NegotiateFlags::Anonymous));
    const StepOutput done = server->step({authenticate.token});
    ASSERT_EQ(status_of(done), Status::Ok);
    EXPECT_TRUE(has(done.granted, kNull));
    const auto token =
        attribute<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken);
    EXPECT_TRUE(token->anonymous);
    EXPECT_EQ(token->user_sid, "S-1-5-7");
    EXPECT_EQ(attribute<Names>(*client, AttributeId::Names).user,
              attribute<Names>(*server, AttributeId::Names).user);
    EXPECT_EQ(world.authority().validations(), 0);
  }
  {
    const auto client = world.client(kConfidential | kNull), server = world.server();
    EXPECT_EQ(status_of(run_handshake(*client, *server).server), Status::LogonDenied);
  }
  {
    const auto client = world.client(kConfidential), server = world.server(kNull);
    ASSERT_TRUE(run_handshake(*client, *server).both_complete);
    EXPECT_FALSE(attribute<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken)
                     ->anonymous);
  }
}

TEST(NtlmNullSession, NeverInsideCredSsp) {
  NtlmWorld world;
  AcquireRequest acquire;
  acquire.use = CredentialUse::Both;
  const auto credential = world.package().acquire(acquire);
  ASSERT_TRUE(credential);
  for (const Role role : {Role::Client, Role::Server}) {
    ContextRequest request{role, ContextFlags::NullSession, "", true};
    const auto context = (*credential)->new_context(request);
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().status, Status::UnsupportedFunction);
  }
}

// Somebody who takes anonymity for granted where it was not asked for.
TEST(NtlmNullSession, AnAnonymousMessageIsRefusedByAnOrdinaryServer) {
  NtlmWorld world;
  const auto server = world.server();
  ASSERT_EQ(status_of(server->step({world.client()->step({}).token})), Status::Ok);
  for (const Bytes& lm : {Bytes{}, Bytes{0}}) {
    const auto next = world.server();
    ASSERT_EQ(status_of(next->step({world.client()->step({}).token})), Status::Ok);
    AuthenticateMessage message;
    message.flags = NegotiateFlags{0xE2888A35};
    message.lm_challenge_response = lm;
    message.encrypted_random_session_key = Bytes(16);
    EXPECT_EQ(status_of(next->step({*message.write()})), Status::LogonDenied);
  }
}

TEST(NtlmCredential, IsForItsDirectionOnly) {
  NtlmWorld world;
  for (const CredentialUse use : {CredentialUse::Inbound, CredentialUse::Outbound}) {
    AcquireRequest acquire;
    acquire.use = use;
    const auto credential = world.package().acquire(acquire);
    ASSERT_TRUE(credential);
    ContextRequest request;
    request.role = use == CredentialUse::Inbound ? Role::Client : Role::Server;
    EXPECT_EQ((*credential)->new_context(request).error().status, Status::NoCredentials);
  }
}

TEST(NtlmCredential, TheDefaultOneIsAskedForAtTheSecondLeg) {
  NtlmWorld world;
  const auto without = world.context({}, Role::Client, kConfidential);
  auto server = world.server();
  HandshakeResult result = run_handshake(*without, *server);
  EXPECT_EQ(result.tokens.size(), 2U);
  EXPECT_EQ(status_of(result.client), Status::NoCredentials);

  AcquireRequest acquire;
  acquire.session =
      std::make_shared<FakeSession>(make_identity("DOMAIN", "Alice", "Passw0rd!"), 4321);
  const auto with = world.context(acquire, Role::Client, kConfidential);
  server = world.server();
  EXPECT_TRUE(run_handshake(*with, *server).both_complete);
  const auto credential = world.package().acquire(acquire);
  EXPECT_EQ((*credential)->names()->user, "DOMAIN\\Alice");
  EXPECT_EQ((*credential)->expiry(), 4321U);
}

// A session that the caller names must have something; its own may be empty until a context needs
// it.
TEST(NtlmCredential, OfANamedSessionMustBeThere) {
  NtlmWorld world;
  AcquireRequest acquire;
  acquire.session = std::make_shared<FakeSession>();
  EXPECT_TRUE(world.package().acquire(acquire));
  acquire.session_named = true;
  const auto credential = world.package().acquire(acquire);
  ASSERT_FALSE(credential);
  EXPECT_EQ(credential.error().status, Status::NoCredentials);
}

TEST(NtlmCredential, OfTheAnonymousSessionIsANullSession) {
  NtlmWorld world;
  const auto nobody = std::make_shared<FakeSession>();
  nobody->set_luid(kAnonymousLuid);
  AcquireRequest acquire;
  acquire.session = nobody;
  acquire.session_named = true;
  const auto client = world.context(acquire, Role::Client, kConfidential);
  const auto server = world.server(ContextFlags::NullSession);
  EXPECT_TRUE(run_handshake(*client, *server).both_complete);
  EXPECT_TRUE(
      attribute<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken)->anonymous);
}

TEST(NtlmCredential, AcquiredForPolicyAuthenticatesNobody) {
  NtlmWorld world;
  AcquireRequest acquire;
  acquire.auth_data.identity = make_identity("DOMAIN", "Alice", "Passw0rd!");
  acquire.policy_only = true;
  const auto credential = world.package().acquire(acquire);
  ASSERT_TRUE(credential);
  const auto made = (*credential)->new_context({});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().status, Status::NoCredentials);
}

TEST(NtlmCredential, WithoutAUserNameThereIsNone) {
  NtlmWorld world;
  const auto client = world.client(kConfidential, "", "", ""), server = world.server();
  EXPECT_EQ(status_of(run_handshake(*client, *server).client), Status::NoCredentials);
}

TEST(NtlmCredential, OutlivesItsHandle) {
  NtlmWorld world;
  AcquireRequest acquire;
  acquire.auth_data.identity = make_identity("DOMAIN", "Alice", "Passw0rd!");
  auto credential = *world.package().acquire(acquire);
  const auto client = std::move(*credential->new_context({Role::Client, kConfidential, "", false}));
  credential.reset();
  acquire.auth_data.identity.reset();
  const auto server = world.server();
  EXPECT_TRUE(run_handshake(*client, *server).both_complete);
}

TEST(NtlmCredential, TheCallersOwnAuthorityGoesBeforeTheConfiguredOne) {
  NtlmWorld world;
  auto own = std::make_shared<FakeAuthority>();
  own->add_user("OWN", "Carol", "Secret");
  AcquireRequest acquire;
  acquire.use = CredentialUse::Inbound;
  acquire.auth_data.authority = own;
  const auto client = world.client(kConfidential, "Secret", "Carol", "OWN");
  const auto server = world.context(acquire, Role::Server, ContextFlags::None);
  EXPECT_TRUE(run_handshake(*client, *server).both_complete);
  EXPECT_EQ(world.authority().validations(), 0);
}

TEST(NtlmCredential, NamesThatAreTooLongAreRefused) {
  NtlmWorld world;
  const auto acquire = [&](std::size_t domain, std::size_t user, std::size_t password) {
    AcquireRequest request;
    request.auth_data.identity =
        make_identity(std::string(domain, 'd'), std::string(user, 'u'), std::string(password, 'p'));
    const auto credential = world.package().acquire(request);
    return credential ? Status::Ok : credential.error().status;
  };
  EXPECT_EQ(acquire(255, 256, 256), Status::Ok);
  EXPECT_EQ(acquire(256, 1, 1), Status::UnknownCredentials);
  EXPECT_EQ(acquire(1, 257, 1), Status::UnknownCredentials);
  EXPECT_EQ(acquire(1, 1, 257), Status::UnknownCredentials);
}

TEST(NtlmRequest, DatagramsAndEndlessTargetsAreRefused) {
  NtlmWorld world;
  const auto credential = *world.package().acquire({});
  EXPECT_EQ(
      credential->new_context({Role::Client, ContextFlags::Datagram, "", false}).error().status,
      Status::UnsupportedFunction);
  EXPECT_EQ(
      credential->new_context({Role::Client, ContextFlags::None, std::string(4000, 'x'), false})
          .error()
          .status,
      Status::InvalidParameter);
}

// The NEGOTIATE flags of a weak client, and what the server says.
TEST(NtlmDowngrade, TheServerRequiresWhatItMust) {
  struct Row {
    std::uint32_t without;
    Status status;
  };
  const Row rows[] = {
      {0, Status::Ok},
      {0x80000000, Status::Ok},                   // 56 bits
      {0x02000000, Status::Ok},                   // VERSION
      {0x00000002, Status::Ok},                   // OEM
      {0x20000000, Status::UnsupportedFunction},  // 128 bits
      {0x00080000, Status::UnsupportedFunction},  // extended session security
      {0x00000001, Status::UnsupportedFunction},  // Unicode, with OEM left
      {0x00000003, Status::InvalidToken},         // Unicode and OEM
  };
  for (const Row& row : rows) {
    NtlmWorld world;
    NegotiateMessage message;
    message.flags = NegotiateFlags{0xE20882B7 & ~row.without};
    if ((row.without & 0x02000000) == 0) message.version = ntlm::kVersion;
    EXPECT_EQ(status_of(world.server()->step({*message.write()})), row.status)
        << std::hex << row.without;
  }
}

TEST(NtlmDowngrade, TheClientRequiresWhatItMust) {
  struct Row {
    std::uint32_t without;
    Status status;
  };
  const Row rows[] = {
      {0, Status::Ok},
      {0x20000000, Status::UnsupportedFunction},  // 128 bits
      {0x00080000, Status::UnsupportedFunction},  // extended session security
      {0x00000020, Status::UnsupportedFunction},  // SEAL
      {0x00000010, Status::UnsupportedFunction},  // SIGN
      {0x00000001, Status::InvalidToken},         // Unicode, OEM was not chosen
      {0x00800000, Status::LogonDenied},          // TARGET_INFO, so no names
  };
  for (const Row& row : rows) {
    NtlmWorld world;
    const auto client = world.client(), server = world.server();
    const StepOutput negotiate = client->step({});
    const auto challenge = ChallengeMessage::parse(server->step({negotiate.token}).token);
    ASSERT_TRUE(challenge);
    ChallengeMessage weak = *challenge;
    weak.flags = NegotiateFlags{static_cast<std::uint32_t>(weak.flags) & ~row.without};
    EXPECT_EQ(status_of(client->step({*weak.write()})), row.status) << std::hex << row.without;
  }
}

TEST(NtlmDowngrade, OnlyNtlmV2ResponsesAreTaken) {
  NtlmWorld world;
  for (const std::size_t size : {0U, 16U, 24U}) {
    const auto server = world.server();
    ASSERT_EQ(status_of(server->step({world.client()->step({}).token})), Status::Ok);
    AuthenticateMessage message;
    message.flags = NegotiateFlags{0xE2888235};
    message.user_name = "Alice";
    message.domain_name = "DOMAIN";
    message.lm_challenge_response = Bytes(24);
    message.nt_challenge_response = Bytes(size);
    message.encrypted_random_session_key = Bytes(16);
    EXPECT_EQ(status_of(server->step({*message.write()})), Status::LogonDenied) << size;
  }
  EXPECT_EQ(world.authority().validations(), 0);
}

// A client that knows no MIC: it repeats the server's pairs, without announcing one.
TEST(NtlmWithoutMic, IsTakenWhenTheTimestampIsRepeated) {
  NtlmWorld world;
  const auto server = world.server();
  const StepOutput challenge_leg = server->step({world.client()->step({}).token});
  const auto challenge = ChallengeMessage::parse(challenge_leg.token);
  ASSERT_TRUE(challenge);
  const auto key =
      ntlm::ntowf_v2(ntlm::ntowf_v1(password_utf16le("Passw0rd!").expose()), "Alice", "DOMAIN");
  const Bytes temp = ntlm::make_temp(kFakeNow, {}, challenge->target_info.write());
  const auto proof = ntlm::nt_proof_str(*key, challenge->server_challenge, temp);
  AuthenticateMessage message;
  message.flags = NegotiateFlags{0xE2888235};
  message.user_name = "Alice";
  message.domain_name = "DOMAIN";
  message.nt_challenge_response = copy(proof);
  append(message.nt_challenge_response, temp);
  message.encrypted_random_session_key = Bytes(15);
  const Bytes bad_key = *message.write();
  message.encrypted_random_session_key = Bytes(16);
  const Bytes good = *message.write();
  ASSERT_EQ(status_of(server->step({good})), Status::Ok);
  EXPECT_FALSE(server->mech_list_mic()->required());

  // The same exchange again, as randomness repeats in a new world.
  NtlmWorld again;
  const auto other = again.server();
  ASSERT_EQ(other->step({again.client()->step({}).token}).token, challenge_leg.token);
  EXPECT_EQ(status_of(other->step({bad_key})), Status::InvalidToken);
}

TEST(NtlmWithoutTimestamp, TheClientTakesItsOwnClock) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  const auto challenge = ChallengeMessage::parse(server->step({client->step({}).token}).token);
  ChallengeMessage old = *challenge;
  old.target_info = {};
  for (const auto& pair : challenge->target_info.pairs()) {
    if (pair.id != AvId::Timestamp) old.target_info.set(pair.id, pair.value);
  }
  const StepOutput authenticate = client->step({*old.write()});
  ASSERT_EQ(status_of(authenticate), Status::Ok);
  const auto message = AuthenticateMessage::parse(authenticate.token);
  EXPECT_FALSE(message->mic);
  EXPECT_EQ(message->client_challenge->timestamp, kFakeNow);
  EXPECT_NE(message->lm_challenge_response, Bytes(24));
  EXPECT_FALSE(client->mech_list_mic()->required());
}

TEST(NtlmEnvironment, FailingRandomnessFailsTheLeg) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  const StepOutput challenge = server->step({client->step({}).token});
  world.environment().random = [](ByteSpan) -> Result<void> {
    return fail(Status::InternalError, "no randomness");
  };
  EXPECT_EQ(status_of(client->step({challenge.token})), Status::InternalError);
  EXPECT_EQ(status_of(world.server()->step({world.client()->step({}).token})),
            Status::InternalError);
}

TEST(NtlmPackage, SaysWhatWindowsSays) {
  NtlmWorld world;
  const PackageInfo& info = world.package().info();
  EXPECT_EQ(info.name, "NTLM");
  EXPECT_EQ(info.comment, "NTLM Security Package");
  EXPECT_EQ(info.capabilities, 0x02882B37U);
  EXPECT_EQ(info.version, 1);
  EXPECT_EQ(info.rpc_id, 10);
  EXPECT_EQ(info.max_token, 2888U);
  ASSERT_EQ(info.mechanism_oids.size(), 1U);
  EXPECT_EQ(to_hex(info.mechanism_oids[0]), "2b06010401823702020a");
}

}  // namespace
}  // namespace opensspi::test
