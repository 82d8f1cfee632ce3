// Rows of the accounts table, for the two files of AccountStore.
#pragma once

#include "authority/accounts.h"
#include "authority/database.h"

namespace opensspi::authority {

// SQL keeps 64 bits with a sign; times end at kNever, keys are only compared.
inline std::int64_t sql_integer(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

inline std::uint64_t unsigned_at(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

// Columns 0 to 7: user, domain, sid, enabled, must_change, expiry, created, unix_user.
inline Account account_of(const Statement& row) {
  Account account;
  account.user = row.text(0);
  account.domain = row.text(1);
  account.sid = row.text(2);
  account.enabled = row.integer(3) != 0;
  account.must_change = row.integer(4) != 0;
  account.expiry = unsigned_at(row, 5);
  account.created = unsigned_at(row, 6);
  account.unix_user = row.text(7);
  return account;
}

// Columns `first` and the two after it: failures, last_failure, last_logon.
inline LogonCounters counters_of(const Statement& row, int first) {
  return {static_cast<std::uint32_t>(row.integer(first)), unsigned_at(row, first + 1),
          unsigned_at(row, first + 2)};
}

}  // namespace opensspi::authority
