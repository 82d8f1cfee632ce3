// The XDG Base Directory Specification, as far as it is needed here.
#include "base/folders.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace opensspi {
namespace {

std::string home_folder() {
  if (const std::string home = environment_variable("HOME"); !home.empty()) return home;
  std::vector<char> text(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, text.data(), text.size(), &found) != 0) return {};
  return found == nullptr ? std::string() : std::string(found->pw_dir);
}

std::string xdg_folder(const char* variable, const char* below_home) {
  // XDG: a relative path in these variables is to be ignored.
  if (std::string folder = environment_variable(variable); folder.starts_with('/')) return folder;
  const std::string home = home_folder();
  return home.starts_with('/') ? home + below_home : std::string();
}

}  // namespace

std::string environment_variable(const char* name) {
  const char* value = secure_getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string data_folder() { return xdg_folder("XDG_DATA_HOME", "/.local/share"); }

std::string config_folder() { return xdg_folder("XDG_CONFIG_HOME", "/.config"); }

}  // namespace opensspi
