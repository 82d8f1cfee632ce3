// The command line. Failures anywhere below are CommandErrors, which end up here as one line and an
// exit code: 0 done or accepted, 1 refused, 2 usage, 3 network, 4 policy.
#include <opensspi.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "console.h"
#include "subcommands.h"

namespace {

using namespace opensspi::command;

ExitCode run_reporting(const Run& run) {
  try {
    return run();
  } catch (const CommandError& error) {
    print(Output::Progress,
          paint(Output::Progress, Colour::Red, "opensspi: ") + printable(error.what()));
    return error.code();
  } catch (const std::exception& error) {
    print(Output::Progress, std::string("opensspi: ") + error.what());
    return ExitCode::Refused;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("SSPI with CredSSP: try it, serve it, find out why a logon fails", "opensspi");
  app.set_version_flag("--version", std::string("opensspi ") + opensspi_version());
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done or accepted, 1 refused, 2 usage, 3 network, 4 policy");
  Run run;
  add_packages(app, run);
  add_account(app, run);
  add_login(app, run);
  add_logout(app, run);
  add_passwd(app, run);
  add_sessions(app, run);
  add_creds(app, run);
  add_serve(app, run);
  add_connect(app, run);
  add_policy(app, run);
  add_doctor(app, run);
  add_demo(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(app.exit(error) == 0 ? ExitCode::Ok : ExitCode::Usage);
  }
  return static_cast<int>(run_reporting(run));
}
