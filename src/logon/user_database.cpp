// getpwnam_r(3), getpwuid_r(3), getgrouplist(3).
#include "logon/user_database.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>

namespace opensspi::logon {
namespace {

constexpr std::size_t kMaxEntry = 1024 * 1024;

// What getpwnam_r(3) says in other words for a user that is not there.
bool means_none(int code) {
  return code == ENOENT || code == ESRCH || code == EBADF || code == EPERM;
}

// `ask` is one of the two calls, with what it looks for.
template <class F>
Result<std::optional<UserEntry>> find_entry(F&& ask) {
  std::vector<char> text(1024);
  for (;;) {
    passwd entry{};
    passwd* found = nullptr;
    const int code = ask(entry, text, found);
    if (code == EINTR) continue;
    if (code == ERANGE && text.size() < kMaxEntry) {
      text.resize(2 * text.size());
      continue;
    }
    if (code == ENOMEM) return fail(Status::InsufficientMemory, "out of memory", 0, code);
    if (code != 0 && !means_none(code)) {
      return fail(Status::InternalError, "the machine's user database cannot be asked", 0, code);
    }
    if (found == nullptr) return std::nullopt;
    return UserEntry{found->pw_name, found->pw_uid, found->pw_gid};
  }
}

}  // namespace

Result<std::optional<UserEntry>> find_user(const std::string& name) {
  if (name.find('\0') != std::string::npos) return std::nullopt;  // no C string is that name
  return find_entry([&](passwd& entry, std::vector<char>& text, passwd*& found) {
    return getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  });
}

Result<std::optional<UserEntry>> find_user(uid_t uid) {
  return find_entry([&](passwd& entry, std::vector<char>& text, passwd*& found) {
    return getpwuid_r(uid, &entry, text.data(), text.size(), &found);
  });
}

std::vector<gid_t> groups_of(const UserEntry& user) {
  std::vector<gid_t> groups(32);
  for (;;) {
    int count = static_cast<int>(groups.size());
    if (getgrouplist(user.name.c_str(), user.gid, groups.data(), &count) >= 0) {
      groups.resize(static_cast<std::size_t>(count));
      break;
    }
    // `count` is how many there are now; there may be more the next time.
    groups.resize(std::max(static_cast<std::size_t>(count), 2 * groups.size()));
  }
  std::ranges::sort(groups);
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

}  // namespace opensspi::logon
