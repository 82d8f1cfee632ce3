// What the KDC says of the client inside its ticket, and who is asked what it means.
#include "handshake/kerberos/kerberos_world.h"

namespace opensspi::test {
namespace {

using SharedToken = std::shared_ptr<const AccessToken>;

// What a domain knows of a client.
class FakeDomain final : public Authority {
 public:
  Result<HostNames> names() override { return HostNames{}; }
  Result<NtlmLogon> validate(const NtlmResponse& /*response*/) override {
    return fail(Status::LogonDenied, "nobody logs on with NTLM here");
  }
  Result<SharedToken> identify(ByteView pac) override {
    seen.push_back(copy(pac));
    if (refuses) return fail(*refuses, "says the domain", nt_status);
    AccessToken token;
    token.user = "Alice";
    token.domain = "ADEX";
    token.user_sid = "S-1-5-21-1-2-3-1103";
    token.group_sids = {"S-1-5-21-1-2-3-513"};
    return std::make_shared<const AccessToken>(std::move(token));
  }

  std::optional<Status> refuses;
  std::uint32_t nt_status = 0;
  std::vector<Bytes> seen;
};

class Pac : public testing::Test {
 protected:
  Pac() { world_.set_authority(domain_); }

  static GoodTicket ticket_with(std::optional<MadePac> pac) {
    return {kAlice, kWeb,          kNow - kHour, kNow + kHour, ENCTYPE_AES256_CTS_HMAC_SHA1_96,
            0,      std::move(pac)};
  }

  // What the server says of a client with that ticket; keeps it when it is accepted.
  StepOutput log_on(std::optional<MadePac> pac, ContextFlags flags = kAll) {
    world_.replace_ticket(ticket_with(std::move(pac)));
    const auto client = world_.client(flags);
    server_ = world_.server();
    return run_handshake(*client, *server_).server;
  }
  Status status_with(std::optional<MadePac> pac) {
    const StepOutput output = log_on(std::move(pac));
    return output.progress ? Status::Ok : output.progress.error().status;
  }

  [[nodiscard]] SharedToken token() const {
    return attribute<SharedToken>(*server_, AttributeId::AccessToken);
  }
  [[nodiscard]] std::string name() const {
    return attribute<Names>(*server_, AttributeId::Names).user;
  }

  KerberosWorld world_;
  std::shared_ptr<FakeDomain> domain_ = std::make_shared<FakeDomain>();
  std::unique_ptr<Context> server_;
};

TEST_F(Pac, IsWhatTheDomainKnowsTheClientBy) {
  for (const ContextFlags flags : {kAll, ContextFlags::None, kAll | ContextFlags::UseDceStyle}) {
    ASSERT_TRUE(log_on(MadePac{}, flags).progress);
    EXPECT_EQ(name(), "ADEX\\Alice");
    EXPECT_EQ(token()->user, "Alice");
    EXPECT_EQ(token()->domain, "ADEX");
    EXPECT_EQ(token()->user_sid, "S-1-5-21-1-2-3-1103");
    EXPECT_EQ(token()->group_sids, std::vector<std::string>{"S-1-5-21-1-2-3-513"});
    EXPECT_EQ(attribute<NativeNames>(*server_, AttributeId::NativeNames).client, kAlice);
  }
  const std::string seen(domain_->seen.at(0).begin(), domain_->seen.at(0).end());
  EXPECT_NE(seen.find("whatever"), std::string::npos);
}

TEST_F(Pac, OfTheCredentialsOwnJudgeComesFirst) {
  const auto own = std::make_shared<FakeDomain>();
  AcquireRequest acquire;
  acquire.use = CredentialUse::Inbound;
  acquire.session = world_.session();
  acquire.auth_data.authority = own;
  ContextRequest request;
  request.role = Role::Server;
  const auto server = world_.package().acquire(acquire).value()->new_context(request).value();
  world_.replace_ticket(ticket_with(MadePac{}));
  EXPECT_TRUE(run_handshake(*world_.client(), *server).both_complete);
  EXPECT_EQ(own->seen.size(), 1U);
  EXPECT_TRUE(domain_->seen.empty());
}

// Who proved itself with a ticket is proven, whether or not more can be known of it.
TEST_F(Pac, IsNotNeededToKnowTheName) {
  const auto expect_name_alone = [&](std::optional<MadePac> pac) {
    ASSERT_EQ(status_with(std::move(pac)), Status::Ok);
    EXPECT_EQ(name(), kAlice);
    EXPECT_EQ(token()->user, "alice");
    EXPECT_EQ(token()->domain, "EXAMPLE.TEST");
    EXPECT_EQ(token()->user_sid, "");
  };
  domain_->refuses = Status::NoAuthenticatingAuthority;  // it is down
  expect_name_alone(MadePac{});
  domain_->refuses = Status::UnsupportedFunction;  // it knows nothing of PACs
  expect_name_alone(MadePac{});
  expect_name_alone(std::nullopt);
  EXPECT_EQ(domain_->seen.back(), Bytes{});
  world_.set_authority(nullptr);
  expect_name_alone(MadePac{});
}

TEST_F(Pac, IsTheDomainsToRefuse) {
  domain_->refuses = Status::LogonDenied;
  EXPECT_EQ(status_with(MadePac{}), Status::LogonDenied);
  EXPECT_EQ(status_with(std::nullopt), Status::LogonDenied);
}

// A client that keeps this machine busy with other logons would come in without its groups, as a
// name that may have been another's.
TEST_F(Pac, IsNotPassedOverByAServerWithTooMuchToDo) {
  domain_->refuses = Status::NoAuthenticatingAuthority;
  domain_->nt_status = nt_status::kInsufficientResources;
  EXPECT_EQ(status_with(MadePac{}), Status::NoAuthenticatingAuthority);
  EXPECT_EQ(status_with(std::nullopt), Status::NoAuthenticatingAuthority);
}

TEST_F(Pac, OfAnotherClientIsRefused) {
  EXPECT_EQ(status_with(MadePac{.client = "administrator@EXAMPLE.TEST"}), Status::LogonDenied);
  EXPECT_TRUE(domain_->seen.empty());
}

TEST_F(Pac, SignedByAnotherIsRefused) {
  const StepOutput output = log_on(MadePac{.signed_by_another = true});
  ASSERT_FALSE(output.progress);
  EXPECT_EQ(output.progress.error().status, Status::LogonDenied);
  EXPECT_STREQ(output.progress.error().why, "the ticket's PAC is not signed for this server");
  world_.set_authority(nullptr);  // also where nobody would read it
  EXPECT_EQ(status_with(MadePac{.signed_by_another = true}), Status::LogonDenied);
}

TEST_F(Pac, ThatIsChangedIsRefused) {
  ASSERT_EQ(status_with(MadePac{}), Status::Ok);
  const std::size_t size = domain_->seen.at(0).size();
  constexpr std::size_t kKdcSignature = 16;  // at its end; only the KDC can check it
  domain_->seen.clear();
  for (std::size_t at = 1; at <= size - kKdcSignature; at += 3) {
    EXPECT_NE(status_with(MadePac{.flipped = at}), Status::Ok) << at;
  }
  for (std::size_t cut = 0; cut < size; cut += 7) {
    EXPECT_NE(status_with(MadePac{.size = cut}), Status::Ok) << cut;
  }
  EXPECT_TRUE(domain_->seen.empty());
}

TEST_F(Pac, IsOne) {
  EXPECT_EQ(status_with(MadePac{.count = 2}), Status::InvalidToken);
  EXPECT_TRUE(domain_->seen.empty());
}

}  // namespace
}  // namespace opensspi::test
