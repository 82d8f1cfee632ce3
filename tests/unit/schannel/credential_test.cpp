// What Acquire for Schannel makes of its TLS.
#include "schannel/credential.h"

#include <gtest/gtest.h>

#include <memory>

#include "schannel/package.h"
#include "support/tls_loopback.h"

namespace opensspi {
namespace {

using test::tls_auth_data;

std::shared_ptr<Credential> acquire(std::shared_ptr<const TlsAuthData> tls) {
  AcquireRequest request;
  request.auth_data.tls = std::move(tls);
  return schannel::make_packages(nullptr).front()->acquire(request).value();
}

Status context_status(const Credential& credential, Role role) {
  ContextRequest request;
  request.role = role;
  const auto context = credential.new_context(request);
  return context ? Status::Ok : context.error().status;
}

TEST(SchannelAcquire, NeedsTls) {
  for (const auto& package : schannel::make_packages(nullptr)) {
    EXPECT_EQ(package->acquire({}).error().status, Status::NoCredentials);
  }
}

TEST(SchannelCredential, IsForTheDirectionsThatItHasTlsOf) {
  const auto client_side = test::client_parameters();
  const auto server_side = test::server_parameters();
  const auto client = acquire(tls_auth_data(client_side, nullptr));
  const auto server = acquire(tls_auth_data(nullptr, server_side));
  const auto both = acquire(tls_auth_data(client_side, server_side));
  EXPECT_EQ(client->tls(Role::Client), client_side.get());
  EXPECT_EQ(client->tls(Role::Server), nullptr);
  EXPECT_EQ(server->tls(Role::Client), nullptr);
  EXPECT_EQ(server->tls(Role::Server), server_side.get());
  EXPECT_EQ(both->tls(Role::Client), client_side.get());
  EXPECT_EQ(both->tls(Role::Server), server_side.get());

  EXPECT_EQ(context_status(*client, Role::Client), Status::Ok);
  EXPECT_EQ(context_status(*client, Role::Server), Status::NoCredentials);
  EXPECT_EQ(context_status(*server, Role::Client), Status::NoCredentials);
  EXPECT_EQ(context_status(*server, Role::Server), Status::Ok);
  EXPECT_EQ(context_status(*both, Role::Client), Status::Ok);
  EXPECT_EQ(context_status(*both, Role::Server), Status::Ok);
}

TEST(SchannelCredential, HasNoName) {
  const auto credential = acquire(tls_auth_data(test::client_parameters(), nullptr));
  EXPECT_EQ(credential->names().error().status, Status::NoCredentials);
}

TEST(SchannelCredential, EndsWithTheFirstCertificateToEnd) {
  EXPECT_EQ(acquire(tls_auth_data(test::client_parameters(), nullptr))->expiry(), kNever);
  EXPECT_EQ(acquire(tls_auth_data(nullptr, tls::Parameters::server({}).value()))->expiry(), kNever);

  const auto with = [](const test::Issued& issued) {
    tls::Options options;
    options.key_pairs = {std::make_shared<x509::KeyPair>(issued.key_pair())};
    return options;
  };
  const tls::Options later = with(test::issue({.last_day = 20}));
  const tls::Options over = with(test::issue({.first_day = -9, .last_day = -3}));
  const auto end_of = [](const tls::Options& options) {
    return file_time_of_unix(options.key_pairs.front()->chain.front().not_after());
  };
  EXPECT_EQ(acquire(tls_auth_data(nullptr, tls::Parameters::server(later).value()))->expiry(),
            end_of(later));
  EXPECT_EQ(acquire(tls_auth_data(tls::Parameters::client(later).value(),
                                  tls::Parameters::server(over).value()))
                ->expiry(),
            end_of(over));
}

}  // namespace
}  // namespace opensspi
