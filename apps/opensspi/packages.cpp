// opensspi packages: what EnumerateSecurityPackages gives.
#include <opensspi.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "console.h"
#include "logon.h"
#include "status.h"
#include "subcommands.h"

namespace opensspi::command {
namespace {

constexpr std::size_t kNameWidth = 46;

std::string hexadecimal(std::uint32_t value) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08X", value);
  return text;
}

int find_ntlm(const opensspi_policy_setting* setting, void* barred) {
  if (std::string_view(setting->key) == "ntlm.allowed") {
    *static_cast<bool*>(barred) = std::string_view(setting->value) == "false";
  }
  return 0;
}

// As on Windows a package that policy forbids is there all the same.
bool policy_bars_ntlm() {
  bool barred = false;
  opensspi_policy_list(find_ntlm, &barred, nullptr);  // `opensspi policy` tells what is wrong there
  return barred;
}

ExitCode list_packages(bool json) {
  ULONG count = 0;
  PSecPkgInfoA packages = nullptr;
  check(EnumerateSecurityPackagesA(&count, &packages), "the packages");
  const std::unique_ptr<SecPkgInfoA, SECURITY_STATUS (*)(void*)> owner(packages, FreeContextBuffer);
  const bool no_ntlm = policy_bars_ntlm();
  auto list = nlohmann::ordered_json::array();
  if (!json) {
    print(Output::Results, paint(Output::Results, Colour::Bold,
                                 padded("NAME", kNameWidth) + padded("CAPABILITIES", 14) +
                                     padded("RPC ID", 8) + padded("TOKEN", 8) + "COMMENT"));
  }
  for (const SecPkgInfoA& package : std::span(packages, count)) {
    const bool barred = no_ntlm && std::string_view(package.Name) == "NTLM";
    if (json) {
      list.push_back({{"name", package.Name},
                      {"capabilities", package.fCapabilities},
                      {"version", package.wVersion},
                      {"rpc_id", package.wRPCID},
                      {"max_token", package.cbMaxToken},
                      {"comment", package.Comment},
                      {"allowed", !barred}});
      continue;
    }
    print(Output::Results, padded(package.Name, kNameWidth) +
                               padded(hexadecimal(package.fCapabilities), 14) +
                               padded(std::to_string(package.wRPCID), 8) +
                               padded(std::to_string(package.cbMaxToken), 8) + package.Comment +
                               (barred ? " (policy does not allow it)" : ""));
  }
  if (json) print_json(list);
  return ExitCode::Ok;
}

}  // namespace

void add_packages(CLI::App& app, Run& run) {
  CLI::App* packages = app.add_subcommand("packages", "The security packages of the library");
  auto json = std::make_shared<bool>(false);
  packages->add_flag("--json", *json, "As a JSON array");
  packages->callback([json, &run] { run = [json] { return list_packages(*json); }; });
}

}  // namespace opensspi::command
