// What a man in the middle can do to SPNEGO over NTLM: nothing after which both sides believe in
// the logon, but for what the rows of kHarmless say.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "world.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::NegTokenInit;
using negotiate::NegTokenResp;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

using Tamper = std::function<void(std::size_t, Bytes&)>;

// The messages by number.
constexpr std::size_t kOffer = 0, kChallenge = 1, kAuthenticate = 2, kAccepted = 3,
                      kNumMessages = 4;

class SpnegoTampering : public testing::Test {
 protected:
  HandshakeResult run(const Tamper& tamper) {
    const auto client = world.client();
    const auto server = world.server();
    return run_handshake(*client, *server, nullptr, nullptr, tamper);
  }

  HandshakeResult run_with(std::size_t wanted, const std::function<void(NegTokenResp&)>& change) {
    return run([&](std::size_t number, Bytes& token) {
      if (number != wanted) return;
      NegTokenResp message = parse_neg_token_resp(token).value();
      change(message);
      token = negotiate::write(message);
    });
  }

  // The client's first message with another list in it.
  HandshakeResult run_with_list(const std::vector<ByteView>& oids) {
    return run([&](std::size_t number, Bytes& token) {
      if (number != kOffer) return;
      NegTokenInit init = parse_neg_token_init(token).value();
      const Bytes list = negotiate::write_mech_types(oids);
      init.mech_types_der = list;
      token = negotiate::write(init);
    });
  }

  NegotiateWorld world;
  const HandshakeResult honest = run([](std::size_t, Bytes&) {});
};

TEST_F(SpnegoTampering, NoneIsALogon) {
  EXPECT_TRUE(honest.both_complete);
  EXPECT_EQ(honest.tokens.size(), kNumMessages);
}

// A negState that reads otherwise, and both sides complete all the same.
struct Harmless {
  std::size_t message;
  NegState state;
  const char* reason;
};
constexpr Harmless kHarmless[] = {
    {kChallenge, NegState::RequestMic, "asks for the MICs that NTLM asks for anyway"},
    {kAuthenticate, NegState::AcceptCompleted, "of a client's negState only reject counts"},
};

bool is_harmless(std::size_t message, ByteView token) {
  const auto resp = parse_neg_token_resp(token);
  return resp && std::ranges::any_of(kHarmless, [&](const Harmless& row) {
           return row.message == message && row.state == resp->neg_state;
         });
}

TEST_F(SpnegoTampering, EveryFlippedByteIsRefused) {
  std::size_t num_harmless = 0;
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    for (std::size_t offset = 0; offset < honest.tokens[message].size(); ++offset) {
      for (const int bits : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF}) {
        Bytes changed;
        const HandshakeResult flipped = run([&](std::size_t number, Bytes& token) {
          if (number != message) return;
          token[offset] = static_cast<std::uint8_t>(token[offset] ^ bits);
          changed = token;
        });
        const bool harmless = is_harmless(message, changed);
        if (harmless) ++num_harmless;
        EXPECT_EQ(flipped.both_complete, harmless)
            << "message " << message << " offset " << offset << " bits " << bits;
      }
    }
  }
  EXPECT_EQ(num_harmless, std::size(kHarmless));
}

TEST_F(SpnegoTampering, EveryCutIsRefused) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    for (std::size_t size = 0; size < honest.tokens[message].size(); ++size) {
      const HandshakeResult cut = run([&](std::size_t number, Bytes& token) {
        if (number == message) token.resize(size);
      });
      EXPECT_FALSE(cut.both_complete) << "message " << message << " cut to " << size;
    }
  }
}

TEST_F(SpnegoTampering, BytesBehindAMessageAreRefused) {
  for (std::size_t message = 0; message < kNumMessages; ++message) {
    const HandshakeResult longer = run([&](std::size_t number, Bytes& token) {
      if (number == message) token.push_back(0);
    });
    EXPECT_FALSE(longer.both_complete) << message;
  }
}

// Any message of an earlier logon, or of this one, in the place of any other.
TEST_F(SpnegoTampering, EveryReplayIsRefused) {
  for (std::size_t place = 0; place < kNumMessages; ++place) {
    for (std::size_t replayed = 0; replayed < kNumMessages; ++replayed) {
      const HandshakeResult earlier = run([&](std::size_t number, Bytes& token) {
        if (number == place) token = honest.tokens[replayed];
      });
      // The client's first message is the same in every logon.
      const bool same = place == kOffer && replayed == kOffer;
      EXPECT_EQ(earlier.both_complete, same) << replayed << " of another logon as " << place;
      if (replayed >= place) continue;
      std::vector<Bytes> heard;
      const HandshakeResult own = run([&](std::size_t number, Bytes& token) {
        heard.push_back(token);
        if (number == place) token = heard[replayed];
      });
      EXPECT_FALSE(own.both_complete) << replayed << " again as " << place;
    }
  }
}

TEST_F(SpnegoTampering, AMessageTwiceIsRefused) {
  const auto client = world.client();
  const auto server = world.server();
  const HandshakeResult result = run_handshake(*client, *server);
  ASSERT_TRUE(result.both_complete);
  EXPECT_EQ(status_of(client->step({result.tokens[kAccepted]})), Status::OutOfSequence);
  EXPECT_EQ(status_of(server->step({result.tokens[kAuthenticate]})), Status::OutOfSequence);
}

TEST_F(SpnegoTampering, AnEditedListIsRefusedByTheServer) {
  using negotiate::oid::kKerberos;
  using negotiate::oid::kNegoEx;
  using negotiate::oid::kNtlm;
  EXPECT_EQ(status_of(run_with_list({kNtlm, kKerberos}).server), Status::MessageAltered);
  EXPECT_EQ(status_of(run_with_list({kNtlm, kNtlm}).server), Status::MessageAltered);
  // Not the first any more: the optimistic token is passed over, the client sees request-mic with
  // no CHALLENGE for the mechanism that it put first.
  EXPECT_EQ(status_of(run_with_list({kNegoEx, kNtlm}).client), Status::InvalidToken);
  EXPECT_EQ(status_of(run_with_list({kKerberos}).server), Status::InvalidToken);
  EXPECT_EQ(status_of(run_with_list({}).server), Status::InvalidToken);
}

TEST_F(SpnegoTampering, AListWithoutItsFirstChoiceIsRefused) {
  FakeMechanism kerberos{{.name = "Kerberos", .oids = {copy(negotiate::oid::kKerberos)}}};
  const auto client = world.client(kPassword, kWanted, {&kerberos});
  const auto server = world.server({&kerberos});
  const HandshakeResult result =
      run_handshake(*client, *server, nullptr, nullptr, [](std::size_t number, Bytes& token) {
        if (number != kOffer) return;
        NegTokenInit init;
        const Bytes list =
            negotiate::write_mech_types(std::vector<ByteView>{negotiate::oid::kNtlm});
        init.mech_types_der = list;
        token = negotiate::write(init);
      });
  EXPECT_FALSE(result.both_complete);
  EXPECT_EQ(status_of(result.server), Status::MessageAltered);
}

TEST_F(SpnegoTampering, StrippedMicsAreRefused) {
  const auto strip = [](NegTokenResp& message) { message.mech_list_mic.reset(); };
  const HandshakeResult of_client = run_with(kAuthenticate, strip);
  EXPECT_EQ(status_of(of_client.server), Status::InvalidToken);
  EXPECT_EQ(to_hex(of_client.server.token), "a1073005a0030a0102");
  EXPECT_EQ(status_of(run_with(kAccepted, strip).client), Status::InvalidToken);
}

TEST_F(SpnegoTampering, ReflectedAndForeignMicsAreRefused) {
  const Bytes other = copy(*parse_neg_token_resp(honest.tokens[kAccepted])->mech_list_mic);
  EXPECT_EQ(
      status_of(run_with(kAccepted, [&](NegTokenResp& m) { m.mech_list_mic = other; }).client),
      Status::MessageAltered);
  Bytes clients_own;
  const HandshakeResult reflected = run([&](std::size_t number, Bytes& token) {
    if (number == kAuthenticate) clients_own = copy(*parse_neg_token_resp(token)->mech_list_mic);
    if (number != kAccepted) return;
    NegTokenResp message = parse_neg_token_resp(token).value();
    message.mech_list_mic = clients_own;
    token = negotiate::write(message);
  });
  EXPECT_EQ(status_of(reflected.client), Status::MessageAltered);
}

TEST_F(SpnegoTampering, AMechanismThatWasNotOfferedIsRefused) {
  EXPECT_EQ(
      status_of(run_with(kChallenge,
                         [](NegTokenResp& m) { m.supported_mech = negotiate::oid::kKerberos; })
                    .client),
      Status::InvalidToken);
}

// The server is told that its client speaks bare NTLM: it believes in the logon, the client, who
// waits for a MIC, does not.
TEST_F(SpnegoTampering, SpnegoTakenOffIsRefusedByTheClient) {
  const auto client = world.client();
  const auto server = world.server();
  const HandshakeResult result =
      run_handshake(*client, *server, nullptr, nullptr, [](std::size_t number, Bytes& token) {
        if (number == kOffer) {
          token = copy(*parse_neg_token_init(token)->mech_token);
        } else if (number == kChallenge) {
          NegTokenResp message;
          const Bytes challenge = token;
          message.neg_state = NegState::AcceptIncomplete;
          message.supported_mech = negotiate::oid::kNtlm;
          message.response_token = challenge;
          token = negotiate::write(message);
        } else {
          token = copy(*parse_neg_token_resp(token)->response_token);
        }
      });
  EXPECT_FALSE(result.both_complete);
  EXPECT_EQ(result.server.progress, Progress::Complete);
  const Bytes forged = negotiate::write(NegTokenResp{.neg_state = NegState::AcceptCompleted});
  EXPECT_EQ(status_of(client->step({forged})), Status::InvalidToken);
}

}  // namespace
}  // namespace opensspi::test
