// NEGOEX ([MS-NEGOEX]), which Windows 10 and 11 put first where no Kerberos is to be had, with an
// optimistic token of its own. Nobody here speaks it: the next mechanism is taken, and the list,
// whose first choice was passed over, protected. The token is that of [MS-SPNG] 4.
#include <gtest/gtest.h>

#include "support/vectors.h"
#include "world.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::NegTokenInit;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

class NegoEx : public testing::Test {
 protected:
  [[nodiscard]] Bytes vector(const char* name) { return vectors_.front().bytes(name); }

  // Whatever the client's first token is of, it is NEGOEX's.
  void put_token(std::size_t number, Bytes& message) {
    if (number != 0) return;
    const Bytes token = vector("MechToken");
    ASSERT_TRUE(equal(ByteView(token).first(8), view("NEGOEXTS")));
    NegTokenInit init = *parse_neg_token_init(message);
    init.mech_token = token;
    message = negotiate::write(init);
  }

  NegotiateWorld world_;
  std::vector<Vectors> vectors_ = Vectors::sections("spnego/ms_spng.txt");
  FakeMechanism negoex_{{.name = "NEGOEX", .oids = {copy(negotiate::oid::kNegoEx)}}};
  FakeMechanism kerberos_{
      {.name = "Kerberos",
       .oids = {copy(negotiate::oid::kMsKerberos), copy(negotiate::oid::kKerberos)},
       .num_tokens = 2}};
};

TEST_F(NegoEx, IsDeclinedForNtlm) {
  const auto client = world_.client(kPassword, kWanted, {&negoex_});
  const auto server = world_.server({&kerberos_});
  const HandshakeResult result =
      run_handshake(*client, *server, nullptr, nullptr,
                    [this](std::size_t number, Bytes& message) { put_token(number, message); });
  ASSERT_TRUE(result.both_complete);
  EXPECT_EQ(to_hex(parse_neg_token_init(result.tokens[0])->mech_types_der),
            "3018060a2b06010401823702021e060a2b06010401823702020a");
  const auto selected = parse_neg_token_resp(result.tokens[1]);
  ASSERT_TRUE(selected) << selected.error().why;
  EXPECT_EQ(selected->neg_state, NegState::RequestMic);
  EXPECT_TRUE(equal(selected->supported_mech.value(), negotiate::oid::kNtlm));
  EXPECT_FALSE(selected->response_token || selected->mech_list_mic);
  EXPECT_TRUE(parse_neg_token_resp(result.tokens[4])->mech_list_mic);
  EXPECT_TRUE(parse_neg_token_resp(result.tokens[5])->mech_list_mic);
}

TEST_F(NegoEx, IsDeclinedForKerberos) {
  const auto client = world_.client(kPassword, kWanted, {&negoex_, &kerberos_});
  const auto server = world_.server({&kerberos_});
  const HandshakeResult result =
      run_handshake(*client, *server, nullptr, nullptr,
                    [this](std::size_t number, Bytes& message) { put_token(number, message); });
  ASSERT_TRUE(result.both_complete);
  const auto selected = parse_neg_token_resp(result.tokens[1]);
  ASSERT_TRUE(selected) << selected.error().why;
  EXPECT_EQ(selected->neg_state, NegState::RequestMic);
  EXPECT_TRUE(equal(selected->supported_mech.value(), negotiate::oid::kMsKerberos));
}

TEST_F(NegoEx, IsAllThatAClientOffersToNoEnd) {
  NegTokenInit init;
  const Bytes list = negotiate::write_mech_types(std::vector<ByteView>{negotiate::oid::kNegoEx});
  const Bytes token = vector("MechToken");
  init.mech_types_der = list;
  init.mech_token = token;
  const Bytes message = negotiate::write(init);
  const StepOutput out = world_.server()->step({message});
  EXPECT_EQ(status_of(out), Status::InvalidToken);
  EXPECT_EQ(to_hex(out.token), "a1073005a0030a0102");  // reject
}

TEST_F(NegoEx, InAServersHintChangesNothing) {
  const Bytes hint = vector("Token");
  const auto client = world_.client();
  const StepOutput offer = client->step({hint});
  ASSERT_TRUE(offer.progress) << offer.progress.error().why;
  const auto init = parse_neg_token_init(offer.token);
  ASSERT_TRUE(init) << init.error().why;
  EXPECT_EQ(to_hex(init->mech_types_der), "300c060a2b06010401823702020a");
  EXPECT_FALSE(init->neg_hints);
  const auto server = world_.server();
  const StepOutput challenge = server->step({offer.token});
  const StepOutput authenticate = client->step({challenge.token});
  const StepOutput accepted = server->step({authenticate.token});
  EXPECT_EQ(client->step({accepted.token}).progress, Progress::Complete);
}

}  // namespace
}  // namespace opensspi::test
