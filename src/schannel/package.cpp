// What Windows 10 and 11 say of Schannel, three times, and Acquire.
#include "schannel/package.h"

#include <array>
#include <string_view>
#include <utility>

#include "schannel/credential.h"

namespace opensspi::schannel {
namespace {

constexpr std::array<std::string_view, 3> kNames = {
    "Schannel",
    "Microsoft Unified Security Protocol Provider",  // UNISP_NAME
    "Default TLS SSP",                               // DEFAULT_TLS_SSP_NAME
};

PackageInfo info_of(std::string_view name) {
  PackageInfo info;
  info.name = name;
  info.comment = "Schannel Security Package";
  info.capabilities = 0x004107B3;
  info.rpc_id = 14;  // UNISP_RPC_ID
  info.max_token = 24576;
  info.auth_data = AuthDataKind::Schannel;
  return info;
}

// Windows: the principal and the logon session count for nothing.
class SchannelPackage final : public SecurityPackage {
 public:
  explicit SchannelPackage(std::string_view name) : info_(info_of(name)) {}

  [[nodiscard]] const PackageInfo& info() const override { return info_; }
  Result<std::shared_ptr<Credential>> acquire(const AcquireRequest& request) const override {
    if (request.auth_data.tls == nullptr) {
      return fail(Status::NoCredentials, "there are no TLS settings to make a credential of");
    }
    return std::make_shared<SchannelCredential>(request.auth_data.tls);
  }

 private:
  PackageInfo info_;
};

}  // namespace

const PackageInfo& package_info() {
  static const PackageInfo info = info_of(kNames.front());
  return info;
}

std::vector<std::unique_ptr<SecurityPackage>> make_packages(
    std::shared_ptr<const Environment> /*environment*/) {
  std::vector<std::unique_ptr<SecurityPackage>> packages;
  for (const std::string_view name : kNames) {
    packages.push_back(std::make_unique<SchannelPackage>(name));
  }
  return packages;
}

}  // namespace opensspi::schannel
