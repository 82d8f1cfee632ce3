// opensspi.h: the accounts of this machine.
#include <memory>
#include <string>
#include <string_view>

#include "abi/file_time.h"
#include "abi/guard.h"
#include "abi/module.h"
#include "authority/accounts.h"
#include "base/utf16.h"

// What the caller holds.
struct opensspi_accounts {
  std::unique_ptr<opensspi::authority::AccountStore> store;
};

namespace opensspi::abi {
namespace {

using authority::AccountName;
using authority::AccountStore;

// FILETIME 0 is "never" outside, kNever inside.
FileTime expiry_from_c(std::uint64_t expires) {
  return expires == 0 ? kNever : expires;
}
std::uint64_t expiry_to_c(FileTime expiry) {
  return expiry == kNever ? 0 : expiry;
}

AccountName name_of(const char* user, const char* domain) {
  return {user != nullptr ? user : "", domain != nullptr ? domain : ""};
}

Result<NtHash> hash_of(const char* password) {
  if (password == nullptr) return fail(Status::InvalidParameter, "there is no password");
  const auto utf16 = secret_utf8_to_utf16le(view(password));
  if (!utf16) return fail(Status::InvalidParameter, "the password is not UTF-8");
  return authority::hash_of_password(*utf16);
}

template <class F>
SECURITY_STATUS on_store(opensspi_accounts* accounts, F&& body) noexcept {
  return guard([&]() -> Result<void> {
    if (accounts == nullptr) return fail(Status::InvalidHandle, "the accounts are not open");
    return body(*accounts->store);
  });
}

Result<void> open(const char* path, opensspi_accounts*& out) {
  auto accounts = std::make_unique<opensspi_accounts>();
  AccountStore::Options options;
  options.path = path != nullptr ? path : authority::accounts_path();
  options.host = authority::local_host_names();
  options.now = system_time;
  options.deadline = Module::instance().policy().current()->authority_deadline;
  TRY_ASSIGN(accounts->store, AccountStore::open(std::move(options), authority::Missing::Create));
  out = accounts.release();
  return {};
}

Result<void> list(AccountStore& store, opensspi_account_callback callback, void* user) {
  TRY_ASSIGN(const std::vector<authority::Account> accounts, store.list());
  for (const authority::Account& account : accounts) {
    const opensspi_account out{.user = account.user.c_str(),
                               .domain = account.domain.c_str(),
                               .enabled = account.enabled ? 1 : 0,
                               .must_change = account.must_change ? 1 : 0,
                               .expires = expiry_to_c(account.expiry),
                               .last_logon = account.last_logon,
                               .failures = account.failures,
                               .locked_until = account.locked_until,
                               .unix_user = account.unix_user.c_str()};
    if (callback(&out, user) != 0) break;
  }
  return {};
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_accounts_open(const char* path,
                                                       opensspi_accounts** accounts) {
  return guard([&]() -> Result<void> {
    if (accounts == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the accounts");
    return open(path, *accounts);
  });
}

OPENSSPI_EXPORT void opensspi_accounts_close(opensspi_accounts* accounts) {
  delete accounts;
}

OPENSSPI_EXPORT const char* opensspi_accounts_path(const opensspi_accounts* accounts) {
  return accounts != nullptr ? accounts->store->path().c_str() : "";
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_add(opensspi_accounts* accounts, const char* user,
                                                     const char* domain, const char* password) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    TRY_ASSIGN(const NtHash hash, hash_of(password));
    return store.add(name_of(user, domain), hash);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_add_hash(opensspi_accounts* accounts,
                                                          const char* user, const char* domain,
                                                          const uint8_t nt_hash[16]) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    if (nt_hash == nullptr) return fail(Status::InvalidParameter, "there is no hash");
    return store.add(name_of(user, domain), NtHash(std::span<const std::uint8_t, 16>(nt_hash, 16)));
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_set_password(opensspi_accounts* accounts,
                                                              const char* user, const char* domain,
                                                              const char* password) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    TRY_ASSIGN(const NtHash hash, hash_of(password));
    return store.set_nt_hash(name_of(user, domain), hash);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_set_enabled(opensspi_accounts* accounts,
                                                             const char* user, const char* domain,
                                                             int enabled) {
  return on_store(accounts, [&](AccountStore& store) {
    return store.set_enabled(name_of(user, domain), enabled != 0);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_set_must_change(opensspi_accounts* accounts,
                                                                 const char* user,
                                                                 const char* domain,
                                                                 int must_change) {
  return on_store(accounts, [&](AccountStore& store) {
    return store.set_must_change(name_of(user, domain), must_change != 0);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_set_expiry(opensspi_accounts* accounts,
                                                            const char* user, const char* domain,
                                                            uint64_t expires) {
  return on_store(accounts, [&](AccountStore& store) {
    return store.set_expiry(name_of(user, domain), expiry_from_c(expires));
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_set_unix_user(opensspi_accounts* accounts,
                                                               const char* user, const char* domain,
                                                               const char* unix_user) {
  return on_store(accounts, [&](AccountStore& store) {
    return store.set_unix_user(name_of(user, domain), unix_user != nullptr ? unix_user : "");
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_remove(opensspi_accounts* accounts,
                                                        const char* user, const char* domain) {
  return on_store(accounts,
                  [&](AccountStore& store) { return store.remove(name_of(user, domain)); });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_list(opensspi_accounts* accounts,
                                                      opensspi_account_callback callback,
                                                      void* user) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    if (callback == nullptr) return fail(Status::InvalidParameter, "there is no callback");
    return list(store, callback, user);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_account_import(opensspi_accounts* accounts,
                                                        const char* text, size_t size,
                                                        uint32_t* imported, uint32_t* skipped) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    if (text == nullptr) return fail(Status::InvalidParameter, "there is no text");
    TRY_ASSIGN(const authority::ImportCount count, store.import(std::string_view(text, size)));
    if (imported != nullptr) *imported = count.imported;
    if (skipped != nullptr) *skipped = count.skipped;
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_accounts_lockout(opensspi_accounts* accounts,
                                                          opensspi_lockout_policy* policy) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    if (policy == nullptr)
      return fail(Status::InvalidParameter, "there is no place for the policy");
    TRY_ASSIGN(const authority::LockoutPolicy lockout, store.lockout());
    *policy = {lockout.threshold, lockout.minutes};
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS
opensspi_accounts_set_lockout(opensspi_accounts* accounts, const opensspi_lockout_policy* policy) {
  return on_store(accounts, [&](AccountStore& store) -> Result<void> {
    if (policy == nullptr) return fail(Status::InvalidParameter, "there is no policy");
    return store.set_lockout({policy->threshold, policy->minutes});
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_accounts_flush(void) {
  return guard([] { return Module::instance().judges().flush(); });
}
