// Negotiate over the real NTLM on both sides, in a world in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "negotiate/package.h"
#include "negotiate/tokens.h"
#include "ntlm/package.h"
#include "support/fake_environment.h"
#include "support/fake_mechanism.h"
#include "support/hex.h"

namespace opensspi::test {

inline constexpr std::string_view kPassword = "Password!";
inline constexpr std::string_view kTarget = "HTTP/server.domain.test";

inline constexpr ContextFlags kWanted = ContextFlags::Confidentiality | ContextFlags::Integrity |
                                        ContextFlags::MutualAuth | ContextFlags::ReplayDetect |
                                        ContextFlags::SequenceDetect;

class NegotiateWorld {
 public:
  explicit NegotiateWorld(policy::RawNtlm raw_ntlm = policy::RawNtlm::Auto) {
    authority->add_user("DOMAIN", "user", kPassword);
    policy::Policy policy;
    policy.raw_ntlm = raw_ntlm;
    environment->policy = [snapshot = std::make_shared<const policy::Policy>(policy)] {
      return snapshot;
    };
  }

  // `preferred`: mechanisms before NTLM.
  std::unique_ptr<Context> client(std::string_view password = kPassword,
                                  ContextFlags flags = kWanted,
                                  std::vector<const SecurityPackage*> preferred = {}) {
    AcquireRequest acquire;
    acquire.auth_data.identity = make_identity("DOMAIN", "user", password);
    ContextRequest request;
    request.flags = flags;
    request.target_name = kTarget;
    return side(acquire, request, std::move(preferred));
  }
  std::unique_ptr<Context> server(std::vector<const SecurityPackage*> preferred = {},
                                  ContextFlags flags = ContextFlags::None) {
    AcquireRequest acquire;
    acquire.use = CredentialUse::Inbound;
    ContextRequest request;
    request.role = Role::Server;
    request.flags = flags;
    return side(acquire, request, std::move(preferred));
  }

  std::shared_ptr<FakeAuthority> authority = std::make_shared<FakeAuthority>();
  std::shared_ptr<Environment> environment = make_environment(authority);
  std::unique_ptr<SecurityPackage> ntlm = ntlm::make_package(environment);

 private:
  std::unique_ptr<Context> side(const AcquireRequest& acquire, const ContextRequest& request,
                                std::vector<const SecurityPackage*> mechanisms) const {
    mechanisms.push_back(ntlm.get());
    const auto package = negotiate::make_package(environment, std::move(mechanisms));
    return std::move(*(*package->acquire(acquire))->new_context(request));
  }
};

inline Status status_of(const StepOutput& out) {
  return out.progress ? Status::Ok : out.progress.error().status;
}

}  // namespace opensspi::test
