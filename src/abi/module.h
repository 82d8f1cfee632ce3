// The composition root: the one place where packages, authority, policy, clock and randomness are
// put together. One per process, made by the first call that needs it, never destroyed.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "abi/handle_table.h"
#include "abi/judges.h"
#include "abi/kdc_ways.h"
#include "abi/observers.h"
#include "abi/policy_source.h"
#include "abi/token_table.h"
#include "logon/sessions.h"
#include "sspi/environment.h"
#include "sspi/package.h"

namespace opensspi::abi {

class Module {
 public:
  static Module& instance();

  [[nodiscard]] HandleTable& handles() { return handles_; }
  [[nodiscard]] TokenTable& tokens() { return tokens_; }
  [[nodiscard]] Observers& observers() { return observers_; }
  [[nodiscard]] PolicySource& policy() { return policy_; }
  [[nodiscard]] Judges& judges() { return judges_; }
  [[nodiscard]] KdcWays& kdc_ways() { return kdc_ways_; }
  [[nodiscard]] logon::Sessions& sessions() { return sessions_; }
  [[nodiscard]] const std::shared_ptr<const Environment>& environment() { return environment_; }

  // The keytab of this program's servers; empty: libkrb5's default.
  void set_keytab(std::string name);

  // In Windows' order.
  [[nodiscard]] const std::vector<const PackageInfo*>& package_infos() const { return infos_; }
  [[nodiscard]] std::vector<const SecurityPackage*> packages() const;
  // Without regard to case. PackageNotFound.
  [[nodiscard]] Result<const SecurityPackage*> find_package(std::string_view name) const;

 private:
  Module();
  [[nodiscard]] std::shared_ptr<const Environment> make_environment();
  void make_packages();
  [[nodiscard]] std::string keytab();

  Observers observers_;
  std::mutex keytab_mutex_;
  std::string keytab_;
  PolicySource policy_;
  Judges judges_;
  logon::Sessions sessions_;
  KdcWays kdc_ways_;
  HandleTable handles_;
  TokenTable tokens_;
  std::shared_ptr<const Environment> environment_;
  std::vector<std::unique_ptr<SecurityPackage>> packages_;
  std::vector<const PackageInfo*> infos_;
};

}  // namespace opensspi::abi
