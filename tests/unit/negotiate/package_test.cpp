// The package "Negotiate": what it says of itself, and which mechanisms a credential holds.
#include "negotiate/package.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sides.h"

namespace opensspi::test {
namespace {

class NegotiatePackageTest : public testing::Test {
 protected:
  Result<std::shared_ptr<Credential>> acquire(std::string package_list,
                                              CredentialUse use = CredentialUse::Outbound) {
    AcquireRequest request;
    request.use = use;
    request.auth_data.package_list = std::move(package_list);
    return package_->acquire(request);
  }

  // The mechanisms that a client with this package list offers, by their names.
  std::string offered(const std::string& package_list) {
    const auto context = (*acquire(package_list))->new_context(ContextRequest{});
    if (!context) {
      EXPECT_EQ(context.error().status, Status::NoCredentials);
      return "none";
    }
    const StepOutput out = (*context)->step({});
    const auto init = negotiate::parse_neg_token_init(out.token);
    if (!init) return "bare";
    std::string names;
    for (const ByteView oid : init->mech_types) {
      names += equal(oid, kOidA) ? "kerberos " : "ntlm ";
    }
    return names;
  }

  FakeMechanism kerberos_{{.name = "Kerberos", .oids = {kOidA}}};
  FakeMechanism ntlm_{{.name = "NTLM", .oids = {copy(negotiate::oid::kNtlm)}}};
  std::unique_ptr<SecurityPackage> package_ =
      negotiate::make_package(make_environment(nullptr), {&kerberos_, &ntlm_});
};

TEST_F(NegotiatePackageTest, SaysWhatWindowsSays) {
  const PackageInfo& info = package_->info();
  EXPECT_EQ(info.name, "Negotiate");
  EXPECT_EQ(info.comment, "Microsoft Package Negotiator");
  EXPECT_EQ(info.capabilities, 0x00883BB3U);
  EXPECT_EQ(info.version, 1U);
  EXPECT_EQ(info.rpc_id, 9U);
  EXPECT_EQ(info.max_token, 48256U);
  EXPECT_EQ(info.auth_data, AuthDataKind::Identity);
}

TEST_F(NegotiatePackageTest, OffersWhatThePackageListAllows) {
  EXPECT_EQ(offered(""), "kerberos ntlm ");
  EXPECT_EQ(offered("ntlm"), "ntlm ");
  EXPECT_EQ(offered("NTLM"), "ntlm ");
  EXPECT_EQ(offered("!ntlm"), "kerberos ");
  EXPECT_EQ(offered("!Kerberos"), "ntlm ");
  EXPECT_EQ(offered("ntlm,kerberos"), "kerberos ntlm ");
  EXPECT_EQ(offered(" ntlm , pku2u"), "ntlm ");
  EXPECT_EQ(offered("kerberos,!ntlm"), "kerberos ");
  EXPECT_EQ(offered("ntlm,!ntlm"), "none");
  EXPECT_EQ(offered("!kerberos,!ntlm"), "none");
  EXPECT_EQ(offered("NegoExtender"), "none");
  EXPECT_EQ(offered(","), "kerberos ntlm ");
}

TEST_F(NegotiatePackageTest, LeavesAloneWhatThePackageListExcludes) {
  for (const char* list : {"!ntlm", "kerberos", "kerberos,!ntlm"}) {
    const auto credential = acquire(list, CredentialUse::Both);
    ContextRequest request;
    request.role = Role::Server;
    const auto server = *(*credential)->new_context(request);
    const Bytes bare = from_hex("4e544c4d5353500001000000");
    EXPECT_TRUE(failed_with(server->step({bare}), Status::InvalidToken)) << list;
    const auto hint = (*(*credential)->new_context(request))->step({});
    EXPECT_EQ(negotiate::parse_neg_token_init(hint.token)->mech_types.size(), 1U);
    EXPECT_EQ(offered(list), "kerberos ");
  }
  EXPECT_EQ(ntlm_.witness().acquired, 0);
  EXPECT_TRUE(ntlm_.witness().requests.empty());
}

TEST_F(NegotiatePackageTest, LeavesOutAMechanismThatCannotTakeTheCredential) {
  FakeMechanism no{{.name = "A", .oids = {kOidA}, .acquire_fails = Status::UnknownCredentials}};
  package_ = negotiate::make_package(make_environment(nullptr), {&no, &ntlm_});
  EXPECT_EQ(offered(""), "ntlm ");
}

TEST_F(NegotiatePackageTest, FailsAsTheLastMechanismDoesWhenNoneTakesTheCredential) {
  FakeMechanism no{{.name = "A", .oids = {kOidA}, .acquire_fails = Status::UnknownCredentials}};
  FakeMechanism nor{{.name = "B", .oids = {kOidB}, .acquire_fails = Status::NoCredentials}};
  package_ = negotiate::make_package(make_environment(nullptr), {&nor, &no});
  EXPECT_EQ(acquire("").error().status, Status::UnknownCredentials);
  package_ = negotiate::make_package(make_environment(nullptr), {&no, &nor});
  EXPECT_EQ(acquire("").error().status, Status::UnknownCredentials);
}

// As when policy does not allow NTLM.
TEST_F(NegotiatePackageTest, WithoutItsLastMechanismNeedsAnotherThatCanServe) {
  FakeMechanism unusable{{.name = "A", .oids = {kOidA}, .context_fails = Status::NoCredentials}};
  FakeMechanism barred{
      {.name = "B", .oids = {kOidB}, .acquire_fails = Status::UnsupportedFunction}};
  package_ = negotiate::make_package(make_environment(nullptr), {&unusable, &barred});
  EXPECT_EQ(acquire("").error().status, Status::UnsupportedFunction);
  package_ = negotiate::make_package(make_environment(nullptr), {&kerberos_, &barred});
  EXPECT_EQ(offered(""), "kerberos ");
}

// As on Windows, where somebody always runs the program.
TEST_F(NegotiatePackageTest, IsAcquiredWithoutAnybodyWhomItsLastMechanismCouldUse) {
  FakeMechanism no{{.name = "A", .oids = {kOidA}, .acquire_fails = Status::NoCredentials}};
  FakeMechanism nobody{{.name = "B", .oids = {kOidB}, .context_fails = Status::NoCredentials}};
  package_ = negotiate::make_package(make_environment(nullptr), {&no, &nobody});
  EXPECT_EQ(offered(""), "none");
}

TEST_F(NegotiatePackageTest, GivesContextsForTheRoleThatWasAcquired) {
  const auto status = [this](CredentialUse use, Role role) {
    ContextRequest request;
    request.role = role;
    const auto context = (*acquire("", use))->new_context(request);
    return context ? Status::Ok : context.error().status;
  };
  EXPECT_EQ(status(CredentialUse::Outbound, Role::Client), Status::Ok);
  EXPECT_EQ(status(CredentialUse::Outbound, Role::Server), Status::NoCredentials);
  EXPECT_EQ(status(CredentialUse::Inbound, Role::Client), Status::NoCredentials);
  EXPECT_EQ(status(CredentialUse::Inbound, Role::Server), Status::Ok);
  EXPECT_EQ(status(CredentialUse::Both, Role::Client), Status::Ok);
  EXPECT_EQ(status(CredentialUse::Both, Role::Server), Status::Ok);
}

TEST_F(NegotiatePackageTest, CredentialHasTheNameAndExpiryOfItsMechanisms) {
  // The last of them has DOMAIN\user, as Windows shows it.
  EXPECT_EQ((*acquire(""))->names()->user, "NTLM\\me");
  EXPECT_EQ((*acquire("!ntlm"))->names()->user, "Kerberos\\me");
  EXPECT_EQ((*acquire(""))->expiry(), 5000U);
  EXPECT_EQ((*acquire("none"))->names().error().status, Status::NoCredentials);
  EXPECT_EQ((*acquire("none"))->expiry(), kNever);
}

TEST_F(NegotiatePackageTest, HandsAKdcProxyToTheMechanismsThatTakeOne) {
  FakeMechanism takes{{.name = "Kerberos", .oids = {kOidA, kOidB}, .kdc_proxy_fails = {}}};
  package_ = negotiate::make_package(make_environment(nullptr), {&takes, &ntlm_});
  const auto before = acquire("");
  const auto changed = (*before)->with_kdc_proxy({"proxy", false, {}});
  ASSERT_TRUE(changed) << changed.error().why;
  EXPECT_EQ((*changed)->names()->user, "NTLM\\me");
  for (const auto& credential : {std::shared_ptr<const Credential>(*before), *changed}) {
    auto context = *credential->new_context(ContextRequest{});
    EXPECT_TRUE(went(context->step({}), Progress::ContinueNeeded));
  }
  const std::vector<std::string>& seen = takes.witness().kdc_proxies;
  EXPECT_EQ(seen.front(), "");
  EXPECT_EQ(2 * std::ranges::count(seen, "proxy"), std::ssize(seen));
}

TEST_F(NegotiatePackageTest, TakesAKdcProxyWithoutAMechanismThatDoes) {
  EXPECT_TRUE((*acquire(""))->with_kdc_proxy({}));
  FakeMechanism fails{
      {.name = "A", .oids = {kOidA}, .kdc_proxy_fails = Status::InsufficientMemory}};
  package_ = negotiate::make_package(make_environment(nullptr), {&ntlm_, &fails});
  EXPECT_EQ((*acquire(""))->with_kdc_proxy({}).error().status, Status::InsufficientMemory);
}

TEST_F(NegotiatePackageTest, ContextOutlivesPackageAndCredential) {
  auto context = std::move(*(*acquire("kerberos"))->new_context(ContextRequest{}));
  package_.reset();
  EXPECT_TRUE(went(context->step({}), Progress::ContinueNeeded));
}

}  // namespace
}  // namespace opensspi::test
