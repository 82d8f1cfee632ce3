// Groups first: without root they can no longer be set.
#include "privileges.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "command_error.h"

namespace opensspi::command {

void become_user(const std::string& name) {
  if (name.empty()) return;
  errno = 0;
  const passwd* user = getpwnam(name.c_str());
  if (user == nullptr) throw CommandError(ExitCode::Usage, "there is no user '" + name + "' here");
  const uid_t uid = user->pw_uid;
  const gid_t gid = user->pw_gid;
  if (uid == geteuid() && uid == getuid()) return;
  // The user's own folders from now on, not root's.
  setenv("HOME", user->pw_dir, 1);
  setenv("USER", user->pw_name, 1);
  setenv("LOGNAME", user->pw_name, 1);
  for (const char* variable : {"XDG_DATA_HOME", "XDG_CONFIG_HOME"}) unsetenv(variable);
  if (initgroups(name.c_str(), gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0) {
    throw CommandError(ExitCode::Refused,
                       "cannot become the user '" + name + "': " + std::strerror(errno));
  }
  if (uid != 0 && setuid(0) == 0)
    throw CommandError(ExitCode::Refused, "root's rights could not be given up");
}

}  // namespace opensspi::command
