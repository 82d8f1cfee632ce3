// Processes of Unix users that nobody is, so that the keyrings of who runs the tests stay as they
// are; and of less usual kinds. Needs root.
#pragma once

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <functional>

#include "abi/support.h"
#include "support/other_user.h"

namespace caller {

using opensspi::test::as_user, opensspi::test::as_user_with, opensspi::test::become_user,
    opensspi::test::in_process, opensspi::test::keep_only;

// Of this run of the program only: others may run at the same time.
inline uid_t alice() {
  static const uid_t user = 64'000 + 3 * static_cast<uid_t>(getpid() % 400);
  return user;
}
inline uid_t bob() {
  return alice() + 1;
}
inline uid_t carol() {
  return alice() + 2;
}

inline LUID luid_of(uid_t user) {
  return {user, 1};
}
inline constexpr LUID kSystem{0x3E7, 0}, kAnonymous{0x3E6, 0};

// From now on the kernel answers calls on keys with this error, as a container's filter does.
inline bool refuse_keyrings(int error) {
  return opensspi::test::answer_calls({SYS_keyctl, SYS_add_key}, error);
}

// Empties the persistent keyring of a user.
inline bool forget(uid_t user) {
  constexpr int kClear = 7, kGetPersistent = 22, kUnlink = 9, kThreadKeyring = -1;  // KEYCTL_
  const long ring = syscall(SYS_keyctl, kGetPersistent, user, kThreadKeyring);
  if (ring < 0) return false;
  const bool cleared = syscall(SYS_keyctl, kClear, ring) == 0;
  if (syscall(SYS_keyctl, kUnlink, ring, kThreadKeyring) != 0 || !cleared) return false;
  opensspi::test::await_key_quota(user);
  return true;
}

// Users without any credentials, before and after.
class WithUsers : public testing::Test {
 protected:
  void SetUp() override {
    if (!opensspi::test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
    ASSERT_EQ(geteuid(), 0U) << "needs root, to become other users";
    if (!forget(alice()) && !opensspi::test::is_ci())
      GTEST_SKIP() << "the kernel refuses keyrings here";
    for (const uid_t user : {alice(), bob(), carol()})
      ASSERT_TRUE(forget(user)) << std::strerror(errno);
    // They read the policy too.
    std::filesystem::permissions(folder().path(), std::filesystem::perms(0755));
  }
  void TearDown() override {
    if (geteuid() != 0) return;
    for (const uid_t user : {alice(), bob(), carol()}) forget(user);
  }
};

// The usual user, as opensspi_login takes it.
inline SECURITY_STATUS log_in(std::uint32_t lifetime = 0) {
  return opensspi_login(kUser, kDomain, kPassword, lifetime, nullptr);
}

// What AcquireCredentialsHandle answers for a client without credentials of its own.
struct Acquired {
  SECURITY_STATUS status = SEC_E_OK;
  Credential credential{};
  TimeStamp expiry{};
};

inline Acquired acquire_own(const SEC_WCHAR* package, const LUID* session = nullptr,
                            void* auth_data = nullptr) {
  Acquired acquired;
  acquired.status = AcquireCredentialsHandleW(nullptr, wide(package), SECPKG_CRED_OUTBOUND,
                                              const_cast<LUID*>(session), auth_data, nullptr,
                                              nullptr, acquired.credential.get(), &acquired.expiry);
  return acquired;
}

inline SECURITY_STATUS acquire_of(const SEC_WCHAR* package, const LUID& session) {
  return acquire_own(package, &session).status;
}

// SECPKG_CRED_ATTR_NAMES, or the status's name.
inline std::string name_of(Credential& credential) {
  SecPkgCredentials_NamesW names{};
  const SECURITY_STATUS status =
      QueryCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_NAMES, &names);
  if (status != SEC_E_OK) return opensspi_status_name(status);
  std::string name = ascii(names.sUserName);
  EXPECT_EQ(SEC_E_OK, FreeContextBuffer(names.sUserName));
  return name;
}

// A session of the list, copied.
struct Listed {
  LUID luid{};
  uid_t uid = 0;
  std::string owner{};
  bool refuses_keyrings = false;
  struct Entry {
    std::string user, domain;
    std::uint64_t since = 0, expires = 0;
  };
  std::vector<Entry> identities{};
};

inline std::vector<Listed> list_sessions() {
  std::vector<Listed> listed;
  const auto collect = [](const opensspi_session* session, void* user) {
    EXPECT_EQ(sizeof(opensspi_session), session->size);
    Listed one{session->luid, session->uid, session->owner, session->refuses_keyrings != 0, {}};
    for (std::uint32_t i = 0; i < session->num_identities; ++i) {
      const opensspi_session_identity& identity = session->identities[i];
      one.identities.push_back({identity.user, identity.domain, identity.since, identity.expires});
    }
    static_cast<std::vector<Listed>*>(user)->push_back(one);
    return 0;
  };
  EXPECT_STATUS(SEC_E_OK, opensspi_session_list(collect, &listed));
  return listed;
}

}  // namespace caller
