// Servers that act as their clients. Each test works in a process of its own. Needs root.
#include <sys/stat.h>

#include <future>
#include <thread>

#include "sides.h"
#include "support/other_user.h"
#include "support/thread_identity.h"

namespace caller {
namespace {

using opensspi::test::as_user;
using opensspi::test::has_effective_capabilities;
using opensspi::test::identity_of_thread;
using opensspi::test::in_process;
using opensspi::test::numbers_of_thread;

bool stay() {
  return true;
}

void expect_is(const UnixUser& user) {
  for (const std::size_t effective_or_for_files : {1, 3}) {
    EXPECT_EQ(user.uid, numbers_of_thread("Uid:").at(effective_or_for_files));
    EXPECT_EQ(user.gid, numbers_of_thread("Gid:").at(effective_or_for_files));
  }
  EXPECT_EQ(user.groups, numbers_of_thread("Groups:"));
  EXPECT_FALSE(has_effective_capabilities());
}

// Logons of alice, who stands for daemon, and of bob, who stands for bin.
class Impersonation : public testing::TestWithParam<Through> {
 protected:
  void SetUp() override {
    if (!opensspi::test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
    ASSERT_EQ(geteuid(), 0U) << "needs root, to become other users";
    ASSERT_LOGGED_ON(alice.client, alice.server);
    ASSERT_LOGGED_ON(bob.client, bob.server);
  }

  static const Store& accounts() {
    static auto& store = *new Store;
    for (const auto& [user, unix_user] : {std::pair("alice", "daemon"), std::pair("bob", "bin")}) {
      opensspi_account_remove(store.get(), user, nullptr);
      EXPECT_STATUS(SEC_E_OK, store.add(user));
      EXPECT_STATUS(SEC_E_OK, stand_for(store, user, unix_user));
    }
    return store;
  }

  const Store& store = accounts();
  const UnixUser daemon = unix_user("daemon"), bin = unix_user("bin");
  Sides alice{GetParam(), u"alice"}, bob{GetParam(), u"bob"};
};
INSTANTIATE_TEST_SUITE_P(Packages, Impersonation, testing::ValuesIn(kEveryPackage), name_of);

TEST_P(Impersonation, IsOfThisThreadOnlyAndEnds) {
  EXPECT_TRUE(in_process(stay, [&] {
    const std::string before = identity_of_thread();
    std::promise<void> now;
    std::future<std::string> others = std::async(std::launch::async, [&] {
      now.get_future().wait();
      return identity_of_thread();
    });
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
    expect_is(daemon);
    now.set_value();
    EXPECT_EQ(before, others.get());
    ASSERT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get()));
    EXPECT_EQ(before, identity_of_thread());
  }));
}

TEST_P(Impersonation, OwnsTheFilesThatItMakes) {
  EXPECT_TRUE(in_process(stay, [&] {
    const std::filesystem::path open_to_all = folder().path() / "open";
    std::filesystem::create_directory(open_to_all);
    std::filesystem::permissions(open_to_all, std::filesystem::perms(0777));
    std::filesystem::permissions(folder().path(), std::filesystem::perms(0711));
    std::ofstream(open_to_all / "secret") << "root's";
    std::filesystem::permissions(open_to_all / "secret", std::filesystem::perms(0600));
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
    std::ofstream(open_to_all / "own") << "alice's";
    EXPECT_FALSE(std::ifstream(open_to_all / "secret").is_open());
    ASSERT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get()));
    struct stat info {};
    EXPECT_EQ(0, stat((open_to_all / "own").c_str(), &info));
    EXPECT_EQ(daemon.uid, info.st_uid);
    EXPECT_EQ(daemon.gid, info.st_gid);
    EXPECT_TRUE(std::ifstream(open_to_all / "secret").is_open());
    std::filesystem::remove_all(open_to_all);
  }));
}

// Who was accepted stays who it is, but a process without the right cannot act as it.
TEST_P(Impersonation, NeedsTheRight) {
  EXPECT_TRUE(as_user(64'001, [&] {
    const std::string before = identity_of_thread();
    EXPECT_STATUS(SEC_E_NO_IMPERSONATION, ImpersonateSecurityContext(alice.server.get()));
    EXPECT_STRNE("", why());
    EXPECT_EQ(SEC_E_NO_IMPERSONATION, context_error(alice.server).status);
    EXPECT_EQ(before, identity_of_thread());
    EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get()));
    EXPECT_EQ("daemon", contents_of(alice.server).unix_user);
  }));
}

TEST_P(Impersonation, OfASecondClientTakesTheFirstsPlace) {
  EXPECT_TRUE(in_process(stay, [&] {
    const std::string before = identity_of_thread();
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(bob.server.get()));
    expect_is(bin);
    EXPECT_STATUS(SEC_E_NO_IMPERSONATION, ImpersonateSecurityContext(alice.client.get()));
    expect_is(bin);
    EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get()));
    EXPECT_EQ(before, identity_of_thread());
    EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(bob.server.get()));
    EXPECT_EQ(before, identity_of_thread());
  }));
}

TEST_P(Impersonation, IsNotEndedByAnotherThread) {
  EXPECT_TRUE(in_process(stay, [&] {
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
    // The new thread begins as this one is (pthread_create(3)), and acts as nobody.
    std::thread([&] { EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get())); }).join();
    expect_is(daemon);
    EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get()));
  }));
}

TEST_P(Impersonation, EndsWithItsThread) {
  EXPECT_TRUE(in_process(stay, [&] {
    const std::string before = identity_of_thread();
    std::thread([&] {
      EXPECT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
    }).join();
    EXPECT_EQ(before, identity_of_thread());
    std::thread([&] { EXPECT_EQ(before, identity_of_thread()); }).join();
  }));
}

TEST_P(Impersonation, OutlivesItsContext) {
  EXPECT_TRUE(in_process(stay, [&] {
    const std::string before = identity_of_thread();
    CtxtHandle context = *alice.server.get();
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(&context));
    ASSERT_STATUS(SEC_E_OK, DeleteSecurityContext(&context));
    expect_is(daemon);
    CtxtHandle forged = context;
    forged.dwUpper ^= 1;
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, RevertSecurityContext(&forged));
    expect_is(daemon);
    EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(&context));
    EXPECT_EQ(before, identity_of_thread());
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, RevertSecurityContext(&context));
  }));
}

// The accounts, root's and only root's to read, are opened anew by the child; the policy's folder
// is root's alone as well.
TEST_P(Impersonation, DoesNotReachTheLibrarysOwnFiles) {
  EXPECT_TRUE(in_process(stay, [&] {
    std::filesystem::permissions(folder().path(), std::filesystem::perms(0700));
    ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
    Sides another(GetParam(), u"bob");
    talk(another.client, another.server);
    EXPECT_STATUS(SEC_E_OK, another.server.status());
    EXPECT_EQ("bin", contents_of(another.server).unix_user);
    expect_is(daemon);
    EXPECT_STATUS(SEC_E_OK, opensspi_reload_policy());
    EXPECT_STATUS(SEC_E_OK, opensspi_accounts_flush());
    expect_is(daemon);
    EXPECT_STATUS(SEC_E_OK, RevertSecurityContext(alice.server.get()));
  }));
}

}  // namespace
}  // namespace caller
