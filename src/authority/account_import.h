// Accounts of other programs: lines of Samba's smbpasswd and of FreeRDP's SAM file.
//   smbpasswd  user:uid:LM:NT:[flags]:LCT-XXXXXXXX:     smbpasswd(5)
//   SAM        user:domain:LM:NT:::                     WinPR; pwdump has a RID for the domain
#pragma once

#include <string_view>
#include <vector>

#include "authority/account_names.h"
#include "base/result.h"
#include "sspi/identity.h"

namespace opensspi::authority {

struct ImportedAccount {
  AccountName name;
  NtHash nt_hash;
  bool enabled = true;
  std::int64_t line = 0;  // from 1
};

struct ImportedAccounts {
  std::vector<ImportedAccount> accounts;
  std::uint32_t skipped = 0;  // lines of machines, and of users without a password or its NT hash
};

// Empty lines and lines that begin with '#' do not count. InvalidParameter with the line's number
// (from 1) in Error::value for a line of neither form.
Result<ImportedAccounts> parse_accounts(std::string_view text);

}  // namespace opensspi::authority
