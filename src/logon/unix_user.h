// Which Unix user stands for a client. Nobody is root because of its name: that an administrator
// must have said.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "logon/user_database.h"
#include "sspi/attribute.h"

namespace opensspi::logon {

struct UnixUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // all, `gid` among them; sorted, each once
};

// What answers for the machine's user database.
struct UserDatabase {
  std::function<Result<std::optional<UserEntry>>(const std::string& name)> find;
  std::function<std::vector<gid_t>(const UserEntry& user)> groups;
};
[[nodiscard]] UserDatabase user_database();

// NoImpersonation, in words, when nobody stands for the client or the database cannot be asked.
Result<UnixUser> unix_user_of(const AccessToken& client, const UserDatabase& users);

// A client with its Unix user, who is looked up when somebody first wants to know: a logon must not
// wait for a slow directory, and most servers never ask. Once found it stays the same for as long
// as the context and every handle of the token live. Any thread.
class ClientToken {
 public:
  ClientToken(std::shared_ptr<const AccessToken> client, UserDatabase users)
      : client_(std::move(client)), users_(std::move(users)) {}

  [[nodiscard]] const AccessToken& client() const { return *client_; }
  // As unix_user_of; a user who was not found is looked up again the next time. Groups that the
  // database failed to tell are missing for good: getgrouplist(3) does not say so. Lives as long as
  // the token.
  [[nodiscard]] Result<const UnixUser*> unix_user() const;

 private:
  const std::shared_ptr<const AccessToken> client_;
  const UserDatabase users_;
  mutable std::mutex mutex_;
  mutable std::optional<UnixUser> found_;
};

}  // namespace opensspi::logon
