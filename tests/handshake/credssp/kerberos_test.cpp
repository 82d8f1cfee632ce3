// CredSSP over Negotiate over Kerberos: the server is proven, its key bound and the credentials
// sealed by Kerberos' messages.
#include <gtest/gtest.h>

#include "handshake/kerberos/kerberos_world.h"
#include "world.h"

namespace opensspi {
namespace {

using test::attribute;
using test::kAlice;
using test::kPassword;
using test::kSpn;

class KerberosLogon : public testing::Test {
 protected:
  [[nodiscard]] AcquireRequest request(CredentialUse use) const {
    AcquireRequest acquire;
    acquire.use = use;
    acquire.session = world_.session();
    acquire.auth_data.authority = authority_;
    acquire.auth_data.tls = use == CredentialUse::Inbound
                                ? test::tls_auth_data(nullptr, test::server_parameters())
                                : nullptr;
    return acquire;
  }

  [[nodiscard]] std::unique_ptr<Context> context(const SecurityPackage& package, Role role,
                                                 bool inside_credssp = false) const {
    const bool client = role == Role::Client;
    const auto credential =
        package.acquire(request(client ? CredentialUse::Outbound : CredentialUse::Inbound));
    EXPECT_TRUE(credential) << credential.error().why;
    ContextRequest asked;
    asked.role = role;
    asked.flags = ContextFlags::MutualAuth;
    if (inside_credssp) asked.flags |= ContextFlags::Confidentiality | ContextFlags::Integrity;
    asked.target_name = client ? kSpn : "";
    asked.inside_credssp = inside_credssp;
    return (*credential)->new_context(asked).value();
  }

  // The protocol inside TLS; credentials for servers that are proven only.
  [[nodiscard]] std::unique_ptr<credssp::Protocol> client_protocol() const {
    return std::make_unique<credssp::ClientProtocol>(
        world_.environment(), context(*negotiate_, Role::Client, true),
        credssp::write_ts_credentials(*test::make_identity("EXAMPLE", "alice", kPassword)).value(),
        credssp::ClientRules{.delegates = true, .needs_mutual_auth = true, .oldest_version = 5});
  }
  [[nodiscard]] std::unique_ptr<credssp::Protocol> server_protocol() const {
    return std::make_unique<credssp::ServerProtocol>(context(*negotiate_, Role::Server, true));
  }

  test::KerberosWorld world_;
  std::shared_ptr<test::FakeAuthority> authority_ = std::make_shared<test::FakeAuthority>();
  std::unique_ptr<SecurityPackage> ntlm_ = ntlm::make_package(world_.environment());
  std::unique_ptr<SecurityPackage> negotiate_ =
      negotiate::make_package(world_.environment(), {&world_.package(), ntlm_.get()});
  std::unique_ptr<SecurityPackage> credssp_ =
      credssp::make_package(world_.environment(), *negotiate_);
};

TEST_F(KerberosLogon, ProvesTheServer) {
  const auto client = context(*credssp_, Role::Client), server = context(*credssp_, Role::Server);
  const auto run = test::run_handshake(*client, *server);
  ASSERT_TRUE(run.both_complete) << (run.client.progress ? "" : run.client.progress.error().why)
                                 << (run.server.progress ? "" : run.server.progress.error().why);
  EXPECT_TRUE(has(run.client.granted, ContextFlags::MutualAuth));
  EXPECT_TRUE(attribute<ServerAuthFlags>(*client, AttributeId::ServerAuthFlags).negotiate);
  for (const Context* side : {client.get(), server.get()}) {
    EXPECT_EQ(attribute<const PackageInfo*>(*side, AttributeId::NegotiationPackage)->name,
              "Kerberos");
    EXPECT_EQ(attribute<Names>(*side, AttributeId::Names).user, kAlice);
  }
  EXPECT_EQ(authority_->validations(), 0);
}

TEST_F(KerberosLogon, NeedsNoNtlm) {
  constexpr std::uint32_t kNtlmBlocked = 0xC0000418;
  policy::Policy policy;
  policy.allow_ntlm = false;
  world_.environment()->policy = [snapshot = std::make_shared<const policy::Policy>(policy)] {
    return snapshot;
  };
  const auto client = context(*credssp_, Role::Client), server = context(*credssp_, Role::Server);
  EXPECT_TRUE(test::run_handshake(*client, *server).both_complete);

  std::filesystem::remove(world_.files().path("keytab"));
  EXPECT_EQ(credssp_->acquire(request(CredentialUse::Inbound)).error().nt_status, kNtlmBlocked);
  AcquireRequest no_realm = request(CredentialUse::Outbound);
  no_realm.auth_data.identity = test::make_identity("DOMAIN", "user", kPassword);
  EXPECT_EQ(credssp_->acquire(no_realm).error().nt_status, kNtlmBlocked);
}

// Who has a keytab needs nobody to judge, but for NTLM.
TEST_F(KerberosLogon, NeedsNoAuthority) {
  authority_ = nullptr;
  world_.environment()->authority = [] { return std::shared_ptr<Authority>(); };
  const auto client = context(*credssp_, Role::Client), server = context(*credssp_, Role::Server);
  EXPECT_TRUE(test::run_handshake(*client, *server).both_complete);

  AcquireRequest of_ntlm = request(CredentialUse::Outbound);
  of_ntlm.auth_data.identity = test::make_identity("DOMAIN", "user", kPassword);
  const auto credential = credssp_->acquire(of_ntlm);
  ASSERT_TRUE(credential) << credential.error().why;
  ContextRequest asked;
  asked.target_name = kSpn;
  const auto unjudged = (*credential)->new_context(asked).value(),
             again = context(*credssp_, Role::Server);
  const auto run = test::run_handshake(*unjudged, *again);
  const StepOutput told = unjudged->step({run.server.token});
  for (const StepOutput* last : {&run.server, &told}) {
    ASSERT_FALSE(last->progress);
    EXPECT_EQ(last->progress.error().status, Status::NoAuthenticatingAuthority);
  }

  std::filesystem::remove(world_.files().path("keytab"));
  EXPECT_EQ(credssp_->acquire(request(CredentialUse::Inbound)).error().status,
            Status::NoAuthenticatingAuthority);
}

TEST_F(KerberosLogon, HandsCredentialsToServersThatMustBeProven) {
  const auto client = client_protocol(), server = server_protocol();
  const test::ProtocolRun run = test::run_protocol(*client, *server);
  ASSERT_TRUE(run.both_complete());
  const credssp::Outcome outcome = server->finish();
  EXPECT_EQ(outcome.credential->user, "alice");
  EXPECT_TRUE(
      equal(outcome.credential->password()->expose(), test::password_utf16le(kPassword).expose()));
  EXPECT_TRUE(client->finish().inner.mutual_auth);
}

// The last byte of each is of Kerberos' making, or of the nonce.
TEST_F(KerberosLogon, NoMessageIsChangedOnItsWay) {
  const std::size_t sent = [&] {
    const auto client = client_protocol(), server = server_protocol();
    return test::run_protocol(*client, *server).messages.size();
  }();
  ASSERT_EQ(sent, 5U);  // AP-REQ, AP-REP, pubKeyAuth twice, authInfo
  for (std::size_t changed = 0; changed < sent; ++changed) {
    world_.forget_replays();
    const auto client = client_protocol(), server = server_protocol();
    const auto run = test::run_protocol(*client, *server, [&](std::size_t number, Bytes& der) {
      if (number == changed) der.back() ^= 1;
    });
    EXPECT_FALSE(run.both_complete()) << changed;
  }
}

}  // namespace
}  // namespace opensspi
