// Negotiate contexts over fake mechanisms, and the messages that a peer made by hand would send.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "negotiate/package.h"
#include "negotiate/tokens.h"
#include "support/fake_environment.h"
#include "support/fake_mechanism.h"
#include "support/hex.h"

namespace opensspi::test {

inline const Bytes kOidA = {0x2A, 1};
inline const Bytes kOidB = {0x2A, 2};
inline const Bytes kOidC = {0x2A, 3};

inline Bytes text(std::string_view characters) {
  return copy(view(characters));
}

inline ContextRequest request_for(std::string target_name, bool inside_credssp = false) {
  ContextRequest request;
  request.target_name = std::move(target_name);
  request.inside_credssp = inside_credssp;
  return request;
}

// One side that prefers `mechanisms` in their order.
inline std::unique_ptr<Context> make_side(Role role, std::vector<const SecurityPackage*> mechanisms,
                                          ContextRequest request = {},
                                          policy::RawNtlm raw_ntlm = policy::RawNtlm::Auto) {
  auto environment = make_environment(nullptr);
  environment->policy = [raw_ntlm] {
    policy::Policy policy;
    policy.raw_ntlm = raw_ntlm;
    return std::make_shared<const policy::Policy>(policy);
  };
  const auto package = negotiate::make_package(environment, std::move(mechanisms));
  AcquireRequest acquire;
  acquire.use = CredentialUse::Both;
  request.role = role;
  return std::move(*(*package->acquire(acquire))->new_context(request));
}

inline Bytes resp(const negotiate::NegTokenResp& message) {
  return negotiate::write(message);
}

inline testing::AssertionResult failed_with(const StepOutput& out, Status status) {
  if (out.progress) return testing::AssertionFailure() << "it did not fail";
  if (out.progress.error().status == status) return testing::AssertionSuccess();
  return testing::AssertionFailure() << out.progress.error().why;
}

inline testing::AssertionResult went(const StepOutput& out, Progress progress) {
  if (!out.progress) return testing::AssertionFailure() << out.progress.error().why;
  if (*out.progress == progress) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "another progress";
}

}  // namespace opensspi::test
