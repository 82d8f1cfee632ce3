// opensspi logout: takes names out of this user's logon session.
#include <opensspi.h>

#include <memory>
#include <string>

#include "console.h"
#include "status.h"
#include "subcommands.h"

namespace opensspi::command {
namespace {

ExitCode log_out(const std::string& name) {
  check(opensspi_logout(name.c_str()), name.empty() ? "logout" : name);
  print(Output::Results, "logged out " + (name.empty() ? "everybody" : printable(name)));
  return ExitCode::Ok;
}

}  // namespace

void add_logout(CLI::App& app, Run& run) {
  CLI::App* logout =
      app.add_subcommand("logout", "Take a name, or all, out of this user's logon session");
  auto name = std::make_shared<std::string>();
  logout->add_option("user", *name, "[DOMAIN\\]USER or USER@DOMAIN; default: everybody");
  logout->callback([name, &run] { run = [name] { return log_out(*name); }; });
}

}  // namespace opensspi::command
