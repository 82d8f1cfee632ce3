// Where a user's Kerberos caches are looked for. Each test works in a child process as a Unix user
// that nobody else is.
#include "logon/caches.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <keyutils.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "support/other_user.h"

namespace opensspi::logon {
namespace {

using test::as_user;

constexpr uid_t kAlice = 61'021, kBob = 61'022;

bool lists(uid_t user, const std::string& name) {
  const auto names = kerberos_caches(user);
  return std::ranges::find(names, name) != names.end();
}

class KerberosCaches : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
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
    ASSERT_GE(names.size(), 2U);
    EXPECT_EQ(names[0], "FILE:/somewhere");
    EXPECT_EQ(names[1], "");
    EXPECT_TRUE(lists(kAlice, "KCM:"));  // the service's whole collection
    unsetenv("KRB5CCNAME");
    EXPECT_EQ(kerberos_caches(kAlice).front(), "");
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
  EXPECT_TRUE(as_user(kAlice, [] { EXPECT_TRUE(lists(kAlice, kName)); }));
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
    ASSERT_GE(persistent, 0);
    const auto parent = static_cast<key_serial_t>(persistent);
    const key_serial_t ring = add_key("keyring", "_krb", nullptr, 0, parent);
    ASSERT_GE(ring, 0);
    EXPECT_TRUE(lists(kAlice, name));
    EXPECT_EQ(keyctl_unlink(ring, parent), 0);
    EXPECT_FALSE(lists(kAlice, name));
  }));
}

}  // namespace
}  // namespace opensspi::logon
