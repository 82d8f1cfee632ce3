// The acceptor against a client made by hand, message by message.
#include "negotiate/acceptor.h"

#include <gtest/gtest.h>

#include <deque>

#include "sides.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::NegTokenInit;
using negotiate::NegTokenResp;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

class AcceptorTest : public testing::Test {
 protected:
  // The first message: these mechanisms, and a token for the first of them.
  StepOutput offer(const std::vector<ByteView>& oids, std::optional<ByteView> mech_token,
                   std::optional<ByteView> mic = std::nullopt) {
    list_ = negotiate::write_mech_types(oids);
    NegTokenInit init;
    init.mech_types_der = list_;
    init.mech_token = mech_token;
    init.mech_list_mic = mic;
    const Bytes token = negotiate::write(init);
    return side_->step({token});
  }
  StepOutput send(const NegTokenResp& message) {
    const Bytes token = resp(message);
    return side_->step({token});
  }
  // A view of the answer, which is kept.
  NegTokenResp answer_in(const StepOutput& out) {
    kept_.push_back(out.token);
    const auto parsed = parse_neg_token_resp(kept_.back());
    EXPECT_TRUE(parsed) << parsed.error().why;
    return parsed.value_or(NegTokenResp{});
  }
  static testing::AssertionResult rejected(const StepOutput& out, Status status) {
    if (const auto failed = failed_with(out, status); !failed) return failed;
    if (out.token == resp({.neg_state = NegState::Reject})) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "no plain reject: " << to_hex(out.token);
  }
  void accept_with(std::vector<const SecurityPackage*> mechanisms) {
    side_ = make_side(Role::Server, std::move(mechanisms));
  }
  [[nodiscard]] Bytes server_mic() const { return FakeContext::mic(Role::Server, list_); }
  [[nodiscard]] Bytes client_mic() const { return FakeContext::mic(Role::Client, list_); }

  FakeMechanism a_{{.name = "A", .oids = {kOidA}}};
  FakeMechanism b_{{.name = "B", .oids = {kOidB}}};
  FakeMechanism insists_{{.name = "A", .oids = {kOidA}, .mic_required = true}};
  FakeMechanism one_leg_{{.name = "A", .oids = {kOidA}, .num_tokens = 1}};
  FakeMechanism open_{{.name = "B", .oids = {kOidB}, .integrity = false}};
  std::unique_ptr<Context> side_;
  Bytes list_;
  std::deque<Bytes> kept_;
  const Bytes a1_ = text("A 1"), a3_ = text("A 3"), b1_ = text("B 1"), b3_ = text("B 3");
  const Bytes bad_mic_ = text("bad");
};

TEST_F(AcceptorTest, AnswersTheOptimisticTokenOfTheFirstChoice) {
  accept_with({&b_, &a_});  // its own preference does not count
  const StepOutput out = offer({kOidA, kOidB}, a1_);
  EXPECT_TRUE(went(out, Progress::ContinueNeeded));
  const NegTokenResp answer = answer_in(out);
  EXPECT_EQ(answer.neg_state, NegState::AcceptIncomplete);
  EXPECT_TRUE(equal(answer.supported_mech.value(), kOidA));
  EXPECT_TRUE(equal(answer.response_token.value(), view("A 2")));
  EXPECT_FALSE(answer.mech_list_mic);
  EXPECT_TRUE(equal(a_.witness().requests.back().mechanism_oid, kOidA));
}

TEST_F(AcceptorTest, CompletesWithoutMicsWhereNobodyWantsThem) {
  accept_with({&a_});
  offer({kOidA, kOidB}, a1_);
  const StepOutput end = send({.response_token = a3_});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_EQ(to_hex(end.token), to_hex(resp({.neg_state = NegState::AcceptCompleted})));
  EXPECT_TRUE(failed_with(send({.response_token = a3_}), Status::OutOfSequence));
}

TEST_F(AcceptorTest, NamesTheMechanismOnlyInItsFirstReply) {
  FakeMechanism long_one{{.name = "A", .oids = {kOidA}, .num_tokens = 5}};
  accept_with({&long_one});
  offer({kOidA}, a1_);
  EXPECT_FALSE(answer_in(send({.response_token = a3_})).supported_mech);
}

TEST_F(AcceptorTest, EchoesTheOidThatTheClientUsed) {
  FakeMechanism two_names{{.name = "A", .oids = {kOidA, kOidB}}};
  accept_with({&two_names});
  EXPECT_TRUE(equal(answer_in(offer({kOidB, kOidA}, a1_)).supported_mech.value(), kOidB));
}

TEST_F(AcceptorTest, WaitsForATokenWhenTheOfferHasNone) {
  accept_with({&a_});
  const NegTokenResp answer = answer_in(offer({kOidA}, std::nullopt));
  EXPECT_EQ(answer.neg_state, NegState::AcceptIncomplete);
  EXPECT_FALSE(answer.response_token);
  EXPECT_TRUE(equal(answer_in(send({.response_token = a1_})).response_token.value(), view("A 2")));
}

TEST_F(AcceptorTest, RequestsMicsForASecondChoiceAndIgnoresTheOptimisticToken) {
  accept_with({&b_});
  const NegTokenResp answer =
      answer_in(offer({negotiate::oid::kNegoEx, kOidA, kOidB}, text("for NegoEx")));
  EXPECT_EQ(answer.neg_state, NegState::RequestMic);
  EXPECT_TRUE(equal(answer.supported_mech.value(), kOidB));
  EXPECT_FALSE(answer.response_token);
  EXPECT_TRUE(equal(answer_in(send({.response_token = b1_})).response_token.value(), view("B 2")));
  const StepOutput end = send({.response_token = b3_, .mech_list_mic = client_mic()});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_EQ(answer_in(end).neg_state, NegState::AcceptCompleted);
  EXPECT_TRUE(equal(answer_in(end).mech_list_mic.value(), server_mic()));
}

TEST_F(AcceptorTest, RefusesASecondChoiceWithoutMic) {
  accept_with({&b_});
  offer({kOidA, kOidB}, a1_);
  send({.response_token = b1_});
  EXPECT_TRUE(rejected(send({.response_token = b3_}), Status::InvalidToken));
}

TEST_F(AcceptorTest, RefusesAMissingMicThatTheMechanismInsistsOn) {
  accept_with({&insists_});
  offer({kOidA}, a1_);
  EXPECT_TRUE(rejected(send({.response_token = a3_}), Status::InvalidToken));
  EXPECT_TRUE(failed_with(send({.response_token = a3_}), Status::OutOfSequence));
}

TEST_F(AcceptorTest, RefusesAWrongMicEvenWhenNobodyAskedForIt) {
  for (const FakeMechanism* mechanism : {&insists_, &a_}) {
    accept_with({mechanism});
    offer({kOidA}, a1_);
    EXPECT_TRUE(
        rejected(send({.response_token = a3_, .mech_list_mic = bad_mic_}), Status::MessageAltered));
  }
}

TEST_F(AcceptorTest, MakesItsMicOverTheListAsItWasWritten) {
  accept_with({&insists_});
  list_ = from_hex("308105 0681022a01");  // lengths longer than need be
  NegTokenInit init;
  init.mech_types_der = list_;
  init.mech_token = a1_;
  const Bytes token = negotiate::write(init);
  ASSERT_TRUE(went(side_->step({token}), Progress::ContinueNeeded));
  EXPECT_TRUE(
      went(send({.response_token = a3_, .mech_list_mic = client_mic()}), Progress::Complete));
}

TEST_F(AcceptorTest, ExchangesMicsAfterASingleToken) {
  FakeMechanism insists{{.name = "A", .oids = {kOidA}, .num_tokens = 1, .mic_required = true}};
  accept_with({&insists});
  const StepOutput out = offer({kOidA}, a1_);
  EXPECT_TRUE(went(out, Progress::ContinueNeeded));
  EXPECT_EQ(answer_in(out).neg_state, NegState::AcceptIncomplete);
  EXPECT_TRUE(equal(answer_in(out).mech_list_mic.value(), server_mic()));
  const StepOutput end =
      send({.neg_state = NegState::AcceptCompleted, .mech_list_mic = client_mic()});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_TRUE(end.token.empty());
}

TEST_F(AcceptorTest, ExchangesMicsAfterItsOwnLastToken) {
  FakeMechanism insists{{.name = "A", .oids = {kOidA}, .num_tokens = 2, .mic_required = true}};
  for (const bool good : {true, false}) {
    accept_with({&insists});
    const NegTokenResp answer = answer_in(offer({kOidA}, a1_));
    EXPECT_EQ(answer.neg_state, NegState::AcceptIncomplete);
    EXPECT_TRUE(equal(answer.response_token.value(), view("A 2")));
    EXPECT_TRUE(equal(answer.mech_list_mic.value(), server_mic()));
    if (good) {
      EXPECT_TRUE(went(send({.mech_list_mic = client_mic()}), Progress::Complete));
    } else {
      EXPECT_TRUE(rejected(send({.neg_state = NegState::AcceptCompleted}), Status::InvalidToken));
    }
  }
}

TEST_F(AcceptorTest, RefusesAnotherTokenWhenOnlyTheMicIsDue) {
  FakeMechanism insists{{.name = "A", .oids = {kOidA}, .num_tokens = 2, .mic_required = true}};
  accept_with({&insists});
  offer({kOidA}, a1_);
  EXPECT_TRUE(
      rejected(send({.response_token = a3_, .mech_list_mic = client_mic()}), Status::InvalidToken));
}

TEST_F(AcceptorTest, CompletesAfterASingleToken) {
  accept_with({&one_leg_});
  const StepOutput end = offer({kOidA}, a1_);
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_EQ(answer_in(end).neg_state, NegState::AcceptCompleted);
  EXPECT_TRUE(equal(answer_in(end).supported_mech.value(), kOidA));
}

TEST_F(AcceptorTest, ChecksAMicThatCameWithASingleToken) {
  accept_with({&one_leg_});
  list_ = negotiate::write_mech_types(std::vector<ByteView>{kOidA});
  const Bytes good = client_mic();
  EXPECT_TRUE(went(offer({kOidA}, a1_, good), Progress::Complete));
  accept_with({&one_leg_});
  EXPECT_TRUE(rejected(offer({kOidA}, a1_, bad_mic_), Status::MessageAltered));
}

TEST_F(AcceptorTest, IgnoresAMicThatCameBeforeAnyKeys) {
  accept_with({&a_});
  EXPECT_TRUE(went(offer({kOidA}, a1_, bad_mic_), Progress::ContinueNeeded));
}

TEST_F(AcceptorTest, UsesNoMicWithAMechanismWithoutIntegrity) {
  accept_with({&open_});
  offer({kOidA, kOidB}, a1_);
  send({.response_token = b1_});
  const StepOutput end = send({.response_token = b3_});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_FALSE(answer_in(end).mech_list_mic);
}

TEST_F(AcceptorTest, RejectsWhatItCannotDo) {
  accept_with({&a_});
  EXPECT_TRUE(rejected(offer({kOidB, kOidC}, b1_), Status::InvalidToken));
  accept_with({&a_});
  EXPECT_TRUE(rejected(offer({}, b1_), Status::InvalidToken));
}

TEST_F(AcceptorTest, PassesOverAMechanismWhoseCredentialIsNotGoodForIt) {
  FakeMechanism no_key{{.name = "A", .oids = {kOidA}, .context_fails = Status::NoCredentials}};
  accept_with({&no_key, &b_});
  EXPECT_TRUE(equal(answer_in(offer({kOidA, kOidB}, a1_)).supported_mech.value(), kOidB));
}

TEST_F(AcceptorTest, TellsThatTheOneOfferedIsRefused) {
  FakeMechanism barred{
      {.name = "B", .oids = {kOidB}, .acquire_fails = Status::UnsupportedFunction}};
  accept_with({&a_, &barred});
  EXPECT_TRUE(rejected(offer({kOidB}, b1_), Status::UnsupportedFunction));
  accept_with({&a_, &barred});
  EXPECT_TRUE(equal(answer_in(offer({kOidB, kOidA}, b1_)).supported_mech.value(), kOidA));
}

TEST_F(AcceptorTest, HintsOnlyAtWhatItCanDo) {
  FakeMechanism no_key{{.name = "A", .oids = {kOidA}, .context_fails = Status::NoCredentials}};
  accept_with({&no_key, &b_});
  const StepOutput out = side_->step({});
  const auto init = parse_neg_token_init(out.token);
  ASSERT_TRUE(init) << init.error().why;
  ASSERT_EQ(init->mech_types.size(), 1U);
  EXPECT_TRUE(equal(init->mech_types[0], kOidB));
  accept_with({&no_key});
  EXPECT_TRUE(failed_with(side_->step({}), Status::NoCredentials));
}

TEST_F(AcceptorTest, RejectsWithWhatItsMechanismHasToTell) {
  FakeMechanism talks{{.name = "A", .oids = {kOidA}, .refusal_token = "why"}};
  accept_with({&talks});
  const StepOutput out = offer({kOidA}, b1_);
  EXPECT_TRUE(failed_with(out, Status::LogonDenied));
  EXPECT_EQ(answer_in(out).neg_state, NegState::Reject);
  EXPECT_TRUE(equal(answer_in(out).response_token.value(), view("why")));
}

TEST_F(AcceptorTest, RejectsAMalformedOffer) {
  accept_with({&a_});
  const Bytes token = from_hex("6009 06062b0601050502 a0");
  EXPECT_TRUE(rejected(side_->step({token}), Status::InvalidToken));
}

TEST_F(AcceptorTest, RefusesLaterMessagesThatMakeNoSense) {
  const struct {
    const char* what;
    NegTokenResp message;
    Status status;
  } kCases[] = {
      {"no token for the mechanism", {.mech_list_mic = bad_mic_}, Status::InvalidToken},
      {"request-mic",
       {.neg_state = NegState::RequestMic, .response_token = a3_},
       Status::InvalidToken},
      {"reject", {.neg_state = NegState::Reject}, Status::LogonDenied},
      {"the mechanism's token again", {.response_token = a1_}, Status::LogonDenied},
  };
  for (const auto& [what, message, status] : kCases) {
    accept_with({&a_});
    offer({kOidA}, a1_);
    EXPECT_TRUE(rejected(send(message), status)) << what;
  }
  FakeMechanism long_one{{.name = "A", .oids = {kOidA}, .num_tokens = 5}};
  accept_with({&long_one});
  offer({kOidA}, a1_);
  EXPECT_TRUE(
      rejected(send({.response_token = a3_, .mech_list_mic = client_mic()}), Status::InvalidToken))
      << "a MIC before the mechanism is complete";
}

TEST_F(AcceptorTest, AnswersGarbageWithNothing) {
  for (const char* hex : {"00", "ffffffff", "160301", "6003020100"}) {
    accept_with({&a_});
    const Bytes token = from_hex(hex);
    const StepOutput out = side_->step({token});
    EXPECT_TRUE(failed_with(out, Status::InvalidToken)) << hex;
    EXPECT_TRUE(out.token.empty()) << hex;
  }
}

TEST_F(AcceptorTest, RefusesAResponseToNothing) {
  accept_with({&a_});
  EXPECT_TRUE(failed_with(send({.response_token = a1_}), Status::OutOfSequence));
}

TEST_F(AcceptorTest, SpeaksFirstWhenTheClientSaysNothing) {
  accept_with({&a_, &b_});
  const StepOutput out = side_->step({});
  EXPECT_TRUE(went(out, Progress::ContinueNeeded));
  const auto hint = parse_neg_token_init(out.token);
  ASSERT_TRUE(hint) << hint.error().why;
  EXPECT_EQ(hint->mech_types.size(), 2U);
  EXPECT_TRUE(equal(hint->neg_hints.value().hint_name.value(), view(negotiate::kHintName)));
  EXPECT_FALSE(hint->mech_token);
  EXPECT_TRUE(went(offer({kOidA}, a1_), Progress::ContinueNeeded));

  accept_with({&a_});
  side_->step({});
  EXPECT_TRUE(failed_with(side_->step({}), Status::InvalidToken));
}

TEST_F(AcceptorTest, HasNoCredentialWithoutMechanisms) {
  accept_with({});
  EXPECT_TRUE(failed_with(offer({kOidA}, a1_), Status::NoCredentials));
}

TEST_F(AcceptorTest, KeepsBindingsFromTheLegTheyWereGivenOn) {
  accept_with({&b_});
  ChannelBindings bindings;
  bindings.application_data = text("tls-unique:1");
  const Bytes list = negotiate::write_mech_types(std::vector<ByteView>{kOidA, kOidB});
  NegTokenInit init;
  init.mech_types_der = list;
  const Bytes token = negotiate::write(init);
  side_->step({token, &bindings});
  send({.response_token = b1_});
  EXPECT_EQ(b_.witness().bindings.back(), bindings.application_data);
}

TEST_F(AcceptorTest, DoesNotAskItsMechanismForMoreThanItsCallerDid) {
  accept_with({&a_});
  offer({kOidA}, a1_);
  EXPECT_EQ(a_.witness().requests.back().flags, ContextFlags::None);
}

// A mechanism's own tokens, without SPNEGO around them.

TEST_F(AcceptorTest, TakesBareNtlmAndAnswersBare) {
  // A mechanism under NTLM's OID whose tokens begin as NTLM's do.
  const std::string name("NTLMSSP\0", 8);
  FakeMechanism ntlm{{.name = name, .oids = {copy(negotiate::oid::kNtlm)}}};
  accept_with({&a_, &ntlm});
  const Bytes first = text(name + " 1"), third = text(name + " 3"), wrong = text(name + " 7");
  const StepOutput out = side_->step({first});
  EXPECT_TRUE(went(out, Progress::ContinueNeeded));
  EXPECT_TRUE(equal(out.token, view(name + " 2")));
  EXPECT_TRUE(ntlm.witness().requests.back().mechanism_oid.empty());
  const StepOutput end = side_->step({third});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_TRUE(end.token.empty());
  const auto info = std::get<NegotiationInfo>(*side_->query(AttributeId::NegotiationInfo));
  EXPECT_EQ(info.package, &ntlm.info());
  EXPECT_EQ(info.state, NegotiationState::Complete);

  accept_with({&ntlm});
  side_->step({first});
  const StepOutput refused = side_->step({wrong});
  EXPECT_TRUE(failed_with(refused, Status::LogonDenied));
  EXPECT_TRUE(refused.token.empty());
}

TEST_F(AcceptorTest, TakesAnotherMechanismsGssToken) {
  const std::string name = "`\x06\x06\x02*\x01 A";  // 60 06 06 02 2a01, then what it likes
  FakeMechanism gss{{.name = name, .oids = {kOidA}}};
  accept_with({&gss});
  const Bytes first = text(name.substr(0, 8));
  EXPECT_EQ(negotiate::classify(first).kind, negotiate::FirstToken::Kind::BareMechanism);
  EXPECT_TRUE(failed_with(side_->step({first}), Status::LogonDenied));  // it judged the token
  EXPECT_TRUE(gss.witness().requests.back().mechanism_oid.empty());

  accept_with({&b_});
  const StepOutput unknown = side_->step({first});
  EXPECT_TRUE(failed_with(unknown, Status::InvalidToken));
  EXPECT_TRUE(unknown.token.empty());
}

}  // namespace
}  // namespace opensspi::test
