// Both sides of Kerberos in one process: good logons of every kind, attributes, and refusals.
#include "handshake/kerberos/kerberos_world.h"
#include "kerberos/gss_token.h"
#include "support/hex.h"

namespace opensspi::test {
namespace {

constexpr char kOtherName[] = "TERMSRV/alias.example.test@EXAMPLE.TEST";
constexpr char kOtherSpn[] = "TERMSRV/alias.example.test";

void exchange_messages(Context& sender, Context& receiver) {
  for (const char* text : {"a secret", "another"}) {
    Bytes data = copy(view(text)), token(128);
    const MessagePart part{data};
    const auto size = sender.message_protection()->seal({&part, 1}, token, Qop::Seal);
    ASSERT_TRUE(size) << size.error().why;
    EXPECT_NE(data, copy(view(text)));
    const auto opened =
        receiver.message_protection()->unseal({&part, 1}, ByteView(token).first(*size));
    ASSERT_TRUE(opened) << opened.error().why;
    EXPECT_EQ(data, copy(view(text)));
  }
}

const char* why(const StepOutput& output) {
  return output.progress ? "" : output.progress.error().why;
}

Status status_of(const StepOutput& output) {
  return output.progress ? Status::Ok : output.progress.error().status;
}

TEST(Kerberos, ALogonAndMessagesBothWays) {
  KerberosWorld world;
  const auto client = world.client(), server = world.server();
  EXPECT_EQ(client->message_protection(), nullptr);
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
  EXPECT_EQ(result.tokens.size(), 2U);
  EXPECT_EQ(result.client.granted, kAll | ContextFlags::Integrity);
  EXPECT_EQ(result.server.granted, result.client.granted);
  exchange_messages(*client, *server);
  exchange_messages(*server, *client);
}

class OldKey : public testing::Test {
 protected:
  OldKey() {
    world_.files().configure(
        "permitted_enctypes = arcfour-hmac aes256-cts\n"
        "[domain_realm]\nexample.test = EXAMPLE.TEST\n");
    world_.files().make_cache(world_.cache(), kAlice, {});
    world_.add_ticket({kAlice, kWeb, kNow - kHour, kNow + kHour, ENCTYPE_ARCFOUR_HMAC});
  }

  KerberosWorld world_;
};

TEST_F(OldKey, ProtectsMessagesInItsOwnWay) {
  const auto client = world_.client(), server = world_.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
  const auto info = attribute<KeyInfo>(*client, AttributeId::KeyInfo);
  EXPECT_STREQ(info.encrypt_algorithm_name, "RSADSI RC4-HMAC");
  EXPECT_EQ(info.signature_algorithm, 0xFFFFFF76);
  exchange_messages(*client, *server);
  exchange_messages(*server, *client);
}

// Both directions would begin with the same keystream.
TEST_F(OldKey, ProtectsNoMessagesWithoutMutualAuthentication) {
  const auto client = world_.client(kAll & ~kMutual), server = world_.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
  EXPECT_EQ(result.client.granted, ContextFlags::None);
  EXPECT_EQ(result.server.granted, ContextFlags::None);
  for (Context* side : {client.get(), server.get()}) {
    EXPECT_EQ(attribute<ContextFlags>(*side, AttributeId::Flags), ContextFlags::None);
    Bytes data = copy(view("a secret")), token(128);
    const MessagePart part{data};
    for (const Qop qop : {Qop::Seal, Qop::SignOnly}) {
      const auto sealed = side->message_protection()->seal({&part, 1}, token, qop);
      ASSERT_FALSE(sealed);
      EXPECT_EQ(sealed.error().status, Status::UnsupportedFunction);
    }
  }
}

TEST(Kerberos, WithoutMutualAuthenticationOneMessageIsEnough) {
  KerberosWorld world;
  const auto client = world.client(ContextFlags::Confidentiality), server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
  EXPECT_EQ(result.tokens.size(), 1U);
  EXPECT_EQ(result.server.granted, ContextFlags::Confidentiality | ContextFlags::Integrity);
  exchange_messages(*client, *server);
  exchange_messages(*server, *client);
}

TEST(Kerberos, DceStyleTakesThreeBareMessages) {
  KerberosWorld world;
  const auto client = world.client(ContextFlags::UseDceStyle | ContextFlags::Confidentiality),
             server = world.server(ContextFlags::UseDceStyle);
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
  ASSERT_EQ(result.tokens.size(), 3U);
  EXPECT_EQ(result.tokens[0][0], 0x6E);
  EXPECT_EQ(result.tokens[1][0], 0x6F);
  EXPECT_EQ(result.tokens[2][0], 0x6F);
  EXPECT_TRUE(has(result.server.granted, ContextFlags::UseDceStyle));
  exchange_messages(*client, *server);
  exchange_messages(*server, *client);
}

// A ticket for another name of the server's, with another session key.
void add_other_ticket(KerberosWorld& world) {
  world.add_ticket({kAlice, kOtherName, kNow - kHour, kNow + kHour}, "keytab", kWeb);
}

TEST(Kerberos, DceStylesLastMessageAnswersTheServers) {
  KerberosWorld world;
  add_other_ticket(world);
  const auto flags = ContextFlags::UseDceStyle | ContextFlags::Confidentiality;
  for (const char* spn : {kSpn, kOtherSpn}) {
    Bytes of_another;
    {
      const auto client = world.client(flags, spn), server = world.server();
      const HandshakeResult result = run_handshake(*client, *server);
      ASSERT_EQ(result.tokens.size(), 3U);
      of_another = result.tokens[2];
    }
    const auto client = world.client(flags), server = world.server();
    const HandshakeResult result =
        run_handshake(*client, *server, nullptr, nullptr, [&](std::size_t number, Bytes& token) {
          if (number == 2) token = of_another;
        });
    EXPECT_EQ(result.tokens.size(), 3U);
    EXPECT_EQ(status_of(result.server), Status::MessageAltered);
    EXPECT_STREQ(why(result.server), "the client's last message answers another one");
  }
}

TEST(Kerberos, AnAnswerToAnotherRequestProvesNoServer) {
  KerberosWorld world;
  add_other_ticket(world);
  for (const char* spn : {kSpn, kOtherSpn}) {
    world.set_now(kFakeNow);
    const Bytes of_another = world.server()->step({world.client(kAll, spn)->step({}).token}).token;
    world.set_now(kFakeNow + kSecond);
    const auto client = world.client();
    ASSERT_TRUE(client->step({}).progress);
    EXPECT_EQ(status_of(client->step({of_another})), Status::MutualAuthFailed);
  }
}

TEST(Kerberos, FlagsAreThoseThatTheClientAsked) {
  KerberosWorld world;
  const struct {
    ContextFlags asked, granted;
  } rows[] = {
      {ContextFlags::None, ContextFlags::None},
      {kMutual, kMutual},
      {ContextFlags::Integrity, ContextFlags::Integrity},
      {ContextFlags::ReplayDetect, ContextFlags::ReplayDetect | ContextFlags::Integrity},
      {ContextFlags::Identify | ContextFlags::ExtendedError,
       ContextFlags::Identify | ContextFlags::ExtendedError},
      // The KDC does not trust this server with tickets.
      {ContextFlags::Delegate | kMutual, kMutual},
  };
  for (const auto& row : rows) {
    const auto client = world.client(row.asked), server = world.server();
    const HandshakeResult result = run_handshake(*client, *server);
    ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
    EXPECT_EQ(result.client.granted, row.granted);
    EXPECT_EQ(result.server.granted, row.granted);
  }
}

TEST(Kerberos, AttributesAreTheSameOnBothSides) {
  KerberosWorld world;
  const auto client = world.client(), server = world.server();
  EXPECT_EQ(client->query(AttributeId::Names).error().status, Status::InvalidHandle);
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  for (const Context* side : {client.get(), server.get()}) {
    EXPECT_EQ(attribute<Names>(*side, AttributeId::Names).user, kAlice);
    const auto native = attribute<NativeNames>(*side, AttributeId::NativeNames);
    EXPECT_EQ(native.client, kAlice);
    EXPECT_EQ(native.server, kWeb);
    const auto lifespan = attribute<Lifespan>(*side, AttributeId::Lifespan);
    EXPECT_EQ(lifespan.start, file_time_of_unix(kNow - kHour));
    EXPECT_EQ(lifespan.expiry, file_time_of_unix(kNow + kHour));
    const auto sizes = attribute<Sizes>(*side, AttributeId::Sizes);
    EXPECT_EQ(sizes.max_token, 48000U);
    EXPECT_EQ(sizes.max_signature, 28U);
    EXPECT_EQ(sizes.security_trailer, 76U);
    const auto info = attribute<KeyInfo>(*side, AttributeId::KeyInfo);
    EXPECT_STREQ(info.encrypt_algorithm_name, "AES256-CTS-HMAC-SHA1-96");
    EXPECT_EQ(info.key_size, 256U);
    EXPECT_EQ(info.encrypt_algorithm, 18U);
    EXPECT_EQ(info.signature_algorithm, 16U);
    EXPECT_EQ(attribute<const PackageInfo*>(*side, AttributeId::PackageInfo)->name, "Kerberos");
    EXPECT_EQ(attribute<ContextFlags>(*side, AttributeId::Flags), kAll | ContextFlags::Integrity);
    EXPECT_EQ(side->query(AttributeId::StreamSizes).error().status, Status::UnsupportedFunction);
  }
  EXPECT_EQ(attribute<Target>(*client, AttributeId::Target).name, kSpn);
  EXPECT_EQ(attribute<Target>(*server, AttributeId::Target).name, kSpn);
  const auto key = attribute<SessionKey>(*client, AttributeId::SessionKey);
  EXPECT_EQ(key.key.size(), 32U);
  EXPECT_TRUE(equal(key.key.expose(),
                    attribute<SessionKey>(*server, AttributeId::SessionKey).key.expose()));
  const auto token =
      attribute<std::shared_ptr<const AccessToken>>(*server, AttributeId::AccessToken);
  EXPECT_EQ(token->user, "alice");
  EXPECT_EQ(token->domain, "EXAMPLE.TEST");
  EXPECT_FALSE(client->query(AttributeId::AccessToken));
}

TEST(Kerberos, EndsWithTheTicket) {
  KerberosWorld world;
  const auto client = world.client(), server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  EXPECT_EQ(result.client.expiry, file_time_of_unix(kNow + kHour));
  EXPECT_EQ(result.server.expiry, file_time_of_unix(kNow + kHour));
}

// ---- Channel bindings ---------------------------------------------------------------------------

TEST(ChannelBinding, IsJudgedByTheServer) {
  KerberosWorld world;
  ChannelBindings one, other;
  one.application_data = copy(view("tls-server-end-point:one"));
  other.application_data = copy(view("tls-server-end-point:other"));
  const struct {
    const ChannelBindings *of_client, *of_server;
    ContextFlags flags;
    bool good;
  } rows[] = {
      {&one, &one, ContextFlags::None, true},
      {&one, nullptr, ContextFlags::None, true},
      {nullptr, &one, ContextFlags::None, false},
      // A client of ours knows of them.
      {nullptr, &one, ContextFlags::AllowMissingBindings, false},
      {&one, &other, ContextFlags::None, false},
      {&one, &other, ContextFlags::AllowMissingBindings, false},
  };
  for (const auto& row : rows) {
    const auto client = world.client(), server = world.server(row.flags);
    const HandshakeResult result = run_handshake(*client, *server, row.of_client, row.of_server);
    EXPECT_EQ(result.both_complete, row.good);
    if (!row.good) {
      EXPECT_EQ(result.server.progress.error().status, Status::BadBindings);
    }
  }
}

TEST(ChannelBinding, MayBeMissingOfWhoKnowsNothingOfThem) {
  KerberosWorld world;
  ChannelBindings bindings;
  bindings.application_data = copy(view("tls-server-end-point:one"));
  const std::string unbound(
      "\x10\0\0\0"
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0",
      24);
  const struct {
    std::string ap_options;
    Status status;
  } rows[] = {
      {"", Status::Ok},
      {std::string("\xFF\xBF\xFF\xFF", 4), Status::Ok},
      {std::string("\0\x40\0\0", 4), Status::BadBindings},
      {std::string("\0\x40", 2), Status::InvalidToken},
  };
  for (const auto& row : rows) {
    for (const auto& covered : {std::optional<std::string>(), std::optional(unbound)}) {
      world.forget_replays();
      const Bytes token = world.made_ap_req({0x8003, covered, row.ap_options});
      const auto server = world.server(ContextFlags::AllowMissingBindings);
      EXPECT_EQ(status_of(server->step({token, &bindings})), row.status);
    }
  }
}

// ---- Refusals -----------------------------------------------------------------------------------

TEST(Refusal, OfAReplayedMessage) {
  KerberosWorld world;
  const auto client = world.client();
  const Bytes token = client->step({}).token;
  ASSERT_TRUE(world.server()->step({token}).progress);
  const StepOutput again = world.server()->step({token});
  EXPECT_EQ(status_of(again), Status::LogonDenied);
  EXPECT_STREQ(why(again), "the client's message was received before");
}

// Without it nobody could tell a replay.
TEST(Refusal, WhenTheReplayCacheCannotBeWritten) {
  KerberosWorld world;
  world.files().variables().set("KRB5RCACHENAME",
                                "file2:" + world.files().path("nowhere") + "/replays");
  const auto client = world.client(), server = world.server();
  const StepOutput refused = run_handshake(*client, *server).server;
  EXPECT_EQ(status_of(refused), Status::InternalError);
  EXPECT_STREQ(why(refused), "the replay cache cannot be written");
}

TEST(Refusal, OfATicketForAnotherServer) {
  KerberosWorld world;
  world.files().make_keytab("other", {kWeb});
  world.files().make_cache(world.cache(), kAlice, {});
  world.add_ticket({kAlice, kWeb, kNow - kHour, kNow + kHour}, "other");
  const auto client = world.client(), server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  EXPECT_EQ(status_of(result.server), Status::LogonDenied);
  ASSERT_FALSE(result.server.token.empty());
  // The client is told, and knows that it is the SPN that leads elsewhere.
  EXPECT_EQ(status_of(client->step({result.server.token})), Status::WrongPrincipal);
}

// Whatever the client awaits, framed or not.
TEST(Refusal, IsUnderstoodAtEachLeg) {
  KerberosWorld world;
  constexpr char kOther[] = "TERMSRV/web.example.test@EXAMPLE.TEST";
  world.files().make_keytab("keytab", {kOther});
  const auto refuser = world.server(ContextFlags::None, kOther);
  const Bytes refusal = refuser->step({world.client()->step({}).token}).token;
  const auto bare = kerberos::parse_gss_token(refusal);
  ASSERT_TRUE(bare);
  const struct {
    ContextFlags flags;
    ByteView answer;
  } rows[] = {{kMutual, refusal},
              {ContextFlags::UseSessionKey, refusal},
              {ContextFlags::UseDceStyle, refusal},
              {ContextFlags::UseDceStyle, bare->message}};
  for (const auto& row : rows) {
    const auto client = world.client(row.flags);
    ASSERT_TRUE(client->step({}).progress);
    EXPECT_EQ(status_of(client->step({row.answer})), Status::WrongPrincipal);
  }
}

TEST(Refusal, OfAnyOtherNameThanTheOneThatWasAcquired) {
  KerberosWorld world;
  constexpr char kOther[] = "TERMSRV/web.example.test@EXAMPLE.TEST";
  world.files().make_keytab("keytab", {kOther});
  const auto client = world.client(), server = world.server(ContextFlags::None, kOther);
  EXPECT_EQ(status_of(run_handshake(*client, *server).server), Status::LogonDenied);
  EXPECT_TRUE(run_handshake(*world.client(), *world.server()).both_complete);
}

// An account has any number of names.
TEST(Kerberos, AnyKeyOfTheServersOpensATicket) {
  KerberosWorld world;
  add_other_ticket(world);
  const auto client = world.client(kAll, kOtherSpn), server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete) << why(result.client) << why(result.server);
}

TEST(Refusal, OfSkewedClocksSaysByHowMuch) {
  KerberosWorld world;
  const auto client = world.client();
  const Bytes token = client->step({}).token;
  for (const std::int64_t ahead : {600, -900}) {
    world.forget_replays();
    world.set_now(kFakeNow + static_cast<FileTime>(ahead) * kSecond);
    const StepOutput refused = world.server()->step({token});
    EXPECT_EQ(status_of(refused), Status::TimeSkew);
    EXPECT_EQ(refused.progress.error().value, -ahead);
    EXPECT_EQ(refused.progress.error().nt_status, nt_status::kTimeDifferenceAtDc);
    if (ahead != 600) continue;
    world.set_now(kFakeNow);
    const StepOutput told = client->step({refused.token});
    EXPECT_EQ(status_of(told), Status::TimeSkew);
    EXPECT_EQ(told.progress.error().value, ahead);
  }
}

TEST(Refusal, OfATicketThatHasExpired) {
  KerberosWorld world;
  world.files().make_cache(world.cache(), kAlice, {});
  world.add_ticket({kAlice, kWeb, kNow - kHour, kNow + 60});
  const auto client = world.client();
  const Bytes token = client->step({}).token;
  world.set_now(kFakeNow + 400 * kSecond);
  const Status status = status_of(world.server()->step({token}));
  EXPECT_TRUE(status == Status::ContextExpired || status == Status::TimeSkew);
}

TEST(Refusal, OfTicketsThatProveNobody) {
  const struct {
    krb5_flags flags;
    const char* why;
  } rows[] = {{TKT_FLG_ANONYMOUS, "the client's ticket is anonymous"},
              {TKT_FLG_INVALID, "the ticket is not validated yet"}};
  for (const auto& row : rows) {
    KerberosWorld world;
    world.files().make_cache(world.cache(), kAlice, {});
    world.add_ticket(
        {kAlice, kWeb, kNow - kHour, kNow + kHour, ENCTYPE_AES256_CTS_HMAC_SHA1_96, row.flags});
    const auto client = world.client(), server = world.server();
    const HandshakeResult result = run_handshake(*client, *server);
    EXPECT_EQ(status_of(result.server), Status::LogonDenied);
    EXPECT_STREQ(why(result.server), row.why);
  }
}

// Samba's clients have one that is not GSSAPI's, Windows takes those that have none.
TEST(Refusal, OfAChecksumThatIsNotOfNothing) {
  KerberosWorld world;
  const struct {
    MadeRequest request;
    Status status;
  } rows[] = {
      {{0, std::nullopt}, Status::Ok},
      {{0, ""}, Status::Ok},
      {{0, "something"}, Status::MessageAltered},
      {{CKSUMTYPE_HMAC_SHA1_96_AES256, ""}, Status::Ok},
      {{CKSUMTYPE_HMAC_SHA1_96_AES256, "something"}, Status::MessageAltered},
      {{0x8003, "something"}, Status::InvalidToken},
  };
  for (const auto& row : rows) {
    world.forget_replays();
    EXPECT_EQ(status_of(world.server()->step({world.made_ap_req(row.request)})), row.status);
  }
}

TEST(Refusal, OfEachByteFlipped) {
  KerberosWorld world;
  const auto client = world.client();
  const Bytes token = client->step({}).token;
  for (std::size_t at = 0; at < token.size(); ++at) {
    Bytes bad = token;
    bad[at] ^= 0x10;
    const auto server = world.server();
    const StepOutput output = server->step({bad});
    EXPECT_NE(status_of(output), Status::InternalError) << at;
    if (output.progress) {
      // Neither the OID's kind nor what the ticket says outside is sealed.
      EXPECT_EQ(attribute<Names>(*server, AttributeId::Names).user, kAlice) << at;
    }
    EXPECT_FALSE(world.server()->step({ByteView(token).first(at)}).progress) << at;
  }
}

TEST(Refusal, OfWhatIsNoMessageSaysNothingToTheClient) {
  KerberosWorld world;
  const Bytes whole = world.made_ap_req({});
  const Bytes empty = from_hex("6E023000");
  for (const ByteView message : {ByteView(whole).first(whole.size() - 1), ByteView(empty)}) {
    for (const bool framed : {false, true}) {
      const Bytes token = framed ? kerberos::write_gss_token({kerberos::oid::kKerberos,
                                                              kerberos::TokenId::ApReq, message})
                                 : copy(message);
      const StepOutput refused = world.server()->step({token});
      EXPECT_EQ(status_of(refused), Status::InvalidToken);
      EXPECT_STREQ(why(refused), "not a message of Kerberos");
      EXPECT_TRUE(refused.token.empty());
    }
  }
}

TEST(Refusal, OfEachByteOfTheAnswerFlipped) {
  KerberosWorld world;
  for (std::size_t at = 0; at < 200; ++at) {
    const auto client = world.client(), server = world.server();
    const Bytes request = client->step({}).token;
    Bytes answer = server->step({request}).token;
    if (at >= answer.size()) break;
    answer[at] ^= 0x10;
    // What nothing seals says nothing, such as the version.
    if (client->step({answer}).progress) exchange_messages(*client, *server);
  }
}

TEST(Refusal, OfWhatIsOutOfTurn) {
  KerberosWorld world;
  const auto client = world.client(), server = world.server();
  EXPECT_EQ(status_of(client->step({copy(view("first"))})), Status::OutOfSequence);
  EXPECT_EQ(status_of(client->step({})), Status::OutOfSequence);
  EXPECT_EQ(status_of(server->step({})), Status::InvalidToken);
  EXPECT_EQ(status_of(server->step({})), Status::OutOfSequence);
  const auto again = world.client(), other = world.server();
  ASSERT_TRUE(run_handshake(*again, *other).both_complete);
  EXPECT_EQ(status_of(again->step({})), Status::OutOfSequence);
}

TEST(Refusal, OfATargetWithoutATicket) {
  KerberosWorld world;
  EXPECT_EQ(status_of(world.client(kAll, "")->step({})), Status::TargetUnknown);
  EXPECT_EQ(status_of(world.client(kAll, "a@b@c")->step({})), Status::TargetUnknown);
  EXPECT_FALSE(world.client(kAll, "HTTP/other.example.test")->step({}).progress);
}

}  // namespace
}  // namespace opensspi::test
