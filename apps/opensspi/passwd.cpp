// opensspi passwd: whoever knows an account's password sets a new one.
#include <opensspi.h>
#include <security.h>

#include <memory>
#include <string>

#include "console.h"
#include "password.h"
#include "status.h"
#include "subcommands.h"
#include "user_name.h"

namespace opensspi::command {
namespace {

struct PasswdOptions {
  std::string user, old_password_file, password_file;
};

ExitCode change(const PasswdOptions& options) {
  const UserName name = parse_user_name(options.user);
  const SecretText old_password = options.old_password_file.empty()
                                      ? prompt_password("Old password of " + name.text())
                                      : password_from_file(options.old_password_file);
  const SecretText password = new_password(options.password_file, name.text());
  const auto text = [](const std::string& value) { return const_cast<SEC_CHAR*>(value.c_str()); };
  check(ChangeAccountPasswordA(text("Negotiate"), text(name.domain), text(name.user),
                               text(old_password.expose()), text(password.expose()), FALSE, 0,
                               nullptr),
        name.text());
  print(Output::Results, "changed the password of " + printable(name.text()));
  return ExitCode::Ok;
}

}  // namespace

void add_passwd(CLI::App& app, Run& run) {
  CLI::App* passwd = app.add_subcommand(
      "passwd", "Change a password that you know: of this machine's accounts, or in a domain");
  auto options = std::make_shared<PasswdOptions>();
  passwd->add_option("user", options->user, "[DOMAIN\\]USER or USER@DOMAIN")->required();
  passwd
      ->add_option("--old-password-file", options->old_password_file,
                   "The old password is the first line; - is standard input; default: a prompt")
      ->type_name("FILE");
  passwd
      ->add_option("--password-file", options->password_file,
                   "The new password is the first line; default: a prompt, asked twice")
      ->type_name("FILE");
  passwd->callback([options, &run] { run = [options] { return change(*options); }; });
}

}  // namespace opensspi::command
