// krb5.conf(5) default_ccache_name: its builds differ, so the customary places are all named.
#include "logon/caches.h"

#include <unistd.h>

#include "base/folders.h"

namespace opensspi::logon {

std::vector<std::string> kerberos_caches(uid_t user) {
  std::vector<std::string> names;
  if (user == geteuid()) {
    if (std::string named = environment_variable("KRB5CCNAME"); !named.empty()) {
      names.push_back(std::move(named));
    }
    names.emplace_back();
  }
  const std::string number = std::to_string(user);
  names.push_back("FILE:/tmp/krb5cc_" + number);
  names.push_back("DIR:/run/user/" + number + "/krb5cc");
  names.push_back("KEYRING:persistent:" + number);
  names.push_back("KCM:" + number);
  return names;
}

}  // namespace opensspi::logon
