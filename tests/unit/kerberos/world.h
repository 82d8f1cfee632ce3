// Acquire for Kerberos over made-up tickets, at a time that stands still.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "kerberos/credential.h"
#include "kerberos/package.h"
#include "support/fake_environment.h"
#include "support/fake_session.h"
#include "support/kerberos_files.h"

namespace opensspi::kerberos {

inline constexpr std::int64_t kHour = 3600;
inline constexpr std::int64_t kUnixNow =
    static_cast<std::int64_t>(test::kFakeNow / 10'000'000) - 11'644'473'600;
inline constexpr char kRealm[] = "EXAMPLE.TEST";
inline constexpr char kGranting[] = "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST";

inline test::MadeTicket granting(std::int64_t hours) {
  return {kGranting, kUnixNow + hours * kHour};
}
inline test::MadeTicket for_service(std::int64_t hours) {
  return {"HTTP/web.example.test@EXAMPLE.TEST", kUnixNow + hours * kHour};
}
inline FileTime in_hours(std::int64_t hours) {
  return file_time_of_unix(kUnixNow + hours * kHour);
}

class KerberosTest : public testing::Test {
 protected:
  KerberosTest() { session_->set_kerberos_caches({""}); }

  [[nodiscard]] AcquireRequest request(std::string principal = {},
                                       CredentialUse use = CredentialUse::Outbound) const {
    AcquireRequest made;
    made.principal = std::move(principal);
    made.use = use;
    made.session = session_;
    return made;
  }
  [[nodiscard]] Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& asked) const {
    return package_->acquire(asked);
  }
  [[nodiscard]] Result<std::shared_ptr<Credential>> acquire(std::string principal = {}) const {
    return acquire(request(std::move(principal)));
  }

  // The name of who was acquired, else the name of the status.
  [[nodiscard]] std::string who(const AcquireRequest& asked) const {
    const auto credential = acquire(asked);
    if (!credential) return status_name(credential.error().status);
    const auto names = (*credential)->names();
    return names ? names->user : "nameless";
  }
  [[nodiscard]] std::string who(std::string principal = {}) const {
    return who(request(std::move(principal)));
  }

  static std::string status_name(Status status) {
    switch (status) {
      case Status::NoCredentials:
        return "NO_CREDENTIALS";
      case Status::UnknownCredentials:
        return "UNKNOWN_CREDENTIALS";
      case Status::NotOwner:
        return "NOT_OWNER";
      default:
        return "another status";
    }
  }

  static const Result<Source>& source(const std::shared_ptr<Credential>& credential, Role role) {
    return static_cast<const KerberosCredential&>(*credential).source(role);
  }

  test::KerberosFiles files_;
  std::shared_ptr<test::FakeSession> session_ = std::make_shared<test::FakeSession>();
  int kcm_questions_ = 0;
  std::unique_ptr<SecurityPackage> package_ =
      make_package(test::make_environment(nullptr), [this](const std::string&) {
        ++kcm_questions_;
        return false;
      });
};

}  // namespace opensspi::kerberos
