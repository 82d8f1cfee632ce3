// A policy that forbids NTLM altogether, as FIPS sites have it: whatever only NTLM could do is
// refused in those words, and what Kerberos can do goes on.
#include <gtest/gtest.h>

#include "world.h"

namespace opensspi::test {
namespace {

using negotiate::parse_neg_token_init;
using negotiate::parse_neg_token_resp;

constexpr std::uint32_t kNtlmBlocked = 0xC0000418;  // [MS-ERREF] 2.3.1
constexpr char kReject[] = "a1073005a0030a0102";

class NoNtlm : public testing::Test {
 protected:
  NoNtlm() {
    policy::Policy policy;
    policy.allow_ntlm = false;
    world_.environment->policy = [snapshot = std::make_shared<const policy::Policy>(policy)] {
      return snapshot;
    };
  }

  static testing::AssertionResult blocked(const StepOutput& out) {
    if (out.progress) return testing::AssertionFailure() << "it did not fail";
    const Error& error = out.progress.error();
    if (error.status == Status::UnsupportedFunction && error.nt_status == kNtlmBlocked &&
        std::string_view(error.why) == "the policy does not allow NTLM") {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << error.why;
  }

  NegotiateWorld world_, free_;  // the second's policy allows it
  FakeMechanism kerberos_{
      {.name = "Kerberos", .oids = {copy(negotiate::oid::kKerberos)}, .num_tokens = 2}};
};

TEST_F(NoNtlm, OffersWhatIsLeft) {
  const auto client = world_.client(kPassword, kWanted, {&kerberos_});
  const StepOutput offer = client->step({});
  EXPECT_EQ(to_hex(parse_neg_token_init(offer.token)->mech_types_der),
            "300b06092a864886f712010202");
  const auto server = world_.server({&kerberos_});
  const StepOutput hint = server->step({});
  EXPECT_EQ(to_hex(parse_neg_token_init(hint.token)->mech_types_der), "300b06092a864886f712010202");
  EXPECT_EQ(status_of(server->step({offer.token})), Status::Ok);
}

TEST_F(NoNtlm, IsWhatAClientSaysWhoseKerberosCannotStart) {
  for (const Status why :
       {Status::TargetUnknown, Status::NoAuthenticatingAuthority, Status::NoCredentials}) {
    FakeMechanism no_ticket{
        {.name = "Kerberos", .oids = {copy(negotiate::oid::kKerberos)}, .client_start_fails = why}};
    const StepOutput out = world_.client(kPassword, kWanted, {&no_ticket})->step({});
    EXPECT_TRUE(blocked(out));
    EXPECT_TRUE(out.token.empty());
  }
}

TEST_F(NoNtlm, IsWhatAServerSaysToNtlmInSpnego) {
  const StepOutput out = world_.server({&kerberos_})->step({free_.client()->step({}).token});
  EXPECT_TRUE(blocked(out));
  EXPECT_EQ(to_hex(out.token), kReject);
}

TEST_F(NoNtlm, IsWhatAServerSaysToBareNtlm) {
  NegotiateWorld bare{policy::RawNtlm::Always};
  const StepOutput out = world_.server({&kerberos_})->step({bare.client()->step({}).token});
  EXPECT_TRUE(blocked(out));
  EXPECT_TRUE(out.token.empty());
}

TEST_F(NoNtlm, LeavesTheClientsOtherChoices) {
  const auto client = free_.client(kPassword, kWanted, {&kerberos_});
  const auto server = world_.server({&kerberos_});
  ASSERT_TRUE(run_handshake(*client, *server).both_complete);
  FakeMechanism unknown{{.name = "NEGOEX", .oids = {copy(negotiate::oid::kNegoEx)}}};
  const auto other = free_.client(kPassword, kWanted, {&unknown});
  const HandshakeResult result = run_handshake(*other, *world_.server({&kerberos_}));
  EXPECT_TRUE(blocked(result.server));
  EXPECT_EQ(status_of(other->step({result.server.token})), Status::LogonDenied);
}

}  // namespace
}  // namespace opensspi::test
