// Where a user's Kerberos caches are looked for. Each test works in a child process as a Unix user
// that nobody else is.
#include "logon/caches.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <keyutils.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

namespace opensspi::logon {
namespace {

constexpr uid_t kAlice = 61'021, kBob = 61'022;

bool lists(uid_t user, const std::string& name) {
  const auto names = kerberos_caches(user);
  return std::ranges::find(names, name) != names.end();
}

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  _exit(1);
}

testing::AssertionResult as_user(uid_t user, const std::function<void()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(user) != 0 || setuid(user) != 0) _exit(2);
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the process of user " << user << " failed";
}

class KerberosCaches : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root, to become other users";
    unlink(kFile.c_str());
  }
  void TearDown() override { unlink(kFile.c_str()); }

  static void make_file(uid_t owner) {
    const int file = open(kFile.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
    ASSERT_GE(file, 0);
    EXPECT_EQ(fchown(file, owner, owner), 0);
    close(file);
  }

  static inline const std::string kFile = "/tmp/krb5cc_" + std::to_string(kAlice);
  static inline const std::string kName = "FILE:" + kFile;
};

TEST_F(KerberosCaches, OfTheCallerBeginWithWhatTheEnvironmentNames) {
  EXPECT_TRUE(as_user(kAlice, [] {
    setenv("KRB5CCNAME", "FILE:/somewhere", 1);
    const auto names = kerberos_caches(kAlice);
    expect(names.size() >= 2 && names[0] == "FILE:/somewhere" && names[1].empty(), "named first");
    expect(lists(kAlice, "KCM:"), "the service's whole collection");
    unsetenv("KRB5CCNAME");
    expect(kerberos_caches(kAlice).front().empty(), "libkrb5's default first");
  }));
}

TEST_F(KerberosCaches, OfAnotherUserAreTheCustomaryOnes) {
  setenv("KRB5CCNAME", "FILE:/somewhere", 1);
  const auto names = kerberos_caches(kAlice);
  unsetenv("KRB5CCNAME");
  EXPECT_EQ(std::ranges::find(names, ""), names.end());
  EXPECT_EQ(std::ranges::find(names, "FILE:/somewhere"), names.end());
  EXPECT_TRUE(lists(kAlice, "DIR:/run/user/" + std::to_string(kAlice) + "/krb5cc"));
  EXPECT_TRUE(lists(kAlice, "KCM:" + std::to_string(kAlice)));
}

TEST_F(KerberosCaches, AreNoFilesOfOthers) {
  EXPECT_FALSE(lists(kAlice, kName));
  make_file(kBob);
  EXPECT_FALSE(lists(kAlice, kName));
  ASSERT_EQ(chown(kFile.c_str(), kAlice, kAlice), 0);
  EXPECT_TRUE(lists(kAlice, kName));
  EXPECT_TRUE(as_user(kAlice, [] { expect(lists(kAlice, kName), "her own file"); }));
}

TEST_F(KerberosCaches, AreNothingToWaitAt) {
  ASSERT_EQ(mkfifo(kFile.c_str(), 0600), 0);
  ASSERT_EQ(chown(kFile.c_str(), kAlice, kAlice), 0);
  EXPECT_FALSE(lists(kAlice, kName));
  unlink(kFile.c_str());
  ASSERT_EQ(symlink("/etc/passwd", kFile.c_str()), 0);
  EXPECT_FALSE(lists(kAlice, kName));
}

// Asking must not make what is asked for.
TEST_F(KerberosCaches, AreInAKeyringOnlyWhenThereIsOne) {
  const std::string name = "KEYRING:persistent:" + std::to_string(kAlice);
  const char* ci = std::getenv("CI");
  if (keyctl_get_persistent(kAlice, KEY_SPEC_THREAD_KEYRING) < 0 &&
      (ci == nullptr || std::string_view(ci) != "true")) {
    GTEST_SKIP() << "the kernel refuses keyrings here";
  }
  EXPECT_FALSE(lists(kAlice, name));
  EXPECT_FALSE(lists(kAlice, name));
  EXPECT_TRUE(as_user(kAlice, [&] {
    const long persistent = keyctl_get_persistent(kAlice, KEY_SPEC_PROCESS_KEYRING);
    expect(persistent >= 0, "she has a persistent keyring");
    const auto parent = static_cast<key_serial_t>(persistent);
    const key_serial_t ring = add_key("keyring", "_krb", nullptr, 0, parent);
    expect(ring >= 0 && lists(kAlice, name), "it is listed");
    expect(keyctl_unlink(ring, parent) == 0 && !lists(kAlice, name), "and gone again");
  }));
}

}  // namespace
}  // namespace opensspi::logon
