// opensspi login: who this user's programs are when they name nobody.
#include <opensspi.h>

#include <memory>
#include <string>

#include "console.h"
#include "password.h"
#include "status.h"
#include "subcommands.h"
#include "times.h"
#include "user_name.h"

namespace opensspi::command {
namespace {

struct LoginOptions {
  std::string user, password_file, lifetime;
};

ExitCode log_in(const LoginOptions& options) {
  const UserName name = parse_user_name(options.user);
  const std::uint32_t lifetime = options.lifetime.empty() ? 0 : parse_duration(options.lifetime);
  const SecretText password = password_for_logon(options.password_file, name.text());
  check(opensspi_login(name.user.c_str(), name.domain.c_str(), password.expose().c_str(), lifetime,
                       nullptr),
        name.text());
  const std::string until =
      lifetime == 0 ? "the keyring goes" : time_text(now() + lifetime * kSecond);
  print(Output::Results, "logged in " + printable(name.text()) + " until " + until);
  return ExitCode::Ok;
}

}  // namespace

void add_login(CLI::App& app, Run& run) {
  CLI::App* login = app.add_subcommand(
      "login",
      "Put a name and password into this user's logon session, for programs that name none");
  auto options = std::make_shared<LoginOptions>();
  login->add_option("user", options->user, "[DOMAIN\\]USER or USER@DOMAIN")->required();
  login
      ->add_option("--for", options->lifetime,
                   "How long: 90s, 30m, 8h, 2d; default: as long as "
                   "the kernel keeps the keyring")
      ->type_name("DURATION");
  login
      ->add_option("--password-file", options->password_file,
                   "The password is the first line; - is standard input; default: "
                   "$OPENSSPI_PASSWORD, else a prompt")
      ->type_name("FILE");
  login->callback([options, &run] { run = [options] { return log_in(*options); }; });
}

}  // namespace opensspi::command
