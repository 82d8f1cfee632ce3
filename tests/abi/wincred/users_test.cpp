// Whose the saved credentials are, and what there is where the kernel keeps none.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

#include "saved.h"

namespace caller {
namespace {

std::string user_saved_for(const char* target) {
  PCREDENTIALA read = nullptr;
  if (CredReadA(target, CRED_TYPE_DOMAIN_PASSWORD, 0, &read) != TRUE) return "";
  std::string user = read->UserName;
  CredFree(read);
  return user;
}

TEST_F(SavedCredentials, AreTheUsersOwn) {
  const auto as_user = opensspi::test::as_user;
  ASSERT_TRUE(as_user(kAliceUid, [] {
    forget_all();
    save<Wide>(CRED_TYPE_DOMAIN_PASSWORD, "server", "CORP\\alice");
  }));
  EXPECT_TRUE(alone(
      [] {
        EXPECT_EQ(user_saved_for("server"), "");
        EXPECT_EQ(ERROR_NOT_FOUND, last_error().value);
        EXPECT_FAILS(ERROR_NOT_FOUND, CredDeleteA("server", CRED_TYPE_DOMAIN_PASSWORD, 0));
        save<Wide>(CRED_TYPE_DOMAIN_PASSWORD, "server", "CORP\\bob");
        EXPECT_EQ(user_saved_for("server"), "CORP\\bob");
      },
      kBobUid));
  // They outlive the process that wrote them, and what others do.
  EXPECT_TRUE(as_user(kAliceUid, [] {
    EXPECT_EQ(user_saved_for("server"), "CORP\\alice");
    forget_all();
    EXPECT_EQ(user_saved_for("server"), "");
  }));
}

TEST_F(SavedCredentials, FillTheUsersQuotaAndNoMore) {
  EXPECT_TRUE(alone([] {
    const Bytes largest(CRED_MAX_CREDENTIAL_BLOB_SIZE);
    Written<Narrow> written;
    written.blob = largest;
    BOOL done = TRUE;
    for (int i = 0; done == TRUE && i < 1000; ++i) {
      written.target = "name" + std::to_string(i);
      done = CredWriteA(written.get(), 0);
    }
    EXPECT_FAILS(ERROR_NOT_ENOUGH_MEMORY, done);
    EXPECT_FAILS(ERROR_NOT_FOUND, CredDeleteA(written.target.c_str(), CRED_TYPE_GENERIC, 0));
    EXPECT_DONE(CredDeleteA("name0", CRED_TYPE_GENERIC, 0));
  }));
}

// As the seccomp filters of container engines do it.
void refuse_keyrings() {
  const auto number_at = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_add_key, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  ASSERT_EQ(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  ASSERT_EQ(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

TEST_F(SavedCredentials, NeedKeyrings) {
  EXPECT_TRUE(opensspi::test::as_user(kAliceUid, [] {
    refuse_keyrings();
    Written<Narrow> written;
    EXPECT_FAILS(ERROR_NO_SUCH_LOGON_SESSION, CredWriteA(written.get(), 0));
    PCREDENTIALA read = nullptr, *all = nullptr;
    DWORD count = 0;
    EXPECT_FAILS(ERROR_NO_SUCH_LOGON_SESSION,
                 CredReadA(written.target.c_str(), CRED_TYPE_GENERIC, 0, &read));
    EXPECT_FAILS(ERROR_NO_SUCH_LOGON_SESSION, CredEnumerateA(nullptr, 0, &count, &all));
    EXPECT_FAILS(ERROR_NO_SUCH_LOGON_SESSION,
                 CredDeleteA(written.target.c_str(), CRED_TYPE_GENERIC, 0));
    EXPECT_NE(std::string_view(why()).find("container"), std::string_view::npos);
  }));
}

}  // namespace
}  // namespace caller
