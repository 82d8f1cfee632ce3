// Names in, a user out.
#include "logon/unix_user.h"

#include <utility>

namespace opensspi::logon {
namespace {

constexpr auto kNoId = static_cast<uid_t>(-1);  // "leave as it is", to setresuid(2)

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Windows' names compare without case, and clients spell them as they like, which must not choose
// between two users: the small letters that Unix has by custom go first, whatever was sent.
// An account of a domain is looked for in its domain, DOMAIN\user, as winbind and sssd answer:
// it must not become whoever has the same name on this machine.
std::vector<std::string> names_of(const AccessToken& client) {
  if (!client.unix_user.empty()) return {client.unix_user};
  if (client.user.empty() || (client.domain.empty() && !client.is_local)) return {};
  const std::string name = client.is_local ? client.user : client.domain + '\\' + client.user;
  std::string small = lower_case(name);
  if (small == name) return {name};
  return {std::move(small), name};
}

tl::unexpected<Error> nobody(const char* why, std::int64_t value = 0) {
  return fail(Status::NoImpersonation, why, 0, value);
}

}  // namespace

UserDatabase user_database() {
  return {[](const std::string& name) { return find_user(name); }, groups_of};
}

Result<UnixUser> unix_user_of(const AccessToken& client, const UserDatabase& users) {
  if (client.anonymous) return nobody("an anonymous client is no user of this machine");
  for (const std::string& name : names_of(client)) {
    const Result<std::optional<UserEntry>> found = users.find(name);
    if (!found) return nobody(found.error().why, found.error().value);
    if (!*found) continue;
    const UserEntry& user = **found;
    if (user.uid == 0 && client.unix_user.empty()) {
      return nobody("the client has root's name, and nobody said that it may be root");
    }
    if (user.uid == kNoId || user.gid == kNoId) {
      return nobody("the client's Unix user has a number that no user can have");
    }
    return UnixUser{user.name, user.uid, user.gid, users.groups(user)};
  }
  return nobody(client.unix_user.empty()
                    ? "no user of this machine has the client's name"
                    : "the Unix user that the account stands for does not exist");
}

Result<const UnixUser*> ClientToken::unix_user() const {
  const std::lock_guard lock(mutex_);
  if (!found_) {
    TRY_ASSIGN(found_, unix_user_of(*client_, users_));
  }
  return &*found_;
}

}  // namespace opensspi::logon
