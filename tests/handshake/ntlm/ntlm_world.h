// Clients and servers of NTLM in a world with one account, DOMAIN\Alice with the password
// Passw0rd!.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "ntlm/messages.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"

namespace opensspi::test {

inline constexpr ContextFlags kConfidential = ContextFlags::Confidentiality;

class NtlmWorld {
 public:
  NtlmWorld() { authority_->add_user("DOMAIN", "Alice", "Passw0rd!"); }

  FakeAuthority& authority() { return *authority_; }
  Environment& environment() { return *environment_; }

  std::unique_ptr<Context> client(ContextFlags flags = kConfidential,
                                  std::string_view password = "Passw0rd!",
                                  std::string user = "Alice", std::string domain = "DOMAIN") {
    AcquireRequest acquire;
    acquire.auth_data.identity = make_identity(std::move(domain), std::move(user), password);
    return context(acquire, Role::Client, flags);
  }

  std::unique_ptr<Context> server(ContextFlags flags = ContextFlags::None) {
    AcquireRequest acquire;
    acquire.use = CredentialUse::Inbound;
    return context(acquire, Role::Server, flags);
  }

  std::unique_ptr<Context> context(const AcquireRequest& acquire, Role role, ContextFlags flags) {
    const auto credential = package_->acquire(acquire);
    EXPECT_TRUE(credential);
    ContextRequest request;
    request.role = role;
    request.flags = flags;
    if (role == Role::Client) request.target_name = "TERMSRV/server.domain.test";
    auto made = (*credential)->new_context(request);
    EXPECT_TRUE(made);
    return std::move(*made);
  }

  SecurityPackage& package() { return *package_; }

 private:
  std::shared_ptr<FakeAuthority> authority_ = std::make_shared<FakeAuthority>();
  std::shared_ptr<Environment> environment_ = make_environment(authority_);
  std::unique_ptr<SecurityPackage> package_ = ntlm::make_package(environment_);
};

template <class T>
T attribute(const Context& context, AttributeId id) {
  auto answer = context.query(id);
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().why);
  return std::move(std::get<T>(*answer));
}

// What a step answered: its error, or Ok.
inline Status status_of(const StepOutput& output) {
  return output.progress ? Status::Ok : output.progress.error().status;
}

inline std::uint32_t nt_status_of(const StepOutput& output) {
  return output.progress ? 0 : output.progress.error().nt_status;
}

}  // namespace opensspi::test
