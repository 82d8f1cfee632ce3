// Owner and mode of the accounts, and where they lie.
#include "authority/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::status_of;
using test::why_of;

class PrivateFile : public test::Accounts {
 protected:
  static unsigned mode(const std::filesystem::path& file) {
    struct stat info {};
    EXPECT_EQ(stat(file.c_str(), &info), 0) << file;
    return info.st_mode & 07777U;
  }
};

TEST_F(PrivateFile, EveryFileIsForItsOwnerAlone) {
  path = folder / "new" / "deep" / "accounts.db";
  const mode_t old = umask(0);
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, test::hash_of("secret")));
  umask(old);
  EXPECT_EQ(mode(folder / "new"), 0700U);
  EXPECT_EQ(mode(folder / "new" / "deep"), 0700U);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "new" / "deep")) {
    EXPECT_EQ(mode(entry.path()), 0600U) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 4);  // the database, its log, the log's index, the counters
}

TEST_F(PrivateFile, NoneIsNoAuthority) {
  for (const auto& missing : {folder / "accounts.db", folder / "no" / "folder" / "accounts.db"}) {
    path = missing;
    const auto store = try_open(Missing::Refuse);
    EXPECT_EQ(status_of(store), Status::NoAuthenticatingAuthority);
    EXPECT_EQ(why_of(store), "there is no accounts database yet; 'opensspi account add' makes it");
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  path = "";
  EXPECT_EQ(status_of(try_open(Missing::Refuse)), Status::NoAuthenticatingAuthority);
  EXPECT_EQ(status_of(try_open(Missing::Create)), Status::InternalError);
}

TEST_F(PrivateFile, AFileThatOthersCanReadIsRefused) {
  open();
  for (const mode_t bits : {0640U, 0620U, 0610U, 0604U, 0602U, 0601U}) {
    ASSERT_EQ(chmod(path.c_str(), bits), 0);
    for (const Missing missing : {Missing::Create, Missing::Refuse}) {
      const auto store = try_open(missing);
      EXPECT_EQ(status_of(store), Status::InternalError) << bits;
      EXPECT_EQ(why_of(store),
                "others can read or write the accounts database: make it 0600 (chmod go=)");
    }
  }
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(try_open());
}

TEST_F(PrivateFile, AFolderThatOthersCanWriteIsRefused) {
  open();
  for (const mode_t bits : {0770U, 0707U, 01777U}) {
    ASSERT_EQ(chmod(folder.c_str(), bits), 0);
    EXPECT_EQ(why_of(try_open()),
              "others can write to the folder of the accounts: take that right away (chmod go-w)");
  }
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  EXPECT_TRUE(try_open());
}

// Root takes a file of somebody else, anybody else takes one of root.
TEST_F(PrivateFile, AFileOfAnotherUserIsRefused) {
  const char* const words = "the accounts database belongs to another user";
  if (geteuid() != 0) {
    EXPECT_EQ(why_of(require_private_file("/etc/passwd", Missing::Refuse)), words);
    return;
  }
  open();
  ASSERT_EQ(chown(path.c_str(), 1234, 1234), 0);
  EXPECT_EQ(why_of(try_open()), words);
  ASSERT_EQ(chown(path.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(folder.c_str(), 1234, 1234), 0);
  EXPECT_EQ(why_of(try_open()), "the folder of the accounts belongs to another user");
}

TEST_F(PrivateFile, OnlyARegularFileWillDo) {
  const auto real = folder / "real.db";
  std::ofstream(real).close();
  ASSERT_EQ(chmod(real.c_str(), 0600), 0);
  std::filesystem::create_symlink(real, path);
  EXPECT_EQ(why_of(try_open()), "the accounts database is not a regular file");
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_EQ(why_of(try_open()), "the accounts database is not a regular file");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(why_of(try_open()), "the accounts database is not a regular file");
  path = real / "accounts.db";
  EXPECT_EQ(status_of(try_open()), Status::InternalError);
}

TEST_F(PrivateFile, TheCountersAreLookedAtAsWell) {
  open();
  const std::string counters = path.string() + "-counters";
  ASSERT_EQ(chmod(counters.c_str(), 0644), 0);
  EXPECT_EQ(why_of(try_open()),
            "the failure counters beside the accounts are not a file of this user alone");
  const auto elsewhere = folder / "elsewhere";
  std::filesystem::rename(counters, elsewhere);
  ASSERT_EQ(chmod(elsewhere.c_str(), 0600), 0);
  std::filesystem::create_symlink(elsewhere, counters);
  EXPECT_EQ(why_of(try_open()), "the failure counters beside the accounts cannot be opened");
}

class AccountsPath : public testing::Test {
 protected:
  void TearDown() override { unsetenv("OPENSSPI_ACCOUNTS"); }
};

TEST_F(AccountsPath, TheVariableThenTheUsersPlace) {
  setenv("OPENSSPI_ACCOUNTS", "/some/where.db", 1);
  EXPECT_EQ(accounts_path(), "/some/where.db");
  setenv("OPENSSPI_ACCOUNTS", "", 1);
  const std::string standard = accounts_path();
  unsetenv("OPENSSPI_ACCOUNTS");
  EXPECT_EQ(accounts_path(), standard);
  if (geteuid() == 0) {
    EXPECT_EQ(standard, "/var/lib/opensspi/accounts.db");
  } else {
    EXPECT_TRUE(standard.ends_with("/opensspi/accounts.db")) << standard;
  }
}

}  // namespace
}  // namespace opensspi::authority
