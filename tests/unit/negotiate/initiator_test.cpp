// The initiator against a server made by hand, message by message.
#include "negotiate/initiator.h"

#include <gtest/gtest.h>

#include "sides.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::NegTokenResp;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

class InitiatorTest : public testing::Test {
 protected:
  // Offers `mechanisms` and keeps the list that it put on the wire.
  StepOutput start(std::vector<const SecurityPackage*> mechanisms, ContextRequest request = {}) {
    side_ = make_side(Role::Client, std::move(mechanisms), std::move(request));
    StepOutput out = side_->step({});
    if (const auto init = parse_neg_token_init(out.token)) list_ = copy(init->mech_types_der);
    return out;
  }

  StepOutput receive(const NegTokenResp& message) {
    const Bytes token = resp(message);
    return side_->step({token});
  }

  [[nodiscard]] Bytes server_mic() const { return FakeContext::mic(Role::Server, list_); }
  [[nodiscard]] Bytes client_mic() const { return FakeContext::mic(Role::Client, list_); }

  FakeMechanism a_{{.name = "A", .oids = {kOidA}}};
  FakeMechanism b_{{.name = "B", .oids = {kOidB}}};
  FakeMechanism insists_{{.name = "B", .oids = {kOidB}, .mic_required = true}};
  FakeMechanism one_leg_{{.name = "A", .oids = {kOidA}, .num_tokens = 1}};
  FakeMechanism two_legs_{{.name = "A", .oids = {kOidA}, .num_tokens = 2}};
  FakeMechanism open_{{.name = "B", .oids = {kOidB}, .integrity = false}};
  std::unique_ptr<Context> side_;
  Bytes list_;
  const Bytes a2_ = text("A 2"), b2_ = text("B 2"), bad_mic_ = text("bad");
};

TEST_F(InitiatorTest, OffersAllMechanismsWithATokenOfTheFirst) {
  const StepOutput out = start({&a_, &b_});
  EXPECT_TRUE(went(out, Progress::ContinueNeeded));
  const auto init = parse_neg_token_init(out.token);
  ASSERT_TRUE(init) << init.error().why;
  ASSERT_EQ(init->mech_types.size(), 2U);
  EXPECT_TRUE(equal(init->mech_types[0], kOidA));
  EXPECT_TRUE(equal(init->mech_types[1], kOidB));
  EXPECT_TRUE(equal(init->mech_token.value(), view("A 1")));
  EXPECT_FALSE(init->mech_list_mic);
  EXPECT_TRUE(equal(a_.witness().requests.back().mechanism_oid, kOidA));
}

TEST_F(InitiatorTest, DoesNotOfferWhatItCannotStart) {
  FakeMechanism no_ticket{
      {.name = "A", .oids = {kOidA}, .client_start_fails = Status::TargetUnknown}};
  FakeMechanism no_use{{.name = "C", .oids = {kOidC}, .context_fails = Status::NoCredentials}};
  const StepOutput out = start({&no_ticket, &b_, &no_use});
  const auto init = parse_neg_token_init(out.token);
  ASSERT_TRUE(init) << init.error().why;
  ASSERT_EQ(init->mech_types.size(), 1U);
  EXPECT_TRUE(equal(init->mech_types[0], kOidB));
  EXPECT_TRUE(equal(init->mech_token.value(), view("B 1")));
}

TEST_F(InitiatorTest, FailsAsItsLastMechanismDoesWhenNoneStarts) {
  FakeMechanism no_ticket{
      {.name = "A", .oids = {kOidA}, .client_start_fails = Status::TargetUnknown}};
  FakeMechanism last{{.name = "B", .oids = {kOidB}, .client_start_fails = Status::InternalError}};
  const StepOutput out = start({&no_ticket, &last});
  EXPECT_TRUE(failed_with(out, Status::InternalError));
  EXPECT_TRUE(out.token.empty());
  EXPECT_TRUE(failed_with(side_->step({}), Status::OutOfSequence));
}

TEST_F(InitiatorTest, TellsWhatFailedAndNotThatTheLastHasNoCredential) {
  FakeMechanism no_ticket{
      {.name = "A", .oids = {kOidA}, .client_start_fails = Status::TargetUnknown}};
  FakeMechanism none{{.name = "B", .oids = {kOidB}, .client_start_fails = Status::NoCredentials}};
  EXPECT_TRUE(failed_with(start({&no_ticket, &none}), Status::TargetUnknown));
  FakeMechanism unusable{{.name = "B", .oids = {kOidB}, .context_fails = Status::NoCredentials}};
  EXPECT_TRUE(failed_with(start({&no_ticket, &unusable}), Status::TargetUnknown));
}

TEST_F(InitiatorTest, TellsThatTheLastMechanismIsRefused) {
  FakeMechanism no_ticket{
      {.name = "A", .oids = {kOidA}, .client_start_fails = Status::TargetUnknown}};
  FakeMechanism barred{
      {.name = "B", .oids = {kOidB}, .acquire_fails = Status::UnsupportedFunction}};
  EXPECT_TRUE(failed_with(start({&no_ticket, &barred}), Status::UnsupportedFunction));
}

TEST_F(InitiatorTest, AsksAPackageOnceForAllItsOids) {
  FakeMechanism no_kdc{{.name = "A",
                        .oids = {kOidA, kOidC},
                        .client_start_fails = Status::NoAuthenticatingAuthority}};
  const Bytes token = start({&no_kdc, &b_}).token;
  const auto init = parse_neg_token_init(token);
  ASSERT_TRUE(init) << init.error().why;
  ASSERT_EQ(init->mech_types.size(), 1U);
  EXPECT_TRUE(equal(init->mech_types[0], kOidB));
  EXPECT_EQ(no_kdc.witness().bindings.size(), 1U);
}

TEST_F(InitiatorTest, TakesAVerdictForTheLastWord) {
  FakeMechanism wrong_password{
      {.name = "A", .oids = {kOidA}, .client_start_fails = Status::LogonDenied}};
  EXPECT_TRUE(failed_with(start({&wrong_password, &b_}), Status::LogonDenied));
  EXPECT_TRUE(b_.witness().bindings.empty());
}

TEST_F(InitiatorTest, HasNoCredentialWithoutMechanisms) {
  const auto package = negotiate::make_package(make_environment(nullptr), {});
  const auto credential = package->acquire({}).value();
  EXPECT_EQ(credential->new_context({}).error().status, Status::NoCredentials);
}

TEST_F(InitiatorTest, TakesAServersHintForNoMoreThanThat) {
  side_ = make_side(Role::Client, {&a_, &b_});
  negotiate::NegTokenInit hint;
  const std::vector<ByteView> only_b = {kOidB};
  const Bytes list = negotiate::write_mech_types(only_b);
  hint.mech_types_der = list;
  hint.neg_hints = negotiate::NegHints{view(negotiate::kHintName), std::nullopt};
  const Bytes token = negotiate::write(hint);
  const StepOutput out = side_->step({token});
  const auto init = parse_neg_token_init(out.token);
  ASSERT_TRUE(init) << init.error().why;
  EXPECT_EQ(init->mech_types.size(), 2U);
  EXPECT_FALSE(init->neg_hints);
}

TEST_F(InitiatorTest, RefusesAFirstInputThatIsNoHint) {
  side_ = make_side(Role::Client, {&a_});
  const Bytes token = text("anything");
  EXPECT_TRUE(failed_with(side_->step({token}), Status::InvalidToken));
}

TEST_F(InitiatorTest, CompletesItsFirstChoiceWithoutMics) {
  start({&a_, &b_});
  const StepOutput last = receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_});
  EXPECT_TRUE(went(last, Progress::ContinueNeeded));
  const auto sent = parse_neg_token_resp(last.token);
  ASSERT_TRUE(sent) << sent.error().why;
  EXPECT_TRUE(equal(sent->response_token.value(), view("A 3")));
  EXPECT_FALSE(sent->neg_state || sent->supported_mech || sent->mech_list_mic);
  EXPECT_NE(side_->message_protection(), nullptr);
  const StepOutput end = receive({.neg_state = NegState::AcceptCompleted});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_TRUE(end.token.empty());
  EXPECT_EQ(end.expiry, 1234U);
}

TEST_F(InitiatorTest, CompletesWhenTheLastReplySaysNothing) {
  start({&a_});
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_});
  EXPECT_TRUE(went(receive({}), Progress::Complete));
}

TEST_F(InitiatorTest, SendsTheMicWithItsLastTokenWhenTheMechanismInsists) {
  start({&insists_});
  const StepOutput last = receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2_});
  const auto sent = parse_neg_token_resp(last.token);
  ASSERT_TRUE(sent) << sent.error().why;
  EXPECT_EQ(sent->neg_state, NegState::AcceptIncomplete);
  EXPECT_TRUE(equal(sent->mech_list_mic.value(), client_mic()));
  const StepOutput end =
      receive({.neg_state = NegState::AcceptCompleted, .mech_list_mic = server_mic()});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_TRUE(end.token.empty());
}

TEST_F(InitiatorTest, RefusesAMissingMicThatTheMechanismInsistsOn) {
  start({&insists_});
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2_});
  EXPECT_TRUE(failed_with(receive({.neg_state = NegState::AcceptCompleted}), Status::InvalidToken));
}

TEST_F(InitiatorTest, RefusesAWrongMicEvenWhenNobodyAskedForIt) {
  for (const FakeMechanism* mechanism : {&insists_, &b_}) {
    start({mechanism});
    receive(
        {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2_});
    EXPECT_TRUE(
        failed_with(receive({.neg_state = NegState::AcceptCompleted, .mech_list_mic = bad_mic_}),
                    Status::MessageAltered));
    EXPECT_TRUE(failed_with(
        receive({.neg_state = NegState::AcceptCompleted, .mech_list_mic = server_mic()}),
        Status::OutOfSequence));
  }
}

TEST_F(InitiatorTest, RefusesItsOwnMicReflected) {
  start({&insists_});
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2_});
  EXPECT_TRUE(
      failed_with(receive({.neg_state = NegState::AcceptCompleted, .mech_list_mic = client_mic()}),
                  Status::MessageAltered));
}

TEST_F(InitiatorTest, SendsAndDemandsMicsAfterRequestMic) {
  start({&b_});
  const StepOutput last =
      receive({.neg_state = NegState::RequestMic, .supported_mech = kOidB, .response_token = b2_});
  EXPECT_TRUE(equal(parse_neg_token_resp(last.token)->mech_list_mic.value(), client_mic()));
  EXPECT_TRUE(failed_with(receive({.neg_state = NegState::AcceptCompleted}), Status::InvalidToken));
}

TEST_F(InitiatorTest, RestartsWithTheSelectedMechanism) {
  start({&a_, &b_});
  const StepOutput out = receive({.neg_state = NegState::RequestMic, .supported_mech = kOidB});
  EXPECT_TRUE(went(out, Progress::ContinueNeeded));
  EXPECT_TRUE(equal(parse_neg_token_resp(out.token)->response_token.value(), view("B 1")));
  const StepOutput last = receive({.neg_state = NegState::AcceptIncomplete, .response_token = b2_});
  const auto sent = parse_neg_token_resp(last.token);
  ASSERT_TRUE(sent) << sent.error().why;
  EXPECT_TRUE(equal(sent->response_token.value(), view("B 3")));
  EXPECT_TRUE(equal(sent->mech_list_mic.value(), client_mic()));
  EXPECT_TRUE(went(receive({.neg_state = NegState::AcceptCompleted, .mech_list_mic = server_mic()}),
                   Progress::Complete));
}

TEST_F(InitiatorTest, DemandsMicsForASecondChoiceThatCameWithoutRequestMic) {
  start({&a_, &b_});
  receive({.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB});
  receive({.neg_state = NegState::AcceptIncomplete, .response_token = b2_});
  EXPECT_TRUE(failed_with(receive({.neg_state = NegState::AcceptCompleted}), Status::InvalidToken));
}

TEST_F(InitiatorTest, UsesNoMicWithAMechanismWithoutIntegrity) {
  start({&a_, &open_});
  receive({.neg_state = NegState::RequestMic, .supported_mech = kOidB});
  const StepOutput last = receive({.neg_state = NegState::AcceptIncomplete, .response_token = b2_});
  EXPECT_FALSE(parse_neg_token_resp(last.token)->mech_list_mic);
  EXPECT_TRUE(went(receive({.neg_state = NegState::AcceptCompleted}), Progress::Complete));
}

TEST_F(InitiatorTest, RefusesAMicOfAMechanismWithoutIntegrity) {
  start({&open_});
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2_});
  EXPECT_TRUE(
      failed_with(receive({.neg_state = NegState::AcceptCompleted, .mech_list_mic = server_mic()}),
                  Status::InvalidToken));
}

TEST_F(InitiatorTest, AnswersTheMicOfAServerThatHadTheLastToken) {
  start({&two_legs_});
  const StepOutput end = receive({.neg_state = NegState::AcceptIncomplete,
                                  .supported_mech = kOidA,
                                  .response_token = a2_,
                                  .mech_list_mic = server_mic()});
  EXPECT_TRUE(went(end, Progress::Complete));
  const auto sent = parse_neg_token_resp(end.token);
  ASSERT_TRUE(sent) << sent.error().why;
  EXPECT_EQ(sent->neg_state, NegState::AcceptCompleted);
  EXPECT_FALSE(sent->response_token);
  EXPECT_TRUE(equal(sent->mech_list_mic.value(), client_mic()));
}

TEST_F(InitiatorTest, CompletesWithTheServersLastToken) {
  start({&two_legs_});
  const StepOutput end = receive(
      {.neg_state = NegState::AcceptCompleted, .supported_mech = kOidA, .response_token = a2_});
  EXPECT_TRUE(went(end, Progress::Complete));
  EXPECT_TRUE(end.token.empty());
}

TEST_F(InitiatorTest, WaitsForTheServerAfterASingleToken) {
  EXPECT_TRUE(went(start({&one_leg_}), Progress::ContinueNeeded));
  EXPECT_TRUE(went(receive({.neg_state = NegState::AcceptCompleted, .supported_mech = kOidA}),
                   Progress::Complete));
}

TEST_F(InitiatorTest, RefusesRepliesThatMakeNoSense) {
  const struct {
    const char* what;
    NegTokenResp reply;
  } kCases[] = {
      {"no negState in the first reply", {.supported_mech = kOidA, .response_token = a2_}},
      {"no supportedMech in the first reply",
       {.neg_state = NegState::AcceptIncomplete, .response_token = a2_}},
      {"a mechanism that was not offered",
       {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidC}},
      {"completed before the mechanism is",
       {.neg_state = NegState::AcceptCompleted, .supported_mech = kOidA, .response_token = a2_}},
      {"no token for the mechanism",
       {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA}},
      {"a token from a mechanism that has not spoken",
       {.neg_state = NegState::RequestMic, .supported_mech = kOidB, .response_token = b2_}},
      {"completed with a mechanism that has not spoken",
       {.neg_state = NegState::AcceptCompleted, .supported_mech = kOidB}},
  };
  for (const auto& [what, reply] : kCases) {
    start({&a_, &b_});
    EXPECT_TRUE(failed_with(receive(reply), Status::InvalidToken)) << what;
  }
}

TEST_F(InitiatorTest, RefusesLaterRepliesThatMakeNoSense) {
  const struct {
    const char* what;
    NegTokenResp reply;
  } kCases[] = {
      {"request-mic", {.neg_state = NegState::RequestMic, .mech_list_mic = bad_mic_}},
      {"a token for a complete mechanism",
       {.neg_state = NegState::AcceptCompleted, .response_token = a2_}},
      {"waits though all is said", {.neg_state = NegState::AcceptIncomplete}},
  };
  for (const auto& [what, reply] : kCases) {
    start({&a_});
    receive(
        {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_});
    EXPECT_TRUE(failed_with(receive(reply), Status::InvalidToken)) << what;
  }
}

TEST_F(InitiatorTest, RefusesAServerThatWaitsAfterBothMics) {
  start({&insists_});
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidB, .response_token = b2_});
  EXPECT_TRUE(
      failed_with(receive({.neg_state = NegState::AcceptIncomplete, .mech_list_mic = server_mic()}),
                  Status::InvalidToken));
}

TEST_F(InitiatorTest, HearsAReject) {
  start({&a_});
  EXPECT_TRUE(failed_with(receive({.neg_state = NegState::Reject}), Status::LogonDenied));
  start({&a_});
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_});
  EXPECT_TRUE(failed_with(receive({.neg_state = NegState::Reject}), Status::LogonDenied));
}

TEST_F(InitiatorTest, TellsWhatItsMechanismHasToTellOfAFailure) {
  FakeMechanism talks{{.name = "A", .oids = {kOidA}, .refusal_token = "why"}};
  start({&talks});
  const StepOutput out = receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = b2_});
  EXPECT_TRUE(failed_with(out, Status::LogonDenied));
  const auto sent = parse_neg_token_resp(out.token);
  ASSERT_TRUE(sent) << sent.error().why;
  EXPECT_EQ(sent->neg_state, NegState::Reject);
  EXPECT_TRUE(equal(sent->response_token.value(), view("why")));
}

TEST_F(InitiatorTest, SaysNothingOfAFailureOfItsOwn) {
  start({&a_});
  EXPECT_TRUE(receive({.neg_state = NegState::AcceptIncomplete}).token.empty());
}

TEST_F(InitiatorTest, KeepsBindingsForAMechanismThatStartsLate) {
  side_ = make_side(Role::Client, {&a_, &b_});
  ChannelBindings bindings;
  bindings.application_data = text("tls-unique:1");
  side_->step({{}, &bindings});
  EXPECT_EQ(a_.witness().bindings.back(), bindings.application_data);
  receive({.neg_state = NegState::RequestMic, .supported_mech = kOidB});
  EXPECT_EQ(b_.witness().bindings.back(), bindings.application_data);
}

TEST_F(InitiatorTest, AsksItsMechanismForIntegrity) {
  ContextRequest request;
  request.flags = ContextFlags::Identify;
  start({&a_}, request);
  EXPECT_TRUE(has(a_.witness().requests.back().flags, ContextFlags::Integrity));
  EXPECT_TRUE(has(a_.witness().requests.back().flags, ContextFlags::Identify));
  request.flags = ContextFlags::NoIntegrity;
  start({&a_}, request);
  EXPECT_FALSE(has(a_.witness().requests.back().flags, ContextFlags::Integrity));
}

TEST_F(InitiatorTest, ReportsMutualAuthFromTheSecondLegOnWhenAsked) {
  ContextRequest request;
  request.flags = ContextFlags::MutualAuth;
  start({&a_}, request);
  const StepOutput second = receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_});
  EXPECT_TRUE(has(second.granted, ContextFlags::MutualAuth));
  start({&a_});
  EXPECT_FALSE(has(
      receive(
          {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_})
          .granted,
      ContextFlags::MutualAuth));
}

TEST_F(InitiatorTest, AnswersQueriesThroughItsMechanism) {
  start({&a_});
  auto info = std::get<NegotiationInfo>(*side_->query(AttributeId::NegotiationInfo));
  EXPECT_EQ(info.state, NegotiationState::InProgress);
  receive(
      {.neg_state = NegState::AcceptIncomplete, .supported_mech = kOidA, .response_token = a2_});
  receive({.neg_state = NegState::AcceptCompleted});
  info = std::get<NegotiationInfo>(*side_->query(AttributeId::NegotiationInfo));
  EXPECT_EQ(info.state, NegotiationState::Complete);
  EXPECT_EQ(info.package, &a_.info());
  EXPECT_EQ(std::get<const PackageInfo*>(*side_->query(AttributeId::PackageInfo)), &a_.info());
  EXPECT_EQ(std::get<Names>(*side_->query(AttributeId::Names)).user, "A\\user");
  EXPECT_EQ(std::get<Sizes>(*side_->query(AttributeId::Sizes)).security_trailer, 11U);
  EXPECT_EQ(std::get<ContextFlags>(*side_->query(AttributeId::Flags)), ContextFlags::Integrity);
  EXPECT_EQ(side_->query(AttributeId::Target).error().status, Status::UnsupportedFunction);
  EXPECT_EQ(side_->message_protection()->sizes().max_signature, 10U);
}

TEST_F(InitiatorTest, AnswersNothingBeforeItsFirstLeg) {
  side_ = make_side(Role::Client, {&a_});
  EXPECT_EQ(side_->message_protection(), nullptr);
  EXPECT_EQ(side_->query(AttributeId::Names).error().status, Status::InvalidHandle);
}

// NTLM alone, without SPNEGO around it.

class BareNtlmTest : public testing::Test {
 protected:
  StepOutput first(ContextRequest request, policy::RawNtlm raw_ntlm,
                   std::vector<const SecurityPackage*> mechanisms) {
    side_ = make_side(Role::Client, std::move(mechanisms), std::move(request), raw_ntlm);
    return side_->step({});
  }
  static bool is_bare(const StepOutput& out) { return equal(out.token, view("NTLM 1")); }

  FakeMechanism ntlm_{{.name = "NTLM", .oids = {copy(negotiate::oid::kNtlm)}}};
  FakeMechanism other_{{.name = "A", .oids = {kOidA}}};
  std::unique_ptr<Context> side_;
};

TEST_F(BareNtlmTest, IsSentWhereRealServersNeedIt) {
  using policy::RawNtlm;
  EXPECT_TRUE(is_bare(first(request_for("TERMSRV/host"), RawNtlm::Auto, {&ntlm_})));
  EXPECT_TRUE(is_bare(first(request_for("", true), RawNtlm::Auto, {&ntlm_})));
  EXPECT_TRUE(is_bare(first(request_for("HTTP/host"), RawNtlm::Always, {&ntlm_})));
  EXPECT_FALSE(is_bare(first(request_for("HTTP/host"), RawNtlm::Auto, {&ntlm_})));
  EXPECT_FALSE(is_bare(first(request_for("TERMSRV/host"), RawNtlm::Never, {&ntlm_})));
  EXPECT_FALSE(is_bare(first(request_for("", true), RawNtlm::Auto, {&other_, &ntlm_})));
}

TEST_F(BareNtlmTest, IsSentWhenNothingElseStarts) {
  FakeMechanism no_ticket{
      {.name = "A", .oids = {kOidA}, .client_start_fails = Status::TargetUnknown}};
  EXPECT_TRUE(is_bare(first(request_for("", true), policy::RawNtlm::Auto, {&no_ticket, &ntlm_})));
}

TEST_F(BareNtlmTest, StaysBare) {
  ContextRequest request = request_for("", true);
  request.flags = ContextFlags::MutualAuth;
  first(request, policy::RawNtlm::Auto, {&ntlm_});
  EXPECT_TRUE(ntlm_.witness().requests.back().mechanism_oid.empty());
  const Bytes challenge = text("NTLM 2");
  const StepOutput out = side_->step({challenge});
  EXPECT_TRUE(went(out, Progress::Complete));
  EXPECT_TRUE(equal(out.token, view("NTLM 3")));
  EXPECT_EQ(out.granted, ContextFlags::MutualAuth);  // what the mechanism itself granted
  EXPECT_TRUE(failed_with(side_->step({}), Status::OutOfSequence));
}

TEST_F(BareNtlmTest, TellsOfItsFailureBare) {
  FakeMechanism talks{
      {.name = "NTLM", .oids = {copy(negotiate::oid::kNtlm)}, .refusal_token = "why"}};
  first(request_for("", true), policy::RawNtlm::Auto, {&talks});
  const Bytes wrong = resp({.neg_state = NegState::AcceptIncomplete});
  const StepOutput out = side_->step({wrong});
  EXPECT_TRUE(failed_with(out, Status::LogonDenied));
  EXPECT_TRUE(equal(out.token, view("why")));
}

}  // namespace
}  // namespace opensspi::test
