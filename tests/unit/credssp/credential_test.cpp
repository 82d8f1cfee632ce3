// Acquire for CREDSSP, and what its credentials are good for.
#include "credssp/credential.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "credssp/package.h"
#include "support/fake_environment.h"
#include "support/fake_session.h"
#include "support/scripted_context.h"
#include "support/tls_loopback.h"

namespace opensspi::credssp {
namespace {

using test::ScriptedContext;

class NoAuthority final : public Authority {
 public:
  Result<HostNames> names() override { return HostNames{}; }
  Result<NtlmLogon> validate(const NtlmResponse& /*response*/) override {
    return fail(Status::LogonDenied, "nobody logs on here");
  }
};

// Stands where Negotiate does and keeps what it was asked.
class FakeNegotiate final : public SecurityPackage {
 public:
  struct Asked {
    mutable std::vector<AcquireRequest> acquired;
    mutable std::vector<ContextRequest> contexts;
    mutable std::vector<std::string> kdc_proxies;  // of the credential of each context
    bool takes_kdc_proxy = true;
    std::optional<Status> refuses;
  };

  [[nodiscard]] const PackageInfo& info() const override { return info_; }
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const override {
    asked->acquired.push_back(request);
    if (asked->refuses) return fail(*asked->refuses, "the fake package refuses");
    return std::make_shared<FakeCredential>(asked);
  }

  std::shared_ptr<Asked> asked = std::make_shared<Asked>();

 private:
  class FakeCredential final : public Credential {
   public:
    explicit FakeCredential(std::shared_ptr<Asked> asked, std::string kdc_proxy = {})
        : asked_(std::move(asked)), kdc_proxy_(std::move(kdc_proxy)) {}
    Result<std::unique_ptr<Context>> new_context(const ContextRequest& request) const override {
      asked_->contexts.push_back(request);
      asked_->kdc_proxies.push_back(kdc_proxy_);
      return std::make_unique<ScriptedContext>(request.role, std::vector<test::ScriptedLeg>{});
    }
    [[nodiscard]] Result<Names> names() const override { return Names{"DOMAIN\\user"}; }
    [[nodiscard]] Result<std::shared_ptr<const Credential>> with_kdc_proxy(
        const KdcProxy& proxy) const override {
      if (!asked_->takes_kdc_proxy) return Credential::with_kdc_proxy(proxy);
      return std::make_shared<FakeCredential>(asked_, proxy.server);
    }

   private:
    std::shared_ptr<Asked> asked_;
    std::string kdc_proxy_;
  };

  PackageInfo info_;
};

class Acquire : public testing::Test {
 protected:
  FakeNegotiate negotiate;
  std::shared_ptr<Authority> authority = std::make_shared<NoAuthority>();
  std::shared_ptr<Environment> environment = test::make_environment(authority);
  std::unique_ptr<SecurityPackage> package = make_package(environment, negotiate);

  AcquireRequest request(CredentialUse use) const {
    AcquireRequest request;
    request.use = use;
    request.auth_data.identity = test::make_identity("DOMAIN", "user", "secret");
    if (use != CredentialUse::Outbound) {
      request.auth_data.tls = test::tls_auth_data(nullptr, test::server_parameters());
    }
    return request;
  }
  static ContextRequest context(Role role, ContextFlags flags = ContextFlags::None) {
    ContextRequest request;
    request.role = role;
    request.flags = flags;
    request.target_name = "TERMSRV/server.example";
    return request;
  }
};

TEST_F(Acquire, SaysWhatWindowsSaysOfThePackage) {
  const PackageInfo& info = package->info();
  EXPECT_EQ(info.name, "CREDSSP");
  EXPECT_EQ(info.comment, "Microsoft CredSSP Security Provider");
  EXPECT_EQ(info.capabilities, 0x00810733U);
  EXPECT_EQ(info.rpc_id, 0xFFFF);
  EXPECT_EQ(info.version, 1);
  EXPECT_EQ(info.max_token, 73032U);
  EXPECT_EQ(info.auth_data, AuthDataKind::CredSsp);
}

TEST_F(Acquire, AClientsCredentialIsForClients) {
  const auto credential = package->acquire(request(CredentialUse::Outbound));
  ASSERT_TRUE(credential) << credential.error().why;
  EXPECT_TRUE((*credential)->new_context(context(Role::Client)));
  const auto server = (*credential)->new_context(context(Role::Server));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().status, Status::NoCredentials);
  EXPECT_EQ((*credential)->names()->user, "DOMAIN\\user");
}

TEST_F(Acquire, AServersCredentialIsForServers) {
  const auto credential = package->acquire(request(CredentialUse::Inbound));
  ASSERT_TRUE(credential) << credential.error().why;
  EXPECT_TRUE((*credential)->new_context(context(Role::Server)));
  EXPECT_FALSE((*credential)->new_context(context(Role::Client)));
}

TEST_F(Acquire, BothIsForBoth) {
  const auto credential = package->acquire(request(CredentialUse::Both));
  ASSERT_TRUE(credential) << credential.error().why;
  EXPECT_TRUE((*credential)->new_context(context(Role::Server)));
  EXPECT_TRUE((*credential)->new_context(context(Role::Client)));
}

TEST_F(Acquire, AServerNeedsACertificateWithItsKey) {
  AcquireRequest without = request(CredentialUse::Inbound);
  const auto no_certificate = tls::Parameters::server({}).value();
  for (const auto& tls : {std::shared_ptr<const TlsAuthData>(),
                          test::tls_auth_data(test::client_parameters(), nullptr),
                          test::tls_auth_data(nullptr, no_certificate)}) {
    without.auth_data.tls = tls;
    const auto credential = package->acquire(without);
    ASSERT_FALSE(credential);
    EXPECT_EQ(credential.error().status, Status::NoCredentials);
  }
}

// Which mechanisms need a judge is theirs to know.
TEST_F(Acquire, AServerNeedsWhatNegotiateNeeds) {
  negotiate.asked->refuses = Status::NoAuthenticatingAuthority;
  const auto credential = package->acquire(request(CredentialUse::Inbound));
  ASSERT_FALSE(credential);
  EXPECT_EQ(credential.error().status, Status::NoAuthenticatingAuthority);
  EXPECT_TRUE(negotiate.asked->acquired.front().inside_credssp);
}

TEST_F(Acquire, WhatIsSavedCountsWhereTheSessionsOwnIsOfNoUse) {
  negotiate.asked->refuses = Status::UnsupportedFunction;
  AcquireRequest outbound = request(CredentialUse::Outbound);
  outbound.auth_data.identity = nullptr;
  const auto session = std::make_shared<test::FakeSession>();
  outbound.session = session;
  EXPECT_EQ(package->acquire(outbound).error().status, Status::UnsupportedFunction);

  const auto saved = test::make_identity("CORP", "saved", "secret");
  session->save("TERMSRV/server.example", saved);
  const auto credential = package->acquire(outbound);
  ASSERT_TRUE(credential) << credential.error().why;
  negotiate.asked->refuses.reset();
  EXPECT_TRUE((*credential)->new_context(context(Role::Client)));
  EXPECT_EQ(negotiate.asked->acquired.back().auth_data.identity, saved);
  ContextRequest elsewhere = context(Role::Client);
  elsewhere.target_name = "TERMSRV/other.example";
  EXPECT_EQ((*credential)->new_context(elsewhere).error().status, Status::UnsupportedFunction);
}

TEST_F(Acquire, NegotiateGetsIdentityAndAuthorityButNotTls) {
  AcquireRequest inbound = request(CredentialUse::Inbound);
  inbound.auth_data.authority = authority;
  inbound.auth_data.package_list = "ntlm";
  ASSERT_TRUE(package->acquire(inbound));
  const AcquireRequest& inner = negotiate.asked->acquired.front();
  EXPECT_EQ(inner.use, CredentialUse::Inbound);
  EXPECT_EQ(inner.auth_data.identity, inbound.auth_data.identity);
  EXPECT_EQ(inner.auth_data.authority, authority);
  EXPECT_EQ(inner.auth_data.package_list, "ntlm");
  EXPECT_EQ(inner.auth_data.tls, nullptr);
}

TEST_F(Acquire, TheInnerLegIsToldWhatItIsFor) {
  const auto credential = package->acquire(request(CredentialUse::Outbound));
  ASSERT_TRUE((*credential)->new_context(context(Role::Client, ContextFlags::NullSession)));
  const ContextRequest& inner = negotiate.asked->contexts.front();
  EXPECT_TRUE(inner.inside_credssp);
  EXPECT_EQ(inner.target_name, "TERMSRV/server.example");
  EXPECT_EQ(inner.flags,
            ContextFlags::MutualAuth | ContextFlags::Confidentiality | ContextFlags::Integrity);
}

TEST_F(Acquire, UserToUserInsideIsTheCallersToAskFor) {
  const auto credential = package->acquire(request(CredentialUse::Outbound));
  ASSERT_TRUE((*credential)->new_context(context(Role::Client, ContextFlags::UseSessionKey)));
  EXPECT_TRUE(has(negotiate.asked->contexts.front().flags, ContextFlags::UseSessionKey));
}

TEST_F(Acquire, AKdcProxyIsForNegotiate) {
  const auto both = package->acquire(request(CredentialUse::Both));
  const auto changed = (*both)->with_kdc_proxy({"proxy", false, {}});
  ASSERT_TRUE(changed) << changed.error().why;
  EXPECT_TRUE((*changed)->new_context(context(Role::Client)));
  EXPECT_TRUE((*changed)->new_context(context(Role::Server)));
  EXPECT_TRUE((*both)->new_context(context(Role::Client)));
  EXPECT_EQ(negotiate.asked->kdc_proxies, (std::vector<std::string>{"proxy", "proxy", ""}));
  negotiate.asked->takes_kdc_proxy = false;
  EXPECT_EQ((*both)->with_kdc_proxy({}).error().status, Status::UnsupportedFunction);
}

TEST_F(Acquire, AKdcProxyIsForWhoIsSavedForTheTargetToo) {
  auto session = std::make_shared<test::FakeSession>();
  session->save("TERMSRV/server.example", test::make_identity("DOMAIN", "saved", "secret"));
  AcquireRequest asked = request(CredentialUse::Outbound);
  asked.auth_data.identity = nullptr;
  asked.session = session;
  const auto credential = package->acquire(asked);
  ASSERT_TRUE(credential) << credential.error().why;
  const auto changed = (*credential)->with_kdc_proxy({"proxy", false, {}});
  ASSERT_TRUE((*changed)->new_context(context(Role::Client)));
  EXPECT_EQ(negotiate.asked->acquired.back().auth_data.identity->user, "saved");
  EXPECT_EQ(negotiate.asked->kdc_proxies, (std::vector<std::string>{"proxy"}));
}

TEST_F(Acquire, DelegatingNeedsAPassword) {
  AcquireRequest nobody = request(CredentialUse::Outbound);
  nobody.auth_data.identity = nullptr;
  AcquireRequest hash = nobody;
  auto identity = std::make_shared<Identity>();
  identity->secret = NtHash();
  hash.auth_data.identity = identity;
  for (const AcquireRequest& without : {nobody, hash}) {
    const auto credential = package->acquire(without);
    ASSERT_TRUE(credential);
    EXPECT_TRUE((*credential)->new_context(context(Role::Client)));
    const auto delegating =
        (*credential)->new_context(context(Role::Client, ContextFlags::Delegate));
    ASSERT_FALSE(delegating);
    EXPECT_EQ(delegating.error().status, Status::NoCredentials);
  }
}

TEST_F(Acquire, DelegatesTheStoredIdentityWithoutAnother) {
  AcquireRequest nobody = request(CredentialUse::Outbound);
  nobody.auth_data.identity = nullptr;
  nobody.session =
      std::make_shared<test::FakeSession>(test::make_identity("DOMAIN", "stored", "secret"), 1234);
  const auto credential = package->acquire(nobody);
  ASSERT_TRUE(credential);
  EXPECT_EQ((*credential)->expiry(), 1234U);
  EXPECT_TRUE((*credential)->new_context(context(Role::Client, ContextFlags::Delegate)));
  EXPECT_EQ(negotiate.asked->acquired.back().auth_data.identity->user, "stored");
}

// [MS-CSSP] 3.1.5 note <2>: supplied, saved for the target, default.
TEST_F(Acquire, WhatIsSavedForTheTargetGoesBeforeTheStoredIdentity) {
  const auto session =
      std::make_shared<test::FakeSession>(test::make_identity("DOMAIN", "stored", "secret"));
  session->save("TERMSRV/server.example", test::make_identity("", "saved", "other"));
  AcquireRequest nobody = request(CredentialUse::Outbound);
  nobody.auth_data.identity = nullptr;
  nobody.session = session;
  const auto credential = package->acquire(nobody);
  ASSERT_TRUE(credential);
  ASSERT_TRUE((*credential)->new_context(context(Role::Client, ContextFlags::Delegate)));
  EXPECT_EQ(negotiate.asked->acquired.back().auth_data.identity->user, "saved");

  AcquireRequest somebody = request(CredentialUse::Outbound);
  somebody.session = session;
  const auto supplied = package->acquire(somebody);
  ASSERT_TRUE((*supplied)->new_context(context(Role::Client, ContextFlags::Delegate)));
  EXPECT_EQ(negotiate.asked->acquired.back().auth_data.identity->user, "user");
}

// What policy permits for credentials of one kind says nothing of the others.
TEST_F(Acquire, PolicyHasListsForEachKindOfCredential) {
  using policy::DelegationRules;
  const std::pair<Identity::Origin, policy::DelegationLists DelegationRules::*> kinds[] = {
      {Identity::Origin::Fresh, &DelegationRules::fresh},
      {Identity::Origin::Saved, &DelegationRules::saved},
      {Identity::Origin::Default, &DelegationRules::default_}};
  for (const auto& [permitted, lists] : kinds) {
    policy::Policy policy;
    policy.delegation = {DelegationRules{{}, {}, {}}};
    (policy.delegation.front().*lists).allow_ntlm_only = {"TERMSRV/*"};
    environment->policy = [policy] { return std::make_shared<const policy::Policy>(policy); };
    for (const auto& kind : kinds) {
      AcquireRequest supplied = request(CredentialUse::Outbound);
      auto identity = test::make_identity("DOMAIN", "user", "secret");
      identity->origin = kind.first;
      supplied.auth_data.identity = std::move(identity);
      const auto credential = package->acquire(supplied).value();
      const auto made = credential->new_context(context(Role::Client, ContextFlags::Delegate));
      EXPECT_EQ(made ? Status::Ok : made.error().status,
                kind.first == permitted ? Status::Ok : Status::DelegationPolicy);
      EXPECT_TRUE(credential->new_context(context(Role::Client)));  // nothing is delegated
    }
  }
}

TEST_F(Acquire, APrincipalIsLookedForInTheSession) {
  AcquireRequest nobody = request(CredentialUse::Outbound);
  nobody.auth_data.identity = nullptr;
  nobody.session =
      std::make_shared<test::FakeSession>(test::make_identity("DOMAIN", "stored", "secret"));
  nobody.principal = "stored";
  EXPECT_TRUE(package->acquire(nobody));
  nobody.principal = "another";
  const auto unknown = package->acquire(nobody);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, Status::NoCredentials);
}

TEST_F(Acquire, NothingComesOutOfTheSessionWhenOnlySuppliedCredentialsMay) {
  AcquireRequest restricted = request(CredentialUse::Outbound);
  restricted.auth_data.identity = nullptr;
  restricted.session =
      std::make_shared<test::FakeSession>(test::make_identity("DOMAIN", "stored", "secret"));
  restricted.supplied_only = true;
  const auto credential = package->acquire(restricted);
  ASSERT_TRUE(credential);  // Negotiate has somebody of its own
  const auto delegating = (*credential)->new_context(context(Role::Client, ContextFlags::Delegate));
  ASSERT_FALSE(delegating);
  EXPECT_EQ(delegating.error().status, Status::NoCredentials);
}

TEST_F(Acquire, ForPolicyOnlyNobodyAuthenticates) {
  AcquireRequest policy_only = request(CredentialUse::Outbound);
  policy_only.policy_only = true;
  const auto credential = package->acquire(policy_only);
  ASSERT_TRUE(credential);
  const auto made = (*credential)->new_context(context(Role::Client));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().status, Status::NoCredentials);
}

TEST_F(Acquire, ExpiresWithItsCertificate) {
  const auto credential = package->acquire(request(CredentialUse::Inbound));
  ASSERT_TRUE(credential);
  EXPECT_LT((*credential)->expiry(), kNever);
  EXPECT_GT((*credential)->expiry(), test::kFakeNow);
}

}  // namespace
}  // namespace opensspi::credssp
