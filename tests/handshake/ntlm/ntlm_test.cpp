// Both sides of NTLM in one process: good logons, what Windows puts into messages and attributes,
// and refusals.
#include <gtest/gtest.h>

#include <set>

#include "handshake/ntlm/ntlm_world.h"
#include "support/hex.h"

namespace opensspi::test {
namespace {

using ntlm::AuthenticateMessage;
using ntlm::AvId;
using ntlm::ChallengeMessage;
using ntlm::NegotiateMessage;

constexpr ContextFlags kSigning =
    ContextFlags::Integrity | ContextFlags::ReplayDetect | ContextFlags::SequenceDetect;

std::uint32_t word(ntlm::NegotiateFlags flags) {
  return static_cast<std::uint32_t>(flags);
}

void exchange_messages(Context& sender, Context& receiver) {
  Bytes data = copy(view("a secret"));
  Bytes token(16);
  const MessagePart part{data};
  ASSERT_TRUE(sender.message_protection()->seal({&part, 1}, token, Qop::Seal));
  EXPECT_NE(data, copy(view("a secret")));
  ASSERT_TRUE(receiver.message_protection()->unseal({&part, 1}, token));
  EXPECT_EQ(data, copy(view("a secret")));
}

TEST(Ntlm, ALogonAndMessagesBothWays) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  EXPECT_EQ(client->message_protection(), nullptr);
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete);
  EXPECT_EQ(result.tokens.size(), 3U);
  EXPECT_TRUE(result.server.token.empty());
  exchange_messages(*client, *server);
  exchange_messages(*server, *client);
}

TEST(Ntlm, FlagWordsAreThoseOfWindows) {
  NtlmWorld world;
  HostNames names{"SERVER", "SERVER", "server", "", false};
  world.authority().set_names(names);
  struct Row {
    ContextFlags requested;
    std::uint32_t negotiate, challenge, authenticate;
  };
  const Row rows[] = {
      {kConfidential, 0xE20882B7, 0xE28A8235, 0xE2888235},
      {ContextFlags::Integrity, 0xE2088297, 0xE28A8215, 0xE2888215},
      {ContextFlags::ReplayDetect, 0xE2088297, 0xE28A8215, 0xE2888215},
      {ContextFlags::SequenceDetect, 0xE2088297, 0xE28A8215, 0xE2888215},
      {ContextFlags::None, 0xA2088207, 0xA28A8205, 0xA2888205},
      {ContextFlags::Connection | ContextFlags::MutualAuth | ContextFlags::Delegate |
           ContextFlags::ExtendedError | ContextFlags::UseDceStyle,
       0xA2088207, 0xA28A8205, 0xA2888205},
  };
  for (const Row& row : rows) {
    const auto client = world.client(row.requested), server = world.server();
    const HandshakeResult result = run_handshake(*client, *server);
    ASSERT_TRUE(result.both_complete);
    EXPECT_EQ(word(NegotiateMessage::parse(result.tokens[0])->flags), row.negotiate);
    EXPECT_EQ(word(ChallengeMessage::parse(result.tokens[1])->flags), row.challenge);
    EXPECT_EQ(word(AuthenticateMessage::parse(result.tokens[2])->flags), row.authenticate);
  }
}

TEST(Ntlm, GrantedFlagsGrowWithTheLegsAsOnWindows) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  const StepOutput negotiate = client->step({});
  EXPECT_EQ(negotiate.granted, ContextFlags::Integrity | kConfidential);
  const StepOutput challenge = server->step({negotiate.token});
  EXPECT_EQ(challenge.granted,
            kConfidential | ContextFlags::ReplayDetect | ContextFlags::SequenceDetect);
  const StepOutput authenticate = client->step({challenge.token});
  EXPECT_EQ(authenticate.granted, kConfidential | kSigning);
  const StepOutput done = server->step({authenticate.token});
  EXPECT_EQ(done.granted, kConfidential | kSigning);
  EXPECT_EQ(attribute<ContextFlags>(*client, AttributeId::Flags), kConfidential | kSigning);
}

TEST(Ntlm, TheChallengeNamesItsServerInWindowsOrder) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  const auto challenge = ChallengeMessage::parse(server->step({client->step({}).token}).token);
  ASSERT_TRUE(challenge);
  std::vector<AvId> ids;
  for (const auto& pair : challenge->target_info.pairs()) ids.push_back(pair.id);
  EXPECT_EQ(ids, (std::vector{AvId::NbDomainName, AvId::NbComputerName, AvId::DnsDomainName,
                              AvId::DnsComputerName, AvId::Timestamp}));
  EXPECT_EQ(challenge->target_name, "DOMAIN");
  EXPECT_TRUE(has(challenge->flags, ntlm::NegotiateFlags::TargetTypeDomain));
  EXPECT_EQ(**challenge->target_info.timestamp(), kFakeNow);
}

TEST(Ntlm, WithoutAnAuthorityTheChallengeNamesThisMachine) {
  NtlmWorld world;
  world.environment().authority = [] { return nullptr; };
  const auto client = world.client(), server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  EXPECT_EQ(ChallengeMessage::parse(result.tokens[1])->target_name, "CLIENT");
  EXPECT_EQ(status_of(result.server), Status::NoAuthenticatingAuthority);
}

TEST(Ntlm, ServerChallengesDiffer) {
  NtlmWorld world;
  std::set<std::string> seen;
  for (int i = 0; i < 8; ++i) {
    const auto client = world.client(), server = world.server();
    const Bytes token = server->step({client->step({}).token}).token;
    seen.insert(to_hex(ChallengeMessage::parse(token)->server_challenge));
  }
  EXPECT_EQ(seen.size(), 8U);
}

TEST(Ntlm, AttributesAreThoseOfWindows) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  EXPECT_EQ(client->query(AttributeId::Names).error().status, Status::InvalidHandle);
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  for (const Context* side : {client.get(), server.get()}) {
    EXPECT_EQ(attribute<Sizes>(*side, AttributeId::Sizes).max_token, 2888U);
    EXPECT_EQ(attribute<Names>(*side, AttributeId::Names).user, "DOMAIN\\Alice");
    EXPECT_EQ(attribute<Target>(*side, AttributeId::Target).name, "TERMSRV/server.domain.test");
    const auto key_info = attribute<KeyInfo>(*side, AttributeId::KeyInfo);
    EXPECT_STREQ(key_info.signature_algorithm_name, "HMAC-MD5");
    EXPECT_EQ(key_info.signature_algorithm, 0xFFFFFF76U);
    EXPECT_STREQ(key_info.encrypt_algorithm_name, "RSADSI RC4");
    EXPECT_EQ(key_info.encrypt_algorithm, 0x6801U);
    EXPECT_EQ(key_info.key_size, 128U);
    const auto negotiation = attribute<NegotiationInfo>(*side, AttributeId::NegotiationInfo);
    EXPECT_EQ(negotiation.state, NegotiationState::Complete);
    EXPECT_EQ(negotiation.package->name, "NTLM");
    EXPECT_EQ(negotiation.package->rpc_id, 10);
    EXPECT_EQ(attribute<const PackageInfo*>(*side, AttributeId::PackageInfo)->name, "NTLM");
    EXPECT_EQ(side->query(AttributeId::StreamSizes).error().status, Status::UnsupportedFunction);
    const auto lifespan = attribute<Lifespan>(*side, AttributeId::Lifespan);
    EXPECT_EQ(lifespan.start, kFakeNow);
    EXPECT_EQ((lifespan.expiry - lifespan.start) / 10'000'000, 36U * 60 * 60);
  }
  const auto a = attribute<SessionKey>(*client, AttributeId::SessionKey);
  const auto b = attribute<SessionKey>(*server, AttributeId::SessionKey);
  EXPECT_EQ(a.key.size(), 16U);
  EXPECT_EQ(to_hex(a.key.expose()), to_hex(b.key.expose()));
  const auto token =
      attribute<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken);
  EXPECT_EQ(token->user, "Alice");
  EXPECT_FALSE(token->anonymous);
  EXPECT_EQ(client->query(AttributeId::AccessToken).error().status, Status::UnsupportedFunction);
}

TEST(Ntlm, EachSidesMechListMicIsRequiredWhereKeysProtect) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  ASSERT_NE(client->mech_list_mic(), nullptr);
  ASSERT_NE(server->mech_list_mic(), nullptr);
  EXPECT_TRUE(client->mech_list_mic()->required());
  EXPECT_TRUE(server->mech_list_mic()->required());
  const auto mic = client->mech_list_mic()->make(view("list"));
  ASSERT_TRUE(mic);
  EXPECT_TRUE(server->mech_list_mic()->verify(view("list"), *mic));

  const auto bare_client = world.client(ContextFlags::None), bare_server = world.server();
  ASSERT_TRUE(run_handshake(*bare_client, *bare_server).both_complete);
  EXPECT_EQ(bare_client->mech_list_mic(), nullptr);
  EXPECT_EQ(bare_server->mech_list_mic(), nullptr);
}

TEST(Ntlm, NamesDoNotDependOnCase) {
  NtlmWorld world;
  const auto client = world.client(kConfidential, "Passw0rd!", "ALICE", "domain");
  const auto server = world.server();
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  EXPECT_EQ(attribute<Names>(*server, AttributeId::Names).user, "DOMAIN\\Alice");
}

TEST(Ntlm, NamesAndPasswordsOutsideAscii) {
  NtlmWorld world;
  world.authority().add_user("DOMAIN", "Ren\xC3\xA9", "p\xC3\xA4ss\xE2\x82\xAC \xF0\x9F\x98\x80");
  const auto client = world.client(kConfidential, "p\xC3\xA4ss\xE2\x82\xAC \xF0\x9F\x98\x80",
                                   "REN\xC3\x89", "DOMAIN");
  const auto server = world.server();
  EXPECT_TRUE(run_handshake(*client, *server).both_complete);
}

// A judge or a user database that takes a name for a C string would see another one.
TEST(Ntlm, NamesWithAZeroReachNoJudge) {
  using namespace std::string_literals;
  NtlmWorld world;
  world.authority().add_user("DOMAIN\0x"s, "Alice", "Passw0rd!");
  world.authority().add_user("DOMAIN", "Alice\0x"s, "Passw0rd!");
  for (const auto& [user, domain] : {std::pair{"Alice"s, "DOMAIN\0x"s}, {"Alice\0x"s, "DOMAIN"s}}) {
    const auto client = world.client(kConfidential, "Passw0rd!", user, domain);
    const auto server = world.server();
    const HandshakeResult result = run_handshake(*client, *server);
    EXPECT_EQ(status_of(result.server), Status::LogonDenied);
    EXPECT_STREQ(result.server.progress.error().why, "a name has a character of value zero");
  }
}

TEST(Ntlm, RefusalsCarryTheirTrueReasonAndKillTheContext) {
  struct Row {
    const char *user, *password;
    std::uint32_t refuse, nt_status;
  };
  const Row rows[] = {
      {"Alice", "passw0rd!", 0, nt_status::kWrongPassword},
      {"Alice", "", 0, nt_status::kWrongPassword},
      {"Bob", "Passw0rd!", 0, nt_status::kNoSuchUser},
      {"Alice", "Passw0rd!", nt_status::kAccountDisabled, nt_status::kAccountDisabled},
  };
  for (const Row& row : rows) {
    NtlmWorld world;
    world.authority().refuse("Alice", row.refuse);
    const auto client = world.client(kConfidential, row.password, row.user),
               server = world.server();
    const HandshakeResult result = run_handshake(*client, *server);
    EXPECT_EQ(status_of(result.server), Status::LogonDenied);
    EXPECT_EQ(nt_status_of(result.server), row.nt_status);
    EXPECT_TRUE(result.server.token.empty());
    EXPECT_EQ(server->message_protection(), nullptr);
    EXPECT_EQ(status_of(server->step({result.tokens[2]})), Status::OutOfSequence);
    EXPECT_EQ(server->query(AttributeId::Names).error().status, Status::InvalidHandle);
  }
}

TEST(Ntlm, MessagesOutOfOrder) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  const HandshakeResult good = run_handshake(*client, *server);
  ASSERT_TRUE(good.both_complete);
  EXPECT_EQ(status_of(world.client()->step({good.tokens[1]})), Status::OutOfSequence);
  EXPECT_EQ(status_of(world.server()->step({good.tokens[2]})), Status::OutOfSequence);
  EXPECT_EQ(status_of(world.server()->step({good.tokens[1]})), Status::OutOfSequence);
  EXPECT_EQ(status_of(world.server()->step({})), Status::InvalidToken);
  EXPECT_EQ(status_of(world.server()->step({view("garbage")})), Status::InvalidToken);
  const auto other = world.client();
  EXPECT_EQ(status_of(other->step({})), Status::Ok);
  EXPECT_EQ(status_of(other->step({good.tokens[0]})), Status::OutOfSequence) << "reflected";
  EXPECT_EQ(status_of(server->step({good.tokens[2]})), Status::OutOfSequence) << "once more";
}

TEST(Ntlm, AReplayedAuthenticateIsRefused) {
  NtlmWorld world;
  const auto client = world.client(), server = world.server();
  const HandshakeResult good = run_handshake(*client, *server);
  const auto again = world.server();
  ASSERT_EQ(status_of(again->step({good.tokens[0]})), Status::Ok);
  EXPECT_EQ(status_of(again->step({good.tokens[2]})), Status::LogonDenied);
}

}  // namespace
}  // namespace opensspi::test
