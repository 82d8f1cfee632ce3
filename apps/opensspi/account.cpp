// opensspi account: the accounts of this machine.
#include <opensspi.h>
#include <pwd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "console.h"
#include "files.h"
#include "logon.h"
#include "password.h"
#include "status.h"
#include "subcommands.h"
#include "times.h"
#include "user_name.h"

namespace opensspi::command {
namespace {

struct AccountOptions {
  std::string user, password_file, import_file, lockout, expires;
  std::optional<std::string> unix_user;
  bool must_change = false, json = false;
};

class Accounts {
 public:
  Accounts() { check(opensspi_accounts_open(nullptr, &accounts_), "the accounts"); }
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;
  ~Accounts() { opensspi_accounts_close(accounts_); }

  [[nodiscard]] opensspi_accounts* get() const { return accounts_; }
  [[nodiscard]] std::string path() const { return opensspi_accounts_path(accounts_); }

 private:
  opensspi_accounts* accounts_ = nullptr;
};

void done(const std::string& text) {
  print(Output::Results, text);
}

// "2027-01-31" as FILETIME, the beginning of that day in UTC; "never" is 0.
std::uint64_t parse_expiry(const std::string& text) {
  if (text == "never") return 0;
  int year = 0, used = 0;
  unsigned month = 0, day = 0;
  const int fields = std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &used);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (fields != 3 || static_cast<std::size_t>(used) != text.size() || !date.ok() || year < 1970)
    throw CommandError(ExitCode::Usage, "'" + text + "' is no date: YYYY-MM-DD or never");
  const std::chrono::seconds since_epoch = std::chrono::sys_days(date).time_since_epoch();
  return static_cast<std::uint64_t>(since_epoch.count()) * kSecond + kUnixEpoch;
}

void set_conditions(const Accounts& accounts, const UserName& name, const AccountOptions& options) {
  if (options.must_change) {
    check(
        opensspi_account_set_must_change(accounts.get(), name.user.c_str(), name.domain.c_str(), 1),
        name.text());
  }
  if (!options.expires.empty()) {
    check(opensspi_account_set_expiry(accounts.get(), name.user.c_str(), name.domain.c_str(),
                                      parse_expiry(options.expires)),
          name.text());
  }
  if (options.unix_user) {
    check(opensspi_account_set_unix_user(accounts.get(), name.user.c_str(), name.domain.c_str(),
                                         options.unix_user->c_str()),
          name.text());
    if (!options.unix_user->empty() && getpwnam(options.unix_user->c_str()) == nullptr)
      print(Output::Progress, "there is no user '" + printable(*options.unix_user) + "' here yet");
  }
}

ExitCode add(const AccountOptions& options) {
  const UserName name = parse_user_name(options.user);
  if (!options.expires.empty()) parse_expiry(options.expires);
  const SecretText password = new_password(options.password_file, name.text());
  const Accounts accounts;
  check(opensspi_account_add(accounts.get(), name.user.c_str(), name.domain.c_str(),
                             password.expose().c_str()),
        name.text());
  set_conditions(accounts, name, options);
  done("added " + printable(name.text()) + " to " + accounts.path());
  return ExitCode::Ok;
}

ExitCode change_password(const AccountOptions& options) {
  const UserName name = parse_user_name(options.user);
  const SecretText password = new_password(options.password_file, name.text());
  const Accounts accounts;
  check(opensspi_account_set_password(accounts.get(), name.user.c_str(), name.domain.c_str(),
                                      password.expose().c_str()),
        name.text());
  set_conditions(accounts, name, options);
  done("changed the password of " + printable(name.text()));
  return ExitCode::Ok;
}

ExitCode change(const AccountOptions& options) {
  const UserName name = parse_user_name(options.user);
  const Accounts accounts;
  set_conditions(accounts, name, options);
  done("changed " + printable(name.text()));
  return ExitCode::Ok;
}

ExitCode set_enabled(const AccountOptions& options, bool enabled) {
  const UserName name = parse_user_name(options.user);
  const Accounts accounts;
  check(opensspi_account_set_enabled(accounts.get(), name.user.c_str(), name.domain.c_str(),
                                     enabled ? 1 : 0),
        name.text());
  done((enabled ? "enabled " : "disabled ") + printable(name.text()));
  return ExitCode::Ok;
}

ExitCode remove(const AccountOptions& options) {
  const UserName name = parse_user_name(options.user);
  const Accounts accounts;
  check(opensspi_account_remove(accounts.get(), name.user.c_str(), name.domain.c_str()),
        name.text());
  done("removed " + printable(name.text()));
  return ExitCode::Ok;
}

std::string state_of(const opensspi_account& account) {
  if (account.enabled == 0) return "disabled";
  if (account.expires != 0 && account.expires <= now()) return "expired";
  if (account.locked_until > now()) return "locked";
  return account.must_change != 0 ? "must change" : "enabled";
}

nlohmann::ordered_json to_json(const opensspi_account& account) {
  const auto time_or_null = [](std::uint64_t time) {
    return time == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(time_text(time));
  };
  return {{"user", account.user},
          {"domain", account.domain},
          {"unix_user", account.unix_user[0] != 0 ? nlohmann::ordered_json(account.unix_user)
                                                  : nlohmann::ordered_json()},
          {"enabled", account.enabled != 0},
          {"must_change", account.must_change != 0},
          {"expires", time_or_null(account.expires)},
          {"last_logon", time_or_null(account.last_logon)},
          {"failures", account.failures},
          {"locked_until", time_or_null(account.locked_until)}};
}

ExitCode list(const AccountOptions& options) {
  const Accounts accounts;
  auto array = nlohmann::ordered_json::array();
  if (options.json) {
    const auto collect = [](const opensspi_account* account, void* user) {
      static_cast<nlohmann::ordered_json*>(user)->push_back(to_json(*account));
      return 0;
    };
    check(opensspi_account_list(accounts.get(), collect, &array), "the accounts");
    print_json(array);
    return ExitCode::Ok;
  }
  done(paint(Output::Results, Colour::Bold,
             padded("ACCOUNT", 32) + padded("STATE", 13) + padded("LAST LOGON", 22) +
                 padded("EXPIRES", 22) + padded("FAILURES", 10) + "UNIX USER"));
  const auto show = [](const opensspi_account* account, void* /*user*/) {
    const UserName name{account->user, account->domain};
    done(padded(printable(name.text()), 32) + padded(state_of(*account), 13) +
         padded(time_text(account->last_logon), 22) + padded(time_text(account->expires), 22) +
         padded(std::to_string(account->failures), 10) + printable(account->unix_user));
    return 0;
  };
  check(opensspi_account_list(accounts.get(), show, nullptr), "the accounts");
  return ExitCode::Ok;
}

// "5/15": five failures lock for a quarter of an hour. "off".
opensspi_lockout_policy parse_lockout(const std::string& text) {
  opensspi_lockout_policy policy{};
  if (text == "off") return policy;
  int used = 0;
  const int fields =
      std::sscanf(text.c_str(), "%9u/%9u%n", &policy.threshold, &policy.minutes, &used);
  if (fields != 2 || static_cast<std::size_t>(used) != text.size() ||
      text.find_first_not_of("0123456789/") != std::string::npos)
    throw CommandError(ExitCode::Usage, "'" + text + "' is no lockout: FAILURES/MINUTES or off");
  return policy;
}

ExitCode policy(const AccountOptions& options) {
  opensspi_lockout_policy lockout{};
  if (!options.lockout.empty()) lockout = parse_lockout(options.lockout);
  const Accounts accounts;
  if (!options.lockout.empty())
    check(opensspi_accounts_set_lockout(accounts.get(), &lockout), "the lockout");
  check(opensspi_accounts_lockout(accounts.get(), &lockout), "the lockout");
  done(lockout.threshold == 0
           ? "lockout: off"
           : "lockout: for " + std::to_string(lockout.minutes) + " minutes after " +
                 std::to_string(lockout.threshold) + " wrong passwords");
  return ExitCode::Ok;
}

ExitCode import(const AccountOptions& options) {
  const SecretText text = read_file(options.import_file);
  const Accounts accounts;
  std::uint32_t imported = 0, skipped = 0;
  const SECURITY_STATUS status = opensspi_account_import(accounts.get(), text.expose().data(),
                                                         text.expose().size(), &imported, &skipped);
  const std::int64_t line = status == SEC_E_OK ? 0 : last_error().value;
  check(status, options.import_file + (line > 0 ? ":" + std::to_string(line) : ""));
  done("imported " + std::to_string(imported) + ", skipped " + std::to_string(skipped));
  return ExitCode::Ok;
}

}  // namespace

void add_account(CLI::App& app, Run& run) {
  CLI::App* account = app.add_subcommand(
      "account", "The accounts of this machine, in $OPENSSPI_ACCOUNTS or the default place");
  account->require_subcommand(1);
  auto options = std::make_shared<AccountOptions>();
  const auto verb = [&](const char* name, const char* help, auto body) {
    CLI::App* made = account->add_subcommand(name, help);
    made->callback([options, &run, body] { run = [options, body] { return body(*options); }; });
    return made;
  };
  const auto with_user = [&](CLI::App* made) {
    made->add_option("user", options->user, "[DOMAIN\\]USER")->required();
    return made;
  };
  const auto with_password = [&](CLI::App* made) {
    made->add_option("--password-file", options->password_file,
                     "The password is the first line; - is standard input; default: a prompt")
        ->type_name("FILE");
    made->add_flag("--must-change", options->must_change, "It must be changed before a logon");
    return made;
  };
  const auto with_conditions = [&](CLI::App* made) {
    CLI::Option_group* conditions = made->add_option_group("Conditions");
    conditions->add_option("--expires", options->expires, "YYYY-MM-DD (UTC) or never");
    conditions
        ->add_option("--unix-user", options->unix_user,
                     "The user of this machine that the account stands for; '' takes that back. "
                     "Default: who has its name, and never root")
        ->type_name("NAME");
    return conditions;
  };
  with_conditions(with_password(with_user(verb("add", "Make an account", add))));
  with_conditions(with_user(verb("change", "Set what is said of an account", change)))
      ->require_option(1, 0);
  verb("list", "Show the accounts", list)->add_flag("--json", options->json, "As a JSON array");
  with_password(with_user(verb("passwd", "Set another password", change_password)));
  with_user(verb("enable", "Allow logons again, and lift a lockout",
                 [](const AccountOptions& o) { return set_enabled(o, true); }));
  with_user(verb("disable", "Refuse logons",
                 [](const AccountOptions& o) { return set_enabled(o, false); }));
  with_user(verb("remove", "Forget an account", remove));
  verb("policy", "Show or set when accounts are locked", policy)
      ->add_option("--lockout", options->lockout,
                   "FAILURES/MINUTES: lock for so long after so many wrong passwords; off");
  verb("import", "Take over accounts of smbpasswd or a FreeRDP SAM file", import)
      ->add_option("file", options->import_file, "The file; - is standard input")
      ->required();
}

}  // namespace opensspi::command
