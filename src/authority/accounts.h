// The accounts of this machine: a SQLite database that several processes use at once. Changes to
// accounts are on disk when the call returns. Failures and last logons are shared in memory at once
// and written behind: see flush().
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authority/account_names.h"
#include "authority/counters.h"
#include "authority/private_file.h"
#include "authority/store_session.h"
#include "base/result.h"
#include "base/secret.h"
#include "sspi/authority.h"
#include "sspi/identity.h"
#include "sspi/types.h"

namespace opensspi::authority {

struct Account {
  std::string user, domain;  // UTF-8, as they were added; an empty domain is this machine
  std::string sid;
  std::string unix_user;  // the administrator's word; empty: none
  bool enabled = true;
  bool must_change = false;  // the password, before the next logon
  FileTime expiry = kNever;
  FileTime created = 0;
  FileTime last_logon = 0;  // 0: never
  std::uint32_t failures = 0;
  FileTime locked_until = 0;  // 0: not locked
};

// What the judge needs of a name that a client sent. For an unknown name everything is there as
// well, so that judging takes the same steps.
struct LogonRecord {
  bool known = false;
  Account account;
  NtHash nt_hash;
  std::uint64_t counter_key = 0;
  LockoutPolicy lockout;
  LogonCounters stored;  // as the database has them; the shared ones go before them
};

enum class Outcome {
  Accepted,       // last logon is now, failures start anew
  Refused,        // the password was right; nothing is counted
  WrongPassword,  // or an unknown name
};

struct ImportCount {
  std::uint32_t imported = 0, skipped = 0;
};

// The NT hash of a password in UTF-16LE. InvalidParameter when it is empty: Windows refuses network
// logons with an empty password as well.
Result<NtHash> hash_of_password(const SecretBytes& password);

// Any method may be called from any thread, and after fork. Names compare without regard to case.
// Methods that change an account answer TargetUnknown when there is none of that name;
// InternalError says in words what is wrong with the database.
class AccountStore {
 public:
  struct Options {
    std::string path;
    HostNames host;  // names in it mean the empty domain
    std::function<FileTime()> now;
    std::chrono::milliseconds deadline{3000};  // for waiting on other processes
    // The same while it is opened; without it `deadline`.
    std::optional<std::chrono::milliseconds> open_deadline{};
    SqlTrace trace;                            // sees every statement; for tests
  };

  // NoAuthenticatingAuthority when Missing::Refuse meets no database. InternalError, in words, when
  // the database is not its owner's alone, damaged, or none of accounts.
  static Result<std::unique_ptr<AccountStore>> open(Options options, Missing missing);
  AccountStore(const AccountStore&) = delete;
  AccountStore& operator=(const AccountStore&) = delete;
  ~AccountStore();

  [[nodiscard]] const std::string& path() const { return sessions_->path(); }
  [[nodiscard]] const HostNames& host() const { return host_; }

  // InvalidParameter when it is there already, the name is not fit for an account, or the hash is
  // of the empty password.
  Result<void> add(const AccountName& name, const NtHash& nt_hash);
  Result<void> set_nt_hash(const AccountName& name, const NtHash& nt_hash);
  // The same while the old hash still holds; else TargetUnknown as well.
  Result<void> change_nt_hash(const AccountName& name, const NtHash& old_hash,
                              const NtHash& nt_hash);
  Result<void> set_enabled(const AccountName& name, bool enabled);  // enabling lifts a lockout
  Result<void> set_must_change(const AccountName& name, bool must_change);
  Result<void> set_expiry(const AccountName& name, FileTime expiry);  // kNever: none
  // Whom it stands for among this machine's users, root too; empty: whoever has its name.
  // InvalidParameter when that is no name of a Unix user. Whether there is one is not looked up.
  Result<void> set_unix_user(const AccountName& name, const std::string& unix_user);
  Result<void> remove(const AccountName& name);
  Result<std::vector<Account>> list();  // by domain and user
  Result<Account> find(const AccountName& name);

  // Lines of other programs (account_import.h), all or none. An account that is there already gets
  // the new hash and whether it is enabled.
  Result<ImportCount> import(std::string_view text);

  Result<LockoutPolicy> lockout();
  // InvalidParameter beyond 999 failures or 99999 minutes, or without minutes.
  Result<void> set_lockout(const LockoutPolicy& policy);

  // The account that a client means by these names. The same statements for known and unknown.
  Result<LogonRecord> look_up(const AccountName& sent);
  // Counts the outcome, at once for every process, and writes what waits when the last writing was
  // a second ago. The counters as they are now; an Accepted one on a locked account counts nothing.
  Result<LogonCounters> count(const LogonRecord& record, Outcome outcome, FileTime now);

  // Writes the failures and last logons that wait, of all processes. The library starts no thread:
  // count() writes at most once a second, so the last of a burst waits for the next logon, for a
  // server that calls this each second, or for the store's end in any process. What waits outlives
  // processes, and every process sees it; only a crash of the machine can lose it.
  Result<void> flush();

 private:
  AccountStore(Options options, std::unique_ptr<StoreSessions> sessions)
      : host_(std::move(options.host)),
        now_(std::move(options.now)),
        sessions_(std::move(sessions)) {}

  Result<void> update_nt_hash(const AccountName& name, const NtHash* old_hash,
                              const NtHash& nt_hash);
  template <class Value>
  Result<void> change(const AccountName& name, const char* sql, Value value);
  Result<std::vector<Account>> read(const char* sql, const AccountKey* key);

  HostNames host_;
  std::function<FileTime()> now_;
  std::unique_ptr<StoreSessions> sessions_;
};

}  // namespace opensspi::authority
