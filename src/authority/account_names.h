// Names of accounts: which are allowed, when two are the same, and which accounts a client may mean
// by the names that it sends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sspi/authority.h"

namespace opensspi::authority {

struct AccountName {
  std::string user;    // UTF-8
  std::string domain;  // UTF-8; empty: this machine
};

// What compares: upper-cased as Windows does.
struct AccountKey {
  std::string user, domain;

  friend bool operator==(const AccountKey&, const AccountKey&) = default;
};

// The host's own names, as this machine calls itself: NetBIOS in upper case and at most 15
// characters, DNS as the kernel knows it. Asks no network.
[[nodiscard]] HostNames local_host_names();

// Whether a domain means this machine: empty, ".", or one of its names.
[[nodiscard]] bool is_this_machine(std::string_view domain, const HostNames& host);

// The key of an account, with this machine's names as the empty domain. InvalidParameter when the
// name is not fit for an account: empty, longer than 256 UTF-16 units, not UTF-8, or with a
// character that Windows does not allow in one.
Result<AccountKey> account_key(const AccountName& name, const HostNames& host);

// The accounts that a client may mean, the likeliest first: always two of one user name, if need be
// twice the same.
// InvalidToken when a name is not UTF-8.
Result<std::vector<AccountKey>> candidates(const AccountName& sent, const HostNames& host);

}  // namespace opensspi::authority
