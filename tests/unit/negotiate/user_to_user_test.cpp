// User-to-user among the mechanisms of Kerberos: when a client offers it, and what a server does
// that has no ticket to show. The fake's tokens are the same under each of its OIDs, and framed as
// those of user-to-user.
#include <gtest/gtest.h>

#include "sides.h"

namespace opensspi::test {
namespace {

using negotiate::NegState;
using negotiate::NegTokenInit;
using negotiate::NegTokenResp;
using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

const Bytes kUserToUser = copy(negotiate::oid::kKerberosUserToUser);
// 60 LENGTH 06 LENGTH OID, and behind it what the fake adds, two octets.
const std::string kFramed =
    std::string("`\x0e\x06\x0a") + std::string(kUserToUser.begin(), kUserToUser.end());

class UserToUserTest : public testing::Test {
 protected:
  // The OIDs of a client's first message; keeps it.
  std::vector<ByteView> offered_by(const std::vector<const SecurityPackage*>& mechanisms,
                                   ContextFlags flags = ContextFlags::None) {
    ContextRequest request;
    request.flags = flags;
    side_ = make_side(Role::Client, mechanisms, request);
    first_ = side_->step({});
    const auto init = parse_neg_token_init(first_.token);
    return init ? init->mech_types : std::vector<ByteView>{};
  }

  // A server's answer to that list with the first token of user-to-user, or of Kerberos.
  StepOutput answer(const std::vector<const SecurityPackage*>& mechanisms,
                    const std::vector<ByteView>& oids, const std::string& name = kFramed) {
    side_ = make_side(Role::Server, mechanisms);
    const Bytes list = negotiate::write_mech_types(oids), token = text(name + " 1");
    NegTokenInit init;
    init.mech_types_der = list;
    init.mech_token = token;
    const Bytes message = negotiate::write(init);
    return side_->step({message});
  }

  static std::vector<std::string> hex(const std::vector<ByteView>& oids) {
    std::vector<std::string> all;
    for (const ByteView oid : oids) all.push_back(to_hex(oid));
    return all;
  }

  FakeMechanism kerberos_{{.name = kFramed, .oids = {kOidA, kOidB, kUserToUser}}};
  FakeMechanism ntlm_{{.name = "NTLM", .oids = {kOidC}}};
  std::unique_ptr<Context> side_;
  StepOutput first_;
};

TEST_F(UserToUserTest, IsNotOfferedUnasked) {
  EXPECT_EQ(hex(offered_by({&kerberos_, &ntlm_})), hex({kOidA, kOidB, kOidC}));
}

TEST_F(UserToUserTest, IsTheFirstChoiceOfWhoAsksForIt) {
  EXPECT_EQ(hex(offered_by({&kerberos_, &ntlm_}, ContextFlags::UseSessionKey)),
            hex({kUserToUser, kOidA, kOidB, kOidC}));
  EXPECT_TRUE(equal(kerberos_.witness().requests.back().mechanism_oid, kUserToUser));
}

TEST_F(UserToUserTest, GivesWayToTheServersChoice) {
  offered_by({&kerberos_, &ntlm_}, ContextFlags::UseSessionKey);
  const Bytes reply = resp({.neg_state = NegState::RequestMic, .supported_mech = kOidB});
  EXPECT_TRUE(went(side_->step({reply}), Progress::ContinueNeeded));
  EXPECT_TRUE(equal(kerberos_.witness().requests.back().mechanism_oid, kOidB));
}

TEST_F(UserToUserTest, IsTheOtherWayWhenTheKdcSaysSo) {
  FakeMechanism account{{.name = kFramed,
                         .oids = {kOidA, kOidB, kUserToUser},
                         .client_start_fails = Status::UnsupportedFunction,
                         .client_starts_with = kUserToUser}};
  EXPECT_EQ(hex(offered_by({&account, &ntlm_})), hex({kUserToUser, kOidC}));
  EXPECT_EQ(account.witness().bindings.size(), 2U);  // the KDC was asked once for both OIDs
}

TEST_F(UserToUserTest, IsTriedOnce) {
  FakeMechanism never{{.name = kFramed,
                       .oids = {kUserToUser, kOidA},
                       .client_start_fails = Status::UnsupportedFunction,
                       .client_starts_with = kOidB}};
  EXPECT_EQ(hex(offered_by({&never, &ntlm_})), hex({kOidC}));
}

TEST_F(UserToUserTest, IsSelectedWhereTheServerHasATicket) {
  const Bytes ticket = text(kFramed + " 2");
  for (const Bytes& first : {kUserToUser, kOidA}) {
    const StepOutput out = answer({&kerberos_, &ntlm_}, {first, kOidB, kOidC});
    EXPECT_TRUE(went(out, Progress::ContinueNeeded));
    const auto reply = parse_neg_token_resp(out.token);
    ASSERT_TRUE(reply) << reply.error().why;
    EXPECT_EQ(reply->neg_state, NegState::AcceptIncomplete);
    EXPECT_TRUE(equal(reply->supported_mech.value(), first));
    EXPECT_TRUE(equal(reply->response_token.value(), ticket));
  }
}

TEST_F(UserToUserTest, IsPassedOverWhereTheServerHasNone) {
  const struct {
    Bytes first, next;
  } kCases[] = {{kUserToUser, kOidA}, {kUserToUser, kOidC}, {kOidA, kUserToUser}, {kOidA, kOidC}};
  for (const Status lack :
       {Status::NoAuthenticatingAuthority, Status::NoCredentials, Status::LogonDenied}) {
    FakeMechanism no_ticket{
        {.name = kFramed, .oids = {kOidA, kUserToUser}, .server_start_fails = lack}};
    for (const auto& [first, next] : kCases) {
      const StepOutput out = answer({&no_ticket, &ntlm_}, {first, kOidB, next});
      EXPECT_TRUE(went(out, Progress::ContinueNeeded));
      const auto reply = parse_neg_token_resp(out.token);
      ASSERT_TRUE(reply) << reply.error().why;
      EXPECT_EQ(reply->neg_state, NegState::RequestMic);
      EXPECT_TRUE(equal(reply->supported_mech.value(), next));
      EXPECT_FALSE(reply->response_token);
    }
    const StepOutput out = answer({&no_ticket, &ntlm_}, {kUserToUser, kOidB});
    EXPECT_TRUE(failed_with(out, lack));
    EXPECT_EQ(to_hex(out.token), to_hex(resp({.neg_state = NegState::Reject})));
  }
}

TEST_F(UserToUserTest, PassesOverNothingForAnotherFailure) {
  FakeMechanism malformed{
      {.name = kFramed, .oids = {kOidA, kUserToUser}, .server_start_fails = Status::InvalidToken}};
  EXPECT_TRUE(
      failed_with(answer({&malformed, &ntlm_}, {kUserToUser, kOidC}), Status::InvalidToken));
  FakeMechanism denies{
      {.name = "Kerberos", .oids = {kOidA}, .server_start_fails = Status::LogonDenied}};
  EXPECT_TRUE(
      failed_with(answer({&denies, &ntlm_}, {kOidA, kOidC}, "Kerberos"), Status::LogonDenied));
}

}  // namespace
}  // namespace opensspi::test
