// Logons with NTLM through Negotiate, leg by leg, as Windows does them.
#include <gtest/gtest.h>

#include <array>
#include <variant>

#include "world.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;
using policy::RawNtlm;

bool complete(const StepOutput& out) {
  return out.progress == Progress::Complete;
}
bool continues(const StepOutput& out) {
  return out.progress == Progress::ContinueNeeded;
}

// `to` opens what `from` seals.
void carry_message(MessageProtection* from, MessageProtection* to, std::string_view text) {
  ASSERT_NE(from, nullptr);
  ASSERT_NE(to, nullptr);
  Bytes data = copy(view(text));
  std::array<std::uint8_t, 16> token{};
  MessagePart part{data};
  const auto size = from->seal({&part, 1}, token, Qop::Seal);
  ASSERT_TRUE(size) << size.error().why;
  EXPECT_FALSE(equal(data, view(text)));
  const auto opened = to->unseal({&part, 1}, token);
  ASSERT_TRUE(opened) << opened.error().why;
  EXPECT_TRUE(equal(data, view(text)));
}

TEST(SpnegoLogon, GoesAsWindowsDoes) {
  NegotiateWorld world;
  const auto client = world.client();
  const auto server = world.server();

  const StepOutput offer = client->step({});
  ASSERT_TRUE(continues(offer));
  const auto init = parse_neg_token_init(offer.token);
  ASSERT_TRUE(init) << init.error().why;
  EXPECT_EQ(to_hex(init->mech_types_der), "300c060a2b06010401823702020a");
  EXPECT_EQ(client->message_protection(), nullptr);

  const StepOutput challenge = server->step({offer.token});
  ASSERT_TRUE(continues(challenge));
  const auto selected = parse_neg_token_resp(challenge.token);
  ASSERT_TRUE(selected) << selected.error().why;
  EXPECT_EQ(selected->neg_state, NegState::AcceptIncomplete);
  EXPECT_TRUE(equal(selected->supported_mech.value(), negotiate::oid::kNtlm));

  // Client: CONTINUE after its AUTHENTICATE, with keys already: CREDSSP seals with them now.
  const StepOutput authenticate = client->step({challenge.token});
  ASSERT_TRUE(continues(authenticate));
  EXPECT_EQ(authenticate.granted, kWanted);
  EXPECT_TRUE(parse_neg_token_resp(authenticate.token)->mech_list_mic);
  EXPECT_NE(client->message_protection(), nullptr);

  // Server: OK, with a token.
  const StepOutput accepted = server->step({authenticate.token});
  ASSERT_TRUE(complete(accepted)) << accepted.progress.error().why;
  const auto last = parse_neg_token_resp(accepted.token);
  ASSERT_TRUE(last) << last.error().why;
  EXPECT_EQ(last->neg_state, NegState::AcceptCompleted);
  EXPECT_TRUE(last->mech_list_mic);
  EXPECT_FALSE(last->response_token || last->supported_mech);

  carry_message(client->message_protection(), server->message_protection(), "one leg early");

  // Client: OK, with nothing to send.
  const StepOutput end = client->step({accepted.token});
  ASSERT_TRUE(complete(end)) << end.progress.error().why;
  EXPECT_TRUE(end.token.empty());
  EXPECT_EQ(end.granted, kWanted);

  carry_message(client->message_protection(), server->message_protection(), "to the server");
  carry_message(server->message_protection(), client->message_protection(), "to the client");
}

// The MICs take sequence number 0 each way, and nothing of the key stream.
TEST(SpnegoLogon, FirstSealedMessageHasNumberOne) {
  NegotiateWorld world;
  const auto client = world.client();
  const auto server = world.server();
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  for (Context* side : {client.get(), server.get()}) {
    Bytes data = {1, 2, 3};
    std::array<std::uint8_t, 16> token{};
    MessagePart part{data};
    ASSERT_TRUE(side->message_protection()->seal({&part, 1}, token, Qop::Seal));
    EXPECT_EQ(to_hex(ByteView(token).last(4)), "01000000");
  }
}

TEST(SpnegoLogon, ProtectsTheListWhetherOrNotTheCallerWantsIntegrity) {
  NegotiateWorld world;
  const auto client = world.client(kPassword, ContextFlags::None);
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete);
  EXPECT_TRUE(parse_neg_token_resp(result.tokens[2])->mech_list_mic);
  EXPECT_TRUE(parse_neg_token_resp(result.tokens[3])->mech_list_mic);
}

TEST(SpnegoLogon, WorksForAClientThatWantsNoIntegrity) {
  NegotiateWorld world;
  const auto client = world.client(kPassword, ContextFlags::NoIntegrity);
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete);
  EXPECT_FALSE(parse_neg_token_resp(result.tokens[3])->mech_list_mic);
}

TEST(SpnegoLogon, TellsBothSidesWho) {
  NegotiateWorld world;
  const auto client = world.client();
  const auto server = world.server();
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  for (const Context* side : {client.get(), server.get()}) {
    EXPECT_EQ(std::get<Names>(*side->query(AttributeId::Names)).user, "DOMAIN\\user");
    EXPECT_EQ(std::get<Sizes>(*side->query(AttributeId::Sizes)).max_token, 2888U);
    EXPECT_EQ(std::get<Sizes>(*side->query(AttributeId::Sizes)).security_trailer, 16U);
    const auto info = std::get<NegotiationInfo>(*side->query(AttributeId::NegotiationInfo));
    EXPECT_EQ(info.state, NegotiationState::Complete);
    EXPECT_EQ(info.package->name, "NTLM");
    EXPECT_EQ(info.package->rpc_id, 10U);
    EXPECT_EQ(std::get<const PackageInfo*>(*side->query(AttributeId::PackageInfo))->name, "NTLM");
  }
  const auto key = [](const Context& side) {
    return to_hex(std::get<SessionKey>(*side.query(AttributeId::SessionKey)).key.expose());
  };
  EXPECT_EQ(key(*client), key(*server));
  EXPECT_EQ(std::get<Target>(*server->query(AttributeId::Target)).name, kTarget);
  EXPECT_EQ(
      std::get<std::shared_ptr<const AccessToken>>(*server->query(AttributeId::AccessToken))->user,
      "user");
}

TEST(SpnegoLogon, WrongPasswordIsRejectedInSpnego) {
  NegotiateWorld world;
  const auto client = world.client("Password?");
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  EXPECT_EQ(status_of(result.server), Status::LogonDenied);
  EXPECT_EQ(result.server.progress.error().nt_status, nt_status::kWrongPassword);
  EXPECT_EQ(to_hex(result.server.token), "a1073005a0030a0102");
  EXPECT_EQ(status_of(client->step({result.server.token})), Status::LogonDenied);
}

TEST(SpnegoLogon, ClientWithoutIdentityHasNoCredentials) {
  NegotiateWorld world;
  AcquireRequest acquire;
  const auto package = negotiate::make_package(world.environment, {world.ntlm.get()});
  const auto client = std::move(*(*package->acquire(acquire))->new_context(ContextRequest{}));
  const auto server = world.server();
  EXPECT_EQ(status_of(run_handshake(*client, *server).client), Status::NoCredentials);
}

TEST(SpnegoLogon, ServerWithoutAuthoritySaysSo) {
  NegotiateWorld world;
  world.environment->authority = [] { return std::shared_ptr<Authority>(); };
  const auto client = world.client();
  const auto server = world.server();
  EXPECT_EQ(status_of(run_handshake(*client, *server).server), Status::NoAuthenticatingAuthority);
}

// NTLM is the server's only mechanism and not the client's first.
TEST(SpnegoLogon, FallsBackToNtlmUnderMics) {
  NegotiateWorld world;
  FakeMechanism kerberos{
      {.name = "Kerberos", .oids = {copy(negotiate::oid::kMsKerberos)}, .num_tokens = 2}};
  const auto client = world.client(kPassword, kWanted, {&kerberos});
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete);
  ASSERT_EQ(result.tokens.size(), 6U);
  const auto selected = parse_neg_token_resp(result.tokens[1]);
  EXPECT_EQ(selected->neg_state, NegState::RequestMic);
  EXPECT_FALSE(selected->response_token);
  EXPECT_TRUE(parse_neg_token_resp(result.tokens[4])->mech_list_mic);
  EXPECT_TRUE(parse_neg_token_resp(result.tokens[5])->mech_list_mic);
  carry_message(client->message_protection(), server->message_protection(), "after the fallback");
}

TEST(SpnegoLogon, PrefersWhatTheClientPrefers) {
  NegotiateWorld world;
  FakeMechanism kerberos{
      {.name = "Kerberos", .oids = {copy(negotiate::oid::kKerberos)}, .num_tokens = 2}};
  const auto client = world.client(kPassword, kWanted, {&kerberos});
  const auto server = world.server({&kerberos});
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  EXPECT_EQ(std::get<const PackageInfo*>(*server->query(AttributeId::PackageInfo)),
            &kerberos.info());
}

ChannelBindings bindings_of(std::string_view data) {
  ChannelBindings bindings;
  bindings.application_data = copy(view(data));
  return bindings;
}

class ChannelBindingsInNegotiate : public testing::TestWithParam<RawNtlm> {};

TEST_P(ChannelBindingsInNegotiate, AreTheMechanismsToJudge) {
  NegotiateWorld world{GetParam()};
  const ChannelBindings one = bindings_of("tls-server-end-point:1");
  const ChannelBindings two = bindings_of("tls-server-end-point:2");
  const auto run = [&](const ChannelBindings* of_client, const ChannelBindings* of_server,
                       ContextFlags flags = ContextFlags::None) {
    const auto client = world.client();
    const auto server = world.server({}, flags);
    const HandshakeResult result = run_handshake(*client, *server, of_client, of_server);
    EXPECT_EQ(result.both_complete, status_of(result.server) == Status::Ok);
    return status_of(result.server);
  };
  EXPECT_EQ(run(&one, &one), Status::Ok);
  EXPECT_EQ(run(&one, nullptr), Status::Ok);
  EXPECT_EQ(run(&one, &two), Status::BadBindings);
  EXPECT_EQ(run(nullptr, &one), Status::BadBindings);
  EXPECT_EQ(run(nullptr, &one, ContextFlags::AllowMissingBindings), Status::Ok);
}

INSTANTIATE_TEST_SUITE_P(Framings, ChannelBindingsInNegotiate,
                         testing::Values(RawNtlm::Never, RawNtlm::Always));

TEST(BareLogon, IsNtlmAndNothingElse) {
  NegotiateWorld world{RawNtlm::Always};
  const auto client = world.client();
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete);
  ASSERT_EQ(result.tokens.size(), 3U);
  for (const Bytes& token : result.tokens) {
    EXPECT_EQ(to_hex(ByteView(token).first(8)), "4e544c4d53535000");
  }
  EXPECT_TRUE(result.server.token.empty());
  carry_message(client->message_protection(), server->message_protection(), "to the server");
  carry_message(server->message_protection(), client->message_protection(), "to the client");
}

TEST(BareLogon, WrongPasswordIsRefusedWithoutAToken) {
  NegotiateWorld world{RawNtlm::Always};
  const auto client = world.client("Password?");
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  EXPECT_EQ(status_of(result.server), Status::LogonDenied);
  EXPECT_TRUE(result.server.token.empty());
}

}  // namespace
}  // namespace opensspi::test
