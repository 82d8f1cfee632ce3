// krb5.conf(5) default_ccache_name: its builds differ, so the customary places are all named.
#include "logon/caches.h"

#include <keyutils.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folders.h"

namespace opensspi::logon {
namespace {

// In /tmp anybody may have put something under the user's name: another's tickets, or a pipe to
// wait at.
bool is_file_of(uid_t user, const std::string& path) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == user;
}

// Whether libkrb5 has a collection of caches in the user's persistent keyring. When asked itself,
// it makes one.
bool has_keyring_caches(uid_t user) {
  const long persistent = keyctl_get_persistent(user, KEY_SPEC_THREAD_KEYRING);
  if (persistent < 0) return false;
  const auto ring = static_cast<key_serial_t>(persistent);
  const bool found = keyctl_search(ring, "keyring", "_krb", 0) >= 0;
  keyctl_unlink(ring, KEY_SPEC_THREAD_KEYRING);
  return found;
}

}  // namespace

std::vector<std::string> kerberos_caches(uid_t user) {
  const bool own = user == geteuid();
  const std::string number = std::to_string(user);
  std::vector<std::string> names;
  if (own) {
    if (std::string named = environment_variable("KRB5CCNAME"); !named.empty()) {
      names.push_back(std::move(named));
    }
    names.emplace_back();
  }
  if (const std::string file = "/tmp/krb5cc_" + number; is_file_of(user, file)) {
    names.push_back("FILE:" + file);
  }
  names.push_back("DIR:/run/user/" + number + "/krb5cc");
  if (has_keyring_caches(user)) names.push_back("KEYRING:persistent:" + number);
  names.push_back(own ? "KCM:" : "KCM:" + number);
  return names;
}

}  // namespace opensspi::logon
