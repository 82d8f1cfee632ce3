// The package "Kerberos": what it says of itself, directions, and what its credentials answer.
#include "kerberos/gss_token.h"
#include "world.h"

namespace opensspi::kerberos {
namespace {

class KerberosPackage : public KerberosTest {
 protected:
  static Error context_error(const std::shared_ptr<Credential>& credential, Role role) {
    ContextRequest asked;
    asked.role = role;
    const auto context = credential->new_context(asked);
    return context ? Error{Status::Ok} : context.error();
  }
  void make_tickets() const {
    files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {granting(1)});
  }
  void make_keys() const { files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST"}); }
};

TEST_F(KerberosPackage, SaysWhatWindowsSays) {
  const PackageInfo& info = package_->info();
  EXPECT_EQ(info.name, "Kerberos");
  EXPECT_EQ(info.comment, "Microsoft Kerberos V1.0");
  EXPECT_EQ(info.capabilities, 0x028F3BBFU);
  EXPECT_EQ(info.rpc_id, 16U);
  EXPECT_EQ(info.max_token, 48000U);
  EXPECT_EQ(info.auth_data, AuthDataKind::Identity);
  ASSERT_EQ(info.mechanism_oids.size(), 3U);
  EXPECT_TRUE(equal(info.mechanism_oids[0], oid::kMicrosoftKerberos));
  EXPECT_TRUE(equal(info.mechanism_oids[1], oid::kKerberos));
  EXPECT_TRUE(equal(info.mechanism_oids[2], oid::kUserToUser));
}

TEST_F(KerberosPackage, CredentialIsForTheDirectionThatWasAskedFor) {
  make_tickets();
  make_keys();
  const auto client = acquire(request({}, CredentialUse::Outbound));
  EXPECT_EQ(context_error(*client, Role::Client).status, Status::Ok);
  EXPECT_EQ(context_error(*client, Role::Server).status, Status::NoCredentials);
  const auto server = acquire(request({}, CredentialUse::Inbound));
  EXPECT_EQ(context_error(*server, Role::Server).status, Status::Ok);
  EXPECT_EQ(context_error(*server, Role::Client).status, Status::NoCredentials);
  const auto both = acquire(request({}, CredentialUse::Both));
  EXPECT_EQ(context_error(*both, Role::Client).status, Status::Ok);
  EXPECT_EQ(context_error(*both, Role::Server).status, Status::Ok);
  EXPECT_EQ((*both)->names()->user, "alice@EXAMPLE.TEST");
  EXPECT_EQ((*both)->expiry(), in_hours(1));
}

TEST_F(KerberosPackage, BothDirectionsAreEitherThatThereIs) {
  const AcquireRequest both = request({}, CredentialUse::Both);
  EXPECT_EQ(who(both), "NO_CREDENTIALS");
  make_keys();
  EXPECT_EQ(who(both), "HTTP/web@EXAMPLE.TEST");
  EXPECT_EQ(context_error(*acquire(both), Role::Client).status, Status::NoCredentials);
  EXPECT_EQ(context_error(*acquire(both), Role::Server).status, Status::Ok);
  std::filesystem::remove(files_.path("keytab"));
  make_tickets();
  EXPECT_EQ(who(both), "alice@EXAMPLE.TEST");
  EXPECT_EQ(context_error(*acquire(both), Role::Server).status, Status::NoCredentials);
}

TEST_F(KerberosPackage, SuppliedIdentityNeedsNothingElse) {
  files_.write_file("krb5.conf", "this is no configuration");
  AcquireRequest asked = request();
  asked.session = nullptr;
  asked.supplied_only = true;
  for (const CredentialUse use :
       {CredentialUse::Outbound, CredentialUse::Inbound, CredentialUse::Both}) {
    asked.use = use;
    asked.auth_data.identity = test::make_identity("EXAMPLE.TEST", "alice", "secret");
    EXPECT_EQ(who(asked), "alice@EXAMPLE.TEST");
    EXPECT_EQ((*acquire(asked))->expiry(), kNever);
  }
  asked.auth_data.identity = test::make_identity("", "alice@example.test", "secret");
  EXPECT_EQ(who(asked), "alice@example.test");
  asked.auth_data.identity = test::make_identity("EXAMPLE", "alice@example.test", "secret");
  EXPECT_EQ(who(asked), "alice@example.test");
  asked.auth_data.identity = test::make_identity("", "alice", "secret");
  EXPECT_EQ(who(asked), "alice");
  asked.auth_data.identity = test::make_identity("EXAMPLE", "", "");
  EXPECT_EQ(who(asked), "nameless");
}

// What would take long where there is no Kerberos is not tried on the way to NTLM.
TEST_F(KerberosPackage, UnderNegotiateIsTriedInRealmsThatAreKnown) {
  files_.configure(
      "default_realm = EXAMPLE.TEST\n[realms]\nOTHER.TEST = {\nkdc = 127.0.0.1:1\n}\n");
  const auto tried = [&](const std::shared_ptr<Identity>& identity) {
    AcquireRequest asked = request();
    asked.auth_data.identity = identity;
    ContextRequest context;
    context.mechanism_oid = oid::kKerberos;
    return (*acquire(asked))->new_context(context).has_value();
  };
  EXPECT_TRUE(tried(test::make_identity("EXAMPLE", "alice", "secret")));
  EXPECT_TRUE(tried(test::make_identity("example.test", "alice", "secret")));
  EXPECT_TRUE(tried(test::make_identity("OTHER.TEST", "alice", "secret")));
  EXPECT_TRUE(tried(test::make_identity("", "alice@other.test", "secret")));
  EXPECT_FALSE(tried(test::make_identity("", "alice", "secret")));
  EXPECT_FALSE(tried(test::make_identity("THIRD.TEST", "alice", "secret")));
  const auto hashed = test::make_identity("EXAMPLE", "alice", "");
  hashed->secret = NtHash();
  EXPECT_FALSE(tried(hashed));
}

TEST_F(KerberosPackage, SuppliedIdentityKeepsToWindowsLimits) {
  AcquireRequest asked = request();
  const auto with = [&](const std::string& domain, const std::string& user,
                        const std::string& password) {
    asked.auth_data.identity = test::make_identity(domain, user, password);
    return acquire(asked);
  };
  EXPECT_TRUE(with(std::string(255, 'd'), std::string(256, 'u'), std::string(256, 'p')));
  EXPECT_EQ(with("d", std::string(257, 'u'), "p").error().status, Status::UnknownCredentials);
  EXPECT_EQ(with(std::string(256, 'd'), "u", "p").error().status, Status::UnknownCredentials);
  EXPECT_EQ(with("d", "u", std::string(257, 'p')).error().status, Status::UnknownCredentials);
  EXPECT_EQ(with("d", "\xFF", "p").error().status, Status::UnknownCredentials);
}

TEST_F(KerberosPackage, RestrictedLogonTakesNothingOutOfTheSession) {
  make_tickets();
  AcquireRequest asked = request();
  asked.supplied_only = true;
  EXPECT_EQ(who(asked), "NO_CREDENTIALS");
}

TEST_F(KerberosPackage, PolicyOnlyNeedsNoCredentialsAndEstablishesNothing) {
  AcquireRequest asked = request({}, CredentialUse::Both);
  asked.policy_only = true;
  for (const bool with_tickets : {false, true}) {
    if (with_tickets) make_tickets();
    const auto credential = acquire(asked);
    ASSERT_TRUE(credential) << credential.error().why;
    EXPECT_EQ(context_error(*credential, Role::Client).status, Status::NoCredentials);
    EXPECT_EQ(context_error(*credential, Role::Server).status, Status::NoCredentials);
  }
}

TEST_F(KerberosPackage, AsksThePolicy) {
  make_tickets();
  auto environment = test::make_environment(nullptr);
  environment->policy = [] {
    return std::make_shared<const policy::Policy>(policy::refuse_everything(3));
  };
  package_ = make_package(environment, [](const std::string&) { return false; });
  EXPECT_EQ(acquire().error().status, Status::InternalError);
  policy::Policy no_ntlm;
  no_ntlm.allow_ntlm = false;
  environment->policy = [=] { return std::make_shared<const policy::Policy>(no_ntlm); };
  EXPECT_EQ(who(), "alice@EXAMPLE.TEST");
}

TEST_F(KerberosPackage, KdcProxyIsOfANewCredential) {
  make_tickets();
  const auto before = acquire();
  const auto changed = (*before)->with_kdc_proxy({"proxy.example.test", true, {1, 2, 3}});
  ASSERT_TRUE(changed);
  EXPECT_FALSE(static_cast<const KerberosCredential&>(**before).kdc_proxy());
  const auto& proxy = static_cast<const KerberosCredential&>(**changed).kdc_proxy();
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->server, "proxy.example.test");
  EXPECT_TRUE(proxy->forced);
  EXPECT_EQ(proxy->client_tls_credential, (Bytes{1, 2, 3}));
  EXPECT_EQ((*changed)->names()->user, "alice@EXAMPLE.TEST");
  EXPECT_EQ((*changed)->expiry(), (*before)->expiry());
  EXPECT_EQ((*changed)->shared_from_this(), *changed);
  EXPECT_EQ(context_error(std::const_pointer_cast<Credential>(*changed), Role::Client).status,
            Status::Ok);
}

}  // namespace
}  // namespace opensspi::kerberos
