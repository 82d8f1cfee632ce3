// What Windows 10 and 11 say of Schannel, three times.
#include "schannel/package.h"

#include <array>
#include <string_view>

#include "sspi/declared_package.h"

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

}  // namespace

std::vector<std::unique_ptr<SecurityPackage>> make_packages(
    std::shared_ptr<const Environment> /*environment*/) {
  std::vector<std::unique_ptr<SecurityPackage>> packages;
  for (const std::string_view name : kNames) {
    packages.push_back(std::make_unique<DeclaredPackage>(info_of(name)));
  }
  return packages;
}

}  // namespace opensspi::schannel
