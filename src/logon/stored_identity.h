// Identities as they lie in a keyring: who logged on, until when, and the password or the NT hash.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "sspi/identity.h"
#include "sspi/types.h"

namespace opensspi::logon {

struct LoggedOn {
  Identity identity;
  FileTime since = 0;
  FileTime expiry = kNever;
};

// InvalidParameter for names that nobody can log on with: none, longer than Windows lets them be,
// not UTF-8, or with a zero or a backslash in them.
Result<void> check_names(const Identity& identity);

[[nodiscard]] SecretBytes write_logged_on(const LoggedOn& logged_on);
// InternalError for what is no such payload.
Result<LoggedOn> parse_logged_on(ByteView payload);

// "DOMAIN\user" into its parts; any other name, a UPN too, is the user alone.
struct NameParts {
  std::string user, domain;
};
[[nodiscard]] NameParts split_name(std::string_view name);
// "DOMAIN\user", or "user" when there is no domain.
[[nodiscard]] std::string joined_name(std::string_view domain, std::string_view user);

// A name as it compares: upper-cased as Windows does. The name itself when it is not UTF-8.
[[nodiscard]] std::string comparable(std::string_view name);

}  // namespace opensspi::logon
