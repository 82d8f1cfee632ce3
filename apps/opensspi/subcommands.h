// What main() knows of the subcommands: each adds itself to the command line, and leaves what is to
// be run when it was chosen.
#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "command_error.h"

namespace opensspi::command {

using Run = std::function<ExitCode()>;

void add_packages(CLI::App& app, Run& run);
void add_account(CLI::App& app, Run& run);
void add_login(CLI::App& app, Run& run);
void add_logout(CLI::App& app, Run& run);
void add_passwd(CLI::App& app, Run& run);
void add_sessions(CLI::App& app, Run& run);
void add_creds(CLI::App& app, Run& run);
void add_serve(CLI::App& app, Run& run);
void add_connect(CLI::App& app, Run& run);
void add_policy(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_demo(CLI::App& app, Run& run);

}  // namespace opensspi::command
