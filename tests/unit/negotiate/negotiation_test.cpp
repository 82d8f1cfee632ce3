// Both sides over fake mechanisms: which one they find, and that nobody between them decides it.
#include "negotiate/negotiation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "sides.h"

namespace opensspi::test {
namespace {

using negotiate::NegTokenInit;
using negotiate::NegTokenResp;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

using Mechanisms = std::vector<const SecurityPackage*>;
using Tamper = std::function<void(std::size_t, Bytes&)>;

HandshakeResult shake(
    const Mechanisms& client, const Mechanisms& server,
    const Tamper& tamper = [](std::size_t, Bytes&) {}) {
  const auto initiator = make_side(Role::Client, client);
  const auto acceptor = make_side(Role::Server, server);
  return run_handshake(*initiator, *acceptor, nullptr, nullptr, tamper);
}

// Replaces the list in the client's first message.
Tamper with_list(std::vector<ByteView> oids, std::string mech_token) {
  return [=](std::size_t number, Bytes& token) {
    if (number != 0) return;
    NegTokenInit init;
    const Bytes list = negotiate::write_mech_types(oids);
    init.mech_types_der = list;
    init.mech_token = view(mech_token);
    token = negotiate::write(init);
  };
}

class NegotiationTest : public testing::Test {
 protected:
  FakeMechanism a_{{.name = "A", .oids = {kOidA}}};
  FakeMechanism b_{{.name = "B", .oids = {kOidB}}};
  FakeMechanism open_{{.name = "C", .oids = {kOidC}, .integrity = false}};
};

TEST_F(NegotiationTest, FindsTheMechanismThatBothHave) {
  EXPECT_TRUE(shake({&a_, &b_}, {&b_, &a_}).both_complete);
  EXPECT_TRUE(shake({&a_, &b_}, {&b_}).both_complete);
  EXPECT_TRUE(shake({&b_, &open_}, {&open_}).both_complete);
  EXPECT_TRUE(shake({&open_, &b_}, {&b_}).both_complete);
}

TEST_F(NegotiationTest, EndsWithoutACommonMechanism) {
  const HandshakeResult result = shake({&a_}, {&b_});
  EXPECT_TRUE(failed_with(result.server, Status::InvalidToken));
  const auto reply = parse_neg_token_resp(result.server.token);
  ASSERT_TRUE(reply) << reply.error().why;
  EXPECT_EQ(reply->neg_state, negotiate::NegState::Reject);
}

// However many tokens a mechanism has, and whether or not it insists on MICs.
TEST_F(NegotiationTest, WorksForMechanismsOfAnyLength) {
  for (int num_tokens = 1; num_tokens <= 6; ++num_tokens) {
    for (const bool mic_required : {false, true}) {
      FakeMechanism mechanism{
          {.name = "C", .oids = {kOidC}, .num_tokens = num_tokens, .mic_required = mic_required}};
      SCOPED_TRACE(std::to_string(num_tokens) + (mic_required ? " with MIC" : ""));
      EXPECT_TRUE(shake({&mechanism}, {&mechanism}).both_complete);
      const HandshakeResult second = shake({&a_, &mechanism}, {&mechanism});
      EXPECT_TRUE(second.both_complete);
      const auto num_with_mic = std::ranges::count_if(second.tokens, [](const Bytes& token) {
        const auto message = parse_neg_token_resp(token);
        return message && message->mech_list_mic;
      });
      EXPECT_EQ(num_with_mic, 2);
    }
  }
}

TEST_F(NegotiationTest, NobodyTakesTheFirstChoiceOffTheList) {
  const HandshakeResult result = shake({&a_, &b_}, {&a_, &b_}, with_list({kOidB}, "B 1"));
  EXPECT_FALSE(result.both_complete);
  // The server had B as the first choice and needs no MIC for it; the client knows better.
  EXPECT_TRUE(failed_with(result.client, Status::InvalidToken));
}

TEST_F(NegotiationTest, NobodyReordersTheList) {
  const Tamper swap = with_list({kOidB, kOidA}, "");
  EXPECT_FALSE(shake({&a_, &b_}, {&a_, &b_}, swap).both_complete);
  const Tamper swap_without_token = [](std::size_t number, Bytes& token) {
    if (number != 0) return;
    const Bytes list = negotiate::write_mech_types(std::vector<ByteView>{kOidB, kOidA});
    NegTokenInit init;
    init.mech_types_der = list;
    token = negotiate::write(init);
  };
  const HandshakeResult result = shake({&a_, &b_}, {&a_, &b_}, swap_without_token);
  EXPECT_TRUE(failed_with(result.server, Status::MessageAltered));
}

TEST_F(NegotiationTest, NobodyAddsToTheListOfAMechanismThatInsists) {
  FakeMechanism insists{{.name = "A", .oids = {kOidA}, .mic_required = true}};
  const HandshakeResult result =
      shake({&insists, &b_}, {&insists, &b_}, with_list({kOidA, kOidB, kOidC}, "A 1"));
  EXPECT_TRUE(failed_with(result.server, Status::MessageAltered));
}

TEST_F(NegotiationTest, NobodyStripsTheMics) {
  const Tamper strip = [](std::size_t number, Bytes& token) {
    if (number == 0) return;
    auto message = *parse_neg_token_resp(token);
    message.mech_list_mic.reset();
    token = negotiate::write(message);
  };
  FakeMechanism insists{{.name = "A", .oids = {kOidA}, .mic_required = true}};
  EXPECT_FALSE(shake({&insists}, {&insists}, strip).both_complete);
  EXPECT_FALSE(shake({&a_, &b_}, {&b_}, strip).both_complete);
}

// RFC 4178 5 leaves a mechanism without integrity unprotected; who offers one takes that risk.
TEST_F(NegotiationTest, AListWithAMechanismWithoutIntegrityCanBeCutDownToIt) {
  EXPECT_TRUE(shake({&a_, &open_}, {&a_, &open_}, [](std::size_t number, Bytes& token) {
                if (number != 0) return;
                const Bytes list = negotiate::write_mech_types(std::vector<ByteView>{kOidC});
                NegTokenInit init;
                init.mech_types_der = list;
                token = negotiate::write(init);
              }).both_complete);
}

}  // namespace
}  // namespace opensspi::test
