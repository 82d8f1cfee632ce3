// Databases that are damaged, of another kind, or held by somebody: what is said, and how soon.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "authority/accounts_authority.h"
#include "unit/authority/world.h"

namespace opensspi::authority {
namespace {

using test::ClientResponse;
using test::hash_of;
using test::status_of;
using test::why_of;

class Damaged : public test::Accounts {
 protected:
  void write_file(std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  void expect_refused(const char* why) {
    for (const Missing missing : {Missing::Create, Missing::Refuse}) {
      const auto store = try_open(missing);
      EXPECT_EQ(status_of(store), Status::InternalError);
      EXPECT_EQ(why_of(store), why);
    }
  }

  // Runs `body`, which must not take much longer than the deadline.
  template <class Body>
  void soon(Body&& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    EXPECT_LT(std::chrono::steady_clock::now() - start, deadline + std::chrono::seconds(5));
  }
};

TEST_F(Damaged, NoDatabaseAtAll) {
  write_file("alice:1000:password\n" + std::string(5000, 'x'));
  expect_refused("the accounts database is damaged");
}

TEST_F(Damaged, AnEmptyFileIsANewDatabase) {
  write_file("");
  EXPECT_EQ(open(Missing::Refuse)->list()->size(), 0U);
}

TEST_F(Damaged, AnotherProgramsDatabase) {
  write_file("");
  execute("CREATE TABLE bookmarks(url TEXT)");
  expect_refused("the file is not an accounts database");
  EXPECT_EQ(query("SELECT count(*) FROM sqlite_schema"), std::vector<std::string>{"1"});
}

TEST_F(Damaged, ANewerDatabase) {
  open();
  execute("PRAGMA user_version = 3");
  expect_refused("the accounts database was made by a newer OpenSSPI");
  EXPECT_EQ(try_open().error().value, 3);
}

TEST_F(Damaged, OverwrittenPages) {
  ASSERT_TRUE(open()->add({"alice", ""}, hash_of("secret")));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(4 * 4096, '\xA5');
  }
  std::shared_ptr<AccountStore> store = open();
  AccountsAuthority authority(store, [this] { return now.load(); });
  const ClientResponse client("alice", "", "secret");
  const auto logon = authority.validate(client.response);
  EXPECT_EQ(status_of(logon), Status::NoAuthenticatingAuthority);
  EXPECT_EQ(why_of(logon), "the accounts database is damaged");
  EXPECT_EQ(why_of(store->list()), "the accounts database is damaged");
  EXPECT_EQ(why_of(store->add({"bob", ""}, hash_of("secret"))), "the accounts database is damaged");
}

TEST_F(Damaged, WithoutItsOneRow) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  execute("DELETE FROM machine");
  EXPECT_EQ(why_of(store->look_up({"alice", ""})), "the accounts database is damaged");
  EXPECT_EQ(why_of(store->lockout()), "the accounts database is damaged");
  EXPECT_EQ(why_of(store->add({"bob", ""}, hash_of("secret"))), "the accounts database is damaged");
  EXPECT_EQ(why_of(store->set_lockout({3, 10})), "the accounts database is damaged");
}

TEST_F(Damaged, AHashOfAnotherLengthCannotBe) {
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  execute("PRAGMA ignore_check_constraints = ON; UPDATE accounts SET nt_hash = x'00112233'");
  EXPECT_EQ(why_of(store->look_up({"alice", ""})), "the accounts database is damaged");
}

// Schemas are input as well: a view or trigger of somebody's may not run what he likes.
TEST_F(Damaged, ATriggerMayNotCallFunctions) {
  auto store = open();
  execute("CREATE TRIGGER t AFTER INSERT ON accounts BEGIN SELECT load_extension('x'); END");
  EXPECT_EQ(status_of(store->add({"alice", ""}, hash_of("secret"))), Status::InternalError);
  EXPECT_EQ(store->list()->size(), 0U);
}

TEST_F(Damaged, AWriterIsWaitedForUntilTheDeadline) {
  deadline = std::chrono::milliseconds(100);
  auto store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  auto writer = Database::open(path, deadline, {});
  ASSERT_TRUE(writer && writer->execute("BEGIN IMMEDIATE"));
  soon([&] {
    const auto added = store->add({"bob", ""}, hash_of("secret"));
    EXPECT_EQ(status_of(added), Status::InternalError);
    EXPECT_EQ(why_of(added), "another process holds the accounts database");
    EXPECT_EQ(why_of(store->set_must_change({"alice", ""}, true)),
              "another process holds the accounts database");
    EXPECT_EQ(why_of(store->import("carol:::a4f49c406510bdcab6824ee7c30fd852:::")),
              "another process holds the accounts database");
  });
  EXPECT_EQ(store->list()->size(), 1U);  // readers do not wait
  ASSERT_TRUE(writer->execute("COMMIT"));
  EXPECT_TRUE(store->add({"bob", ""}, hash_of("secret")));
}

TEST_F(Damaged, WhoHoldsAllOfItIsWaitedForUntilTheDeadline) {
  deadline = std::chrono::milliseconds(100);
  open();
  auto holder = Database::open(path, deadline, {});
  ASSERT_TRUE(holder);
  ASSERT_TRUE(
      holder->execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE;"
                      "UPDATE machine SET next_rid = next_rid; COMMIT"));
  soon([&] { expect_refused("another process holds the accounts database"); });
}

TEST_F(Damaged, WhoHoldsTheCountersIsWaitedForUntilTheDeadline) {
  deadline = std::chrono::milliseconds(100);
  std::shared_ptr<AccountStore> store = open();
  ASSERT_TRUE(store->add({"alice", ""}, hash_of("secret")));
  AccountsAuthority authority(store, [this] { return now.load(); });
  const int file = ::open((path.string() + "-counters").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(file, LOCK_EX), 0);
  soon([&] {
    const ClientResponse client("alice", "", "secret");
    const auto logon = authority.validate(client.response);
    EXPECT_EQ(status_of(logon), Status::NoAuthenticatingAuthority);
    EXPECT_EQ(why_of(logon), "another process holds the failure counters");
    EXPECT_EQ(why_of(try_open()), "another process holds the failure counters");
  });
  close(file);
  const ClientResponse client("alice", "", "secret");
  EXPECT_TRUE(authority.validate(client.response));
}

}  // namespace
}  // namespace opensspi::authority
