// The accounts of this process, empty at the start of each test.
#pragma once

#include "abi/support.h"

namespace caller {

class Store {
 public:
  // As opensspi_account, with texts of its own.
  struct Account {
    std::string user{}, domain{};
    int enabled = 0, must_change = 0;
    std::uint64_t expires = 0, last_logon = 0;
    std::uint32_t failures = 0;
    std::uint64_t locked_until = 0;
    std::string unix_user{};
  };

  Store() {
    EXPECT_STATUS(SEC_E_OK, opensspi_accounts_open(nullptr, &accounts_));
    for (const Account& account : list())
      EXPECT_STATUS(SEC_E_OK, opensspi_account_remove(accounts_, account.user.c_str(),
                                                      account.domain.c_str()));
    const opensspi_lockout_policy off{0, 0};
    EXPECT_STATUS(SEC_E_OK, opensspi_accounts_set_lockout(accounts_, &off));
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() { opensspi_accounts_close(accounts_); }

  [[nodiscard]] opensspi_accounts* get() const { return accounts_; }

  SECURITY_STATUS add(const char* user, const char* domain = nullptr,
                      const char* password = kPassword) const {
    return opensspi_account_add(accounts_, user, domain, password);
  }

  [[nodiscard]] std::vector<Account> list() const {
    std::vector<Account> accounts;
    const auto note = [](const opensspi_account* account, void* user) {
      static_cast<std::vector<Account>*>(user)->push_back(
          {account->user, account->domain, account->enabled, account->must_change, account->expires,
           account->last_logon, account->failures, account->locked_until, account->unix_user});
      return 0;
    };
    EXPECT_STATUS(SEC_E_OK, opensspi_account_list(accounts_, note, &accounts));
    return accounts;
  }

  [[nodiscard]] Account find(const std::string& user) const {
    for (const Account& account : list())
      if (account.user == user) return account;
    ADD_FAILURE() << "no account " << user;
    return {};
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Account& account : list()) names.push_back(account.domain + "\\" + account.user);
    return names;
  }

 private:
  opensspi_accounts* accounts_ = nullptr;
};

}  // namespace caller
