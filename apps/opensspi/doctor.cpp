// opensspi doctor: what on this machine would keep a logon from working, and what to do about it.
#include <opensspi.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "console.h"
#include "logon.h"
#include "status.h"
#include "subcommands.h"

namespace opensspi::command {
namespace {

constexpr std::size_t kAreaWidth = 13;
constexpr std::size_t kVerdictWidth = 9;

struct VerdictName {
  const char* text;
  Colour colour;
};
// In the order of OPENSSPI_FINDING_*.
constexpr std::array<VerdictName, 4> kVerdicts{{{"ok", Colour::Green},
                                                {"note", Colour::Dim},
                                                {"warning", Colour::Yellow},
                                                {"problem", Colour::Red}}};

struct DoctorOptions {
  std::string target;
  bool json = false;
};

struct Report {
  bool json = false;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  int problems = 0;
};

void print_finding(const opensspi_finding& finding, const VerdictName& verdict) {
  print(Output::Results,
        padded(finding.area, kAreaWidth) +
            paint(Output::Results, verdict.colour, padded(verdict.text, kVerdictWidth)) +
            printable(finding.found));
  if (*finding.advice == '\0') return;
  print(Output::Results, std::string(kAreaWidth + kVerdictWidth, ' ') + printable(finding.advice));
}

int report_finding(const opensspi_finding* finding, void* user) {
  auto& report = *static_cast<Report*>(user);
  const VerdictName& verdict = kVerdicts.at(static_cast<std::size_t>(finding->verdict));
  if (finding->verdict == OPENSSPI_FINDING_PROBLEM) ++report.problems;
  if (!report.json) {
    print_finding(*finding, verdict);
    return 0;
  }
  report.list.push_back({{"area", finding->area},
                         {"verdict", verdict.text},
                         {"found", finding->found},
                         {"advice", finding->advice},
                         {"value", finding->value}});
  return 0;
}

// A host alone is one that serves remote desktops.
std::string spn_of(const std::string& target) {
  if (target.empty() || target.find('/') != std::string::npos) return target;
  return "TERMSRV/" + target;
}

ExitCode examine(const DoctorOptions& options) {
  Report report{.json = options.json};
  check(opensspi_examine_machine(spn_of(options.target).c_str(), report_finding, &report),
        "the machine");
  if (options.json) print_json(report.list);
  return report.problems == 0 ? ExitCode::Ok : ExitCode::Refused;
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Looks this machine over: what would keep a logon from working, and what to do");
  auto options = std::make_shared<DoctorOptions>();
  doctor->add_option("target", options->target,
                     "A host, or an SPN such as HTTP/www.example.test, to find the way to as well");
  doctor->add_flag("--json", options->json, "As a JSON array");
  doctor->footer("Exit codes: 0 no problem, 1 there are problems");
  doctor->callback([options, &run] { run = [options] { return examine(*options); }; });
}

}  // namespace opensspi::command
