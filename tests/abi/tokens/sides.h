// Both sides of one logon through any package that has tokens, and what is in a token.
#pragma once

#include <grp.h>
#include <pwd.h>

#include <algorithm>

#include "abi/accounts/store.h"
#include "abi/credssp/pair.h"
#include "abi/logon/pair.h"
#include "windows.h"

namespace caller {

inline constexpr Through kCredSsp{"CredSsp", "CREDSSP", CREDSSP_NAME, kTarget};
inline constexpr Through kEveryPackage[] = {kNtlm, kNegotiate, kNegotiateBare, kCredSsp};

// The accounts of the machine judge, unless a judge is given. Nobody has spoken yet.
class Sides {
 public:
  explicit Sides(const Through& through, const SEC_WCHAR* user = u"alice",
                 const opensspi_authority* judge = nullptr, const SEC_WCHAR* domain = u"",
                 const SEC_WCHAR* password = u"Queen of \u2665")
      : is_credssp_(std::string_view(through.package) == kCredSsp.package),
        identity_(user, domain, password),
        client_cred_(CredSspCred::client(identity_.get())),
        server_cred_(CredSspCred::server()),
        client_credential_(
            acquire_client(through.package_w,
                           is_credssp_ ? static_cast<void*>(client_cred_.get()) : identity_.get())),
        server_credential_(acquire(through, judge)),
        client(Party::client(client_credential_, is_credssp_ ? kClientFlags : kEverything,
                             through.target)),
        server(Party::server(server_credential_, is_credssp_ ? kServerFlags : 0)) {}

 private:
  Credential acquire(const Through& through, const opensspi_authority* judge) {
    void* const auth_data = is_credssp_ ? server_cred_.get() : nullptr;
    if (judge != nullptr) return acquire_server(through.package, auth_data, *judge);
    Credential credential;
    EXPECT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(through.package_w),
                                                      SECPKG_CRED_INBOUND, nullptr, auth_data,
                                                      nullptr, nullptr, credential.get(), nullptr));
    return credential;
  }

  const bool is_credssp_;
  IdentityW identity_;
  CredSspCred client_cred_, server_cred_;
  Credential client_credential_, server_credential_;

 public:
  Party client, server;
};

// A user of this machine: daemon and bin are everywhere, with different numbers.
struct UnixUser {
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t> groups{};  // sorted
};

inline UnixUser unix_user(const char* name) {
  const passwd* const user = getpwnam(name);
  if (user == nullptr) {
    ADD_FAILURE() << "this machine has no user " << name;
    return {};
  }
  int count = 64;
  std::vector<std::uint32_t> groups(static_cast<std::size_t>(count));
  EXPECT_LE(0, getgrouplist(name, user->pw_gid, groups.data(), &count));
  groups.resize(static_cast<std::size_t>(count));
  std::ranges::sort(groups);
  return {user->pw_uid, user->pw_gid, groups};
}

// opensspi_token, copied.
struct Contents {
  SECURITY_STATUS status = SEC_E_OK;
  bool anonymous = false;
  std::string user{}, domain{}, user_sid{}, unix_user{}, no_unix_user{};
  std::vector<std::string> group_sids{};
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t> groups{};
};

inline Contents read_token(HANDLE handle) {
  Contents contents;
  opensspi_token* token = nullptr;
  contents.status = opensspi_token_read(handle, &token);
  if (contents.status != SEC_E_OK) {
    EXPECT_EQ(nullptr, token);
    return contents;
  }
  EXPECT_EQ(sizeof(opensspi_token), token->size);
  contents = {.anonymous = token->anonymous != 0,
              .user = token->user,
              .domain = token->domain,
              .user_sid = token->user_sid,
              .unix_user = token->unix_user,
              .no_unix_user = token->no_unix_user,
              .group_sids = {token->group_sids, token->group_sids + token->num_group_sids},
              .uid = token->uid,
              .gid = token->gid,
              .groups = {token->groups, token->groups + token->num_groups}};
  opensspi_free(token);
  return contents;
}

// A token handle that is closed.
class Token {
 public:
  explicit Token(Party& server) {
    EXPECT_STATUS(SEC_E_OK, QuerySecurityContextToken(server.get(), &handle_));
  }
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  ~Token() { EXPECT_EQ(TRUE, CloseHandle(handle_)); }
  [[nodiscard]] HANDLE get() const { return handle_; }

 private:
  HANDLE handle_ = nullptr;
};

inline Contents contents_of(Party& server) {
  return read_token(Token(server).get());
}

inline SECURITY_STATUS stand_for(const Store& store, const char* user, const char* unix_user) {
  return opensspi_account_set_unix_user(store.get(), user, nullptr, unix_user);
}

}  // namespace caller
