// opensspi policy: what the policy files come to, and which of them says what; or what is wrong
// with them.
#include <opensspi.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "console.h"
#include "logon.h"
#include "status.h"
#include "subcommands.h"

namespace opensspi::command {
namespace {

constexpr std::size_t kSettingWidth = 58;

struct PolicyOptions {
  std::string file;
  bool json = false;
};

struct OpensspiFree {
  void operator()(char* text) const { opensspi_free(text); }
};

int print_setting(const opensspi_policy_setting* setting, void*) {
  const std::string line = std::string(setting->key) + " = " + setting->value;
  const std::string file = setting->file;
  print(Output::Results,
        printable(file.empty() ? line : padded(line, kSettingWidth) + " # " + file));
  return 0;
}

int collect_setting(const opensspi_policy_setting* setting, void* list) {
  auto& collected = *static_cast<nlohmann::ordered_json*>(list);
  collected.push_back({{"key", setting->key},
                       {"value", setting->value},
                       {"file", *setting->file != '\0' ? setting->file : nlohmann::json()}});
  return 0;
}

ExitCode show_policy(const PolicyOptions& options) {
  // One file alone is what the variable is there for.
  if (!options.file.empty()) setenv("OPENSSPI_POLICY", options.file.c_str(), 1);
  auto list = nlohmann::ordered_json::array();
  char* text = nullptr;
  const SECURITY_STATUS status = options.json ? opensspi_policy_list(collect_setting, &list, &text)
                                              : opensspi_policy_list(print_setting, nullptr, &text);
  const std::unique_ptr<char, OpensspiFree> problem(text);
  if (problem != nullptr) throw CommandError(ExitCode::Policy, problem.get());
  check(status, "the policy");
  if (options.json) print_json(list);
  return ExitCode::Ok;
}

}  // namespace

void add_policy(CLI::App& app, Run& run) {
  CLI::App* policy =
      app.add_subcommand("policy", "What policy permits, and which file says so; checks the files");
  auto options = std::make_shared<PolicyOptions>();
  policy->add_option("file", options->file, "A policy file to look at in place of this machine's");
  policy->add_flag("--json", options->json, "As a JSON array");
  policy->callback([options, &run] { run = [options] { return show_policy(*options); }; });
}

}  // namespace opensspi::command
