// opensspi creds: the passwords that are saved for targets. They are shown to nobody.
#include <opensspi.h>
#include <wincred.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "console.h"
#include "logon.h"
#include "password.h"
#include "status.h"
#include "subcommands.h"
#include "times.h"

namespace opensspi::command {
namespace {

struct CredsOptions {
  std::string target, user, password_file, filter;
  bool generic = false, json = false;
};

struct CredFreeDeleter {
  void operator()(void* block) const { CredFree(block); }
};
using Credential = std::unique_ptr<CREDENTIALA, CredFreeDeleter>;
using Credentials = std::unique_ptr<PCREDENTIALA, CredFreeDeleter>;

bool is_not_found(const opensspi_error& error) {
  return error.value == ERROR_NOT_FOUND;
}

[[noreturn]] void fail(const std::string& what, const opensspi_error& error) {
  throw CommandError(ExitCode::Refused, what + ": " + reason_of(error) + " (" +
                                            opensspi_status_name(error.status) + ')');
}

std::string type_name(DWORD type) {
  switch (type) {
    case CRED_TYPE_GENERIC:
      return "generic";
    case CRED_TYPE_DOMAIN_PASSWORD:
      return "domain_password";
    case CRED_TYPE_DOMAIN_VISIBLE_PASSWORD:
      return "domain_visible_password";
    default:
      return std::to_string(type);
  }
}

std::string text_or_empty(const char* text) {
  return text != nullptr ? text : "";
}

std::string written_text(const CREDENTIALA& credential) {
  return time_text(std::uint64_t{credential.LastWritten.dwHighDateTime} << 32 |
                   credential.LastWritten.dwLowDateTime);
}

nlohmann::ordered_json to_json(const CREDENTIALA& credential) {
  return {{"target", credential.TargetName},
          {"type", type_name(credential.Type)},
          {"user", text_or_empty(credential.UserName)},
          {"comment", text_or_empty(credential.Comment)},
          {"last_written", written_text(credential)}};
}

void show_all(const std::vector<const CREDENTIALA*>& credentials, bool json) {
  if (json) {
    auto array = nlohmann::ordered_json::array();
    for (const CREDENTIALA* credential : credentials) array.push_back(to_json(*credential));
    print_json(array);
    return;
  }
  const auto line = [](const std::string& target, const std::string& type, const std::string& user,
                       const std::string& written) {
    return padded(target, 39) + ' ' + padded(type, 23) + ' ' + padded(user, 31) + ' ' + written;
  };
  print(Output::Results,
        paint(Output::Results, Colour::Bold, line("TARGET", "TYPE", "USER", "LAST WRITTEN")));
  for (const CREDENTIALA* credential : credentials) {
    print(Output::Results,
          line(printable(credential->TargetName), type_name(credential->Type),
               printable(text_or_empty(credential->UserName)), written_text(*credential)));
  }
}

ExitCode list(const CredsOptions& options) {
  DWORD count = 0;
  PCREDENTIALA* found = nullptr;
  const char* filter = options.filter.empty() ? nullptr : options.filter.c_str();
  if (CredEnumerateA(filter, 0, &count, &found) != TRUE) {
    if (const opensspi_error error = last_error(); !is_not_found(error)) {
      fail("the saved credentials", error);
    }
  }
  const Credentials owner(found);
  show_all(std::vector<const CREDENTIALA*>(found, found + count), options.json);
  return ExitCode::Ok;
}

// Calls with each type of credential that there may be for a target; a name may be too long for
// some. Throws when there is none.
template <class F>
void for_each_type(const std::string& target, F&& call) {
  bool found = false;
  for (DWORD type = CRED_TYPE_GENERIC; type < CRED_TYPE_MAXIMUM; ++type) {
    if (call(type) == TRUE) {
      found = true;
    } else if (const opensspi_error error = last_error();
               !is_not_found(error) && error.value != ERROR_INVALID_PARAMETER) {
      fail(target, error);
    }
  }
  if (!found) fail(target, last_error());
}

ExitCode show(const CredsOptions& options) {
  std::vector<Credential> owners;
  std::vector<const CREDENTIALA*> credentials;
  for_each_type(options.target, [&](DWORD type) {
    PCREDENTIALA read = nullptr;
    const BOOL done = CredReadA(options.target.c_str(), type, 0, &read);
    if (done != TRUE) return done;
    credentials.push_back(owners.emplace_back(read).get());
    return done;
  });
  show_all(credentials, options.json);
  return ExitCode::Ok;
}

ExitCode remove(const CredsOptions& options) {
  for_each_type(options.target,
                [&](DWORD type) { return CredDeleteA(options.target.c_str(), type, 0); });
  print(Output::Results, "removed what was saved for " + printable(options.target));
  return ExitCode::Ok;
}

// The password as it is saved: UTF-16LE without a zero.
class Blob {
 public:
  Blob(SecretText& password, const std::string& what) {
    SEC_WINNT_AUTH_IDENTITY_A identity{};
    identity.Password = reinterpret_cast<unsigned char*>(password.expose().data());
    identity.PasswordLength = static_cast<ULONG>(password.expose().size());
    identity.Flags = SEC_WINNT_AUTH_IDENTITY_ANSI;
    ULONG type = 0;
    PCWSTR target = nullptr, user = nullptr;
    check(SspiPrepareForCredWrite(&identity, nullptr, &type, &target, &user, &bytes_, &size_),
          what);
    SspiLocalFree(const_cast<SEC_WCHAR*>(target));
    SspiLocalFree(const_cast<SEC_WCHAR*>(user));
  }
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;
  ~Blob() { SspiLocalFree(bytes_); }  // erases it

  [[nodiscard]] BYTE* bytes() const { return bytes_; }
  [[nodiscard]] ULONG size() const { return size_; }

 private:
  PUCHAR bytes_ = nullptr;
  ULONG size_ = 0;
};

ExitCode add(const CredsOptions& options) {
  std::string target = options.target, user = options.user;
  SecretText password = options.password_file.empty()
                            ? prompt_password("Password of " + printable(user))
                            : password_from_file(options.password_file);
  const Blob blob(password, target);
  CREDENTIALA credential{};
  credential.Type = options.generic ? CRED_TYPE_GENERIC : CRED_TYPE_DOMAIN_PASSWORD;
  credential.TargetName = target.data();
  credential.UserName = user.data();
  credential.CredentialBlob = blob.bytes();
  credential.CredentialBlobSize = blob.size();
  credential.Persist = CRED_PERSIST_SESSION;
  if (CredWriteA(&credential, 0) != TRUE) fail(target, last_error());
  print(Output::Results, "saved " + printable(user) + " for " + printable(target));
  return ExitCode::Ok;
}

}  // namespace

void add_creds(CLI::App& app, Run& run) {
  CLI::App* creds = app.add_subcommand(
      "creds", "Passwords saved for servers, for logons that bring none of their own");
  creds->require_subcommand(1);
  auto options = std::make_shared<CredsOptions>();
  const auto verb = [&](const char* name, const char* help, auto body) {
    CLI::App* made = creds->add_subcommand(name, help);
    made->callback([options, &run, body] { run = [options, body] { return body(*options); }; });
    return made;
  };
  const auto with_target = [&](CLI::App* made) {
    made->add_option("target", options->target, "TERMSRV/host, host, *.domain or *")->required();
    return made;
  };
  const auto with_json = [&](CLI::App* made) {
    made->add_flag("--json", options->json, "As a JSON array");
    return made;
  };
  with_json(verb("list", "Show what is saved, without the passwords", list))
      ->add_option("filter", options->filter, "A target, or the beginning of targets and a *");
  CLI::App* adding =
      with_target(verb("add", "Save a password for a target, in place of an older one", add));
  adding->add_option("user", options->user, "[DOMAIN\\]USER")->required();
  adding
      ->add_option("--password-file", options->password_file,
                   "The password is the first line; - is standard input; default: a prompt")
      ->type_name("FILE");
  adding->add_flag("--generic", options->generic,
                   "Programs may read the password, as with cmdkey /generic:TERMSRV/host");
  with_json(with_target(verb("show", "Show what is saved for a target", show)));
  with_target(verb("remove", "Forget what is saved for a target", remove));
}

}  // namespace opensspi::command
