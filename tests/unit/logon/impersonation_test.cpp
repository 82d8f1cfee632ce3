// A thread as another user: what the kernel says of it, of the other threads, and of it afterwards.
// Each test works in a process of its own. Needs root.
#include "logon/impersonation.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "logon/sessions.h"
#include "support/failing_new.h"
#include "support/other_user.h"
#include "support/thread_identity.h"

namespace opensspi::logon {
namespace {

using test::answer_calls;
using test::FailingNew;
using test::has_effective_capabilities;
using test::identity_of_thread;
using test::in_process;
using test::numbers_of_thread;

const UnixUser kAlice{"alice", 63'001, 63'101, {63'101, 63'501, 63'502}};
const UnixUser kBob{"bob", 63'002, 63'102, {63'102}};
const UnixUser kRoot{"root", 0, 0, {0}};

void expect_is(const UnixUser& user) {
  const auto uids = numbers_of_thread("Uid:"), gids = numbers_of_thread("Gid:");
  EXPECT_EQ(uids.at(1), user.uid);
  EXPECT_EQ(uids.at(3), user.uid);
  EXPECT_EQ(gids.at(1), user.gid);
  EXPECT_EQ(gids.at(3), user.gid);
  EXPECT_EQ(numbers_of_thread("Groups:"),
            std::vector<unsigned>(user.groups.begin(), user.groups.end()));
}

bool stay() {
  return true;
}

class Impersonating : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
    ASSERT_EQ(geteuid(), 0U) << "needs root, to become other users";
  }
};

TEST_F(Impersonating, ChangesUserGroupsAndRights) {
  EXPECT_TRUE(in_process(stay, [] {
    const auto real = numbers_of_thread("Uid:").at(0);
    ASSERT_TRUE(impersonate(kAlice));
    expect_is(kAlice);
    EXPECT_FALSE(has_effective_capabilities());
    EXPECT_EQ(numbers_of_thread("Uid:").at(0), real);  // or she could send it signals
  }));
}

class NoTickets final : public DelegatedTickets {
 public:
  [[nodiscard]] const std::string& cache() const override { return text_; }
  [[nodiscard]] const std::string& client() const override { return text_; }
  [[nodiscard]] FileTime expiry() const override { return 0; }
  [[nodiscard]] Result<void> store(const std::string&) const override {
    return fail(Status::UnsupportedFunction, "a fake");
  }

 private:
  std::string text_;
};

TEST_F(Impersonating, HasTheTicketsThatTheClientHandedOver) {
  EXPECT_TRUE(in_process(stay, [] {
    const auto tickets = std::make_shared<NoTickets>();
    Sessions sessions([] { return FileTime{0}; });
    const auto of_session = [&] { return (*sessions.open(std::nullopt))->delegated_tickets(); };
    ASSERT_TRUE(impersonate(kAlice, tickets));
    EXPECT_EQ(of_session(), tickets);
    {
      const AsProcess as_process;
      EXPECT_EQ(of_session(), nullptr);
    }
    EXPECT_EQ(of_session(), tickets);
    std::thread([&] { EXPECT_EQ(of_session(), nullptr); }).join();
    ASSERT_TRUE(impersonate(kBob));
    EXPECT_EQ(of_session(), nullptr);
    ASSERT_TRUE(impersonate(kAlice, tickets));
    revert();
    EXPECT_EQ(of_session(), nullptr);
    EXPECT_EQ(tickets.use_count(), 1);
  }));
}

TEST_F(Impersonating, LeavesOtherThreadsAlone) {
  EXPECT_TRUE(in_process(stay, [] {
    std::atomic<int> step = 0;
    const auto await = [&](int wanted) {
      for (int now = step; now != wanted; now = step) step.wait(now);
    };
    std::string before, during;
    std::thread other([&] {
      before = identity_of_thread();
      step = 1;
      step.notify_all();
      await(2);
      during = identity_of_thread();
    });
    await(1);
    ASSERT_TRUE(impersonate(kAlice));
    step = 2;
    step.notify_all();
    other.join();
    EXPECT_NE(before, "");
    EXPECT_EQ(before, during);
    EXPECT_NE(before, identity_of_thread());
  }));
}

TEST_F(Impersonating, DecidesAboutFiles) {
  EXPECT_TRUE(in_process(stay, [] {
    std::string name = std::filesystem::temp_directory_path() / "opensspi-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    const std::filesystem::path folder = name;
    ASSERT_EQ(chmod(name.c_str(), 0777), 0);
    const std::string secret = folder / "secret", shared = folder / "shared", own = folder / "own";
    std::ofstream(secret) << "root's";
    std::ofstream(shared) << "the group's";
    ASSERT_EQ(chmod(secret.c_str(), 0600), 0);
    ASSERT_EQ(chmod(shared.c_str(), 0640), 0);
    ASSERT_EQ(chown(shared.c_str(), 0, kAlice.groups.back()), 0);
    ASSERT_TRUE(impersonate(kAlice));
    EXPECT_FALSE(std::ifstream(secret).is_open());
    EXPECT_TRUE(std::ifstream(shared).is_open());
    std::ofstream(own) << "alice's";
    revert();
    EXPECT_TRUE(std::ifstream(secret).is_open());
    struct stat info {};
    EXPECT_EQ(stat(own.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, kAlice.uid);
    EXPECT_EQ(info.st_gid, kAlice.gid);
    std::filesystem::remove_all(folder);
  }));
}

bool set_groups_to(std::vector<gid_t> groups) {
  return setgroups(groups.size(), groups.data()) == 0;
}

TEST_F(Impersonating, IsUndoneToTheLetter) {
  struct Row {
    const char* what;
    std::function<bool()> become;
  };
  const auto user_with = [](std::initializer_list<unsigned> capabilities) {
    const std::vector<unsigned> copy(capabilities);
    return [copy] {
      return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && test::become_user(63'009) &&
             test::keep_only({copy.at(0), copy.at(1), copy.at(2)});
    };
  };
  const Row rows[] = {
      {"root", stay},
      {"root with groups",
       [] {
         return set_groups_to({4, 27, 4});
       }},
      {"root in nobody's group", [] { return set_groups_to({65'534}); }},
      {"root with few rights",
       [] {
         return test::keep_only({CAP_SETUID, CAP_SETGID, CAP_NET_BIND_SERVICE});
       }},
      {"a user with rights", user_with({CAP_SETUID, CAP_SETGID, CAP_DAC_OVERRIDE})},
      {"root that is a user by its real and saved ids",
       [] { return setresgid(5, 0, 6) == 0 && setresuid(63'009, 0, 63'008) == 0; }},
      {"root by its saved id only",
       [] {
         return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setresuid(63'009, 63'009, 0) == 0 &&
                test::keep_only({CAP_SETUID, CAP_SETGID});
       }},
      {"root that keeps its rights with other ids",
       [] { return prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) == 0; }},
  };
  for (const Row& row : rows) {
    EXPECT_TRUE(in_process(row.become, [] {
      const std::string before = identity_of_thread();
      for (const UnixUser& user : {kAlice, kBob}) {
        const auto done = impersonate(user);
        ASSERT_TRUE(done) << done.error().value;
        expect_is(user);
        EXPECT_FALSE(has_effective_capabilities());
        revert();
        EXPECT_EQ(identity_of_thread(), before);
      }
      revert();
      EXPECT_EQ(identity_of_thread(), before);
    })) << row.what;
  }
}

// Makes this process root of a user namespace that knows the first `count` users and groups of its
// own. Only who is outside may say so.
bool enter_user_namespace(unsigned count) {
  int entered[2];
  if (pipe(entered) != 0) return false;
  const std::string folder = "/proc/" + std::to_string(getpid()) + '/';
  const std::string map = "0 0 " + std::to_string(count);
  const pid_t outside = fork();
  if (outside == 0) {
    close(entered[1]);
    char nothing = 0;
    if (read(entered[0], &nothing, 1) != 0) _exit(1);
    for (const char* file : {"gid_map", "uid_map"}) {
      if (!(std::ofstream(folder + file) << map << std::flush)) _exit(1);
    }
    _exit(0);
  }
  const bool is_entered = unshare(CLONE_NEWUSER) == 0;
  close(entered[0]);
  close(entered[1]);
  int status = 0;
  return waitpid(outside, &status, 0) == outside && status == 0 && is_entered;
}

class ImpersonatingInNamespaces : public Impersonating {
 protected:
  void SetUp() override {
    Impersonating::SetUp();
    const auto has_them = in_process([] { return enter_user_namespace(64'000); }, [] {});
    if (!has_them && !test::is_ci()) GTEST_SKIP() << "needs user namespaces";
    ASSERT_TRUE(has_them);
  }
};

TEST_F(ImpersonatingInNamespaces, IsUndoneToTheLetter) {
  EXPECT_TRUE(in_process(
      [] {
        return set_groups_to({4, 27}) && enter_user_namespace(64'000);
      },
      [] {
        const std::string before = identity_of_thread();
        ASSERT_TRUE(impersonate(kAlice));
        expect_is(kAlice);
        revert();
        EXPECT_EQ(identity_of_thread(), before);
      }));
}

// They read as 65534, whom the smaller namespace does not know either.
TEST_F(ImpersonatingInNamespaces, IsRefusedWhereTheProcessHasUnknownGroups) {
  for (const unsigned count : {64'000U, 65'536U}) {
    EXPECT_TRUE(in_process(
        [=] {
          return set_groups_to({4, 99'999}) && enter_user_namespace(count);
        },
        [] {
          const std::string before = identity_of_thread();
          EXPECT_EQ(impersonate(kAlice).error().status, Status::NoImpersonation);
          EXPECT_EQ(identity_of_thread(), before);
        }))
        << count;
  }
}

TEST_F(Impersonating, OfRootIsForRootOnly) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    ASSERT_TRUE(impersonate(kRoot));
    expect_is(kRoot);
    EXPECT_TRUE(has_effective_capabilities());
    revert();
    EXPECT_EQ(identity_of_thread(), before);
  }));
  EXPECT_TRUE(test::as_user_with(63'009, {CAP_SETUID, CAP_SETGID}, [] {
    const std::string before = identity_of_thread();
    EXPECT_EQ(impersonate(kRoot).error().status, Status::NoImpersonation);
    EXPECT_EQ(identity_of_thread(), before);
  }));
}

TEST_F(Impersonating, NeedsBothRightsAndElseChangesNothing) {
  const auto refused = [] {
    const std::string before = identity_of_thread();
    const auto done = impersonate(kAlice);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().status, Status::NoImpersonation);
    EXPECT_EQ(done.error().value, EPERM);
    EXPECT_EQ(identity_of_thread(), before);
  };
  EXPECT_TRUE(test::as_user(63'009, refused));
  EXPECT_TRUE(test::as_user_with(63'009, {CAP_SETUID}, refused));
  EXPECT_TRUE(test::as_user_with(63'009, {CAP_SETGID}, refused));
}

// As on Windows: who logs on as the very user that the server runs as can be impersonated.
TEST_F(Impersonating, OfItsOwnUserNeedsNoRight) {
  const UnixUser same{"alice", 63'001, 63'001, {}};
  EXPECT_TRUE(test::as_user(63'001, [&] {
    const std::string before = identity_of_thread();
    EXPECT_TRUE(impersonate(same));
    revert();
    EXPECT_EQ(identity_of_thread(), before);
    EXPECT_FALSE(impersonate(kAlice));  // with groups that the process does not have
  }));
}

TEST_F(Impersonating, OfASecondClientTakesTheFirstsPlace) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    ASSERT_TRUE(impersonate(kAlice));
    ASSERT_TRUE(impersonate(kBob));
    expect_is(kBob);
    UnixUser crowded = kAlice;
    crowded.groups.resize(70'000);  // more than the kernel takes
    EXPECT_FALSE(impersonate(crowded));
    expect_is(kBob);
    revert();
    EXPECT_EQ(identity_of_thread(), before);
  }));
}

// As on Windows, where credentials without a name are those of whom the thread acts as.
TEST_F(Impersonating, IsInTheClientsLogonSession) {
  EXPECT_TRUE(in_process(stay, [] {
    ASSERT_TRUE(impersonate(kAlice));
    Sessions sessions([] { return FileTime{0}; });
    EXPECT_EQ((*sessions.open(std::nullopt))->luid(), luid_of(kAlice.uid));
    EXPECT_EQ(sessions.open(luid_of(0)).error().status, Status::NotOwner);
  }));
}

TEST_F(Impersonating, StepsBackForTheLibrarysOwnWork) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    { const AsProcess nothing; }
    EXPECT_EQ(identity_of_thread(), before);
    ASSERT_TRUE(impersonate(kAlice));
    {
      const AsProcess outer;
      EXPECT_EQ(identity_of_thread(), before);
      { const AsProcess inner; }
      EXPECT_EQ(identity_of_thread(), before);
    }
    expect_is(kAlice);
    revert();
    EXPECT_EQ(identity_of_thread(), before);
  }));
}

// A program may do so in what the library calls meanwhile.
TEST_F(Impersonating, EndsOrChangesWhileSteppedBack) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    ASSERT_TRUE(impersonate(kAlice));
    {
      const AsProcess as_process;
      revert();
      EXPECT_EQ(identity_of_thread(), before);
    }
    EXPECT_EQ(identity_of_thread(), before);

    ASSERT_TRUE(impersonate(kAlice));
    {
      const AsProcess as_process;
      ASSERT_TRUE(impersonate(kBob));
      expect_is(kBob);
      {
        const AsProcess inner;
        EXPECT_EQ(identity_of_thread(), before);
      }
      expect_is(kBob);
    }
    expect_is(kBob);
    revert();
    EXPECT_EQ(identity_of_thread(), before);
  }));
}

TEST_F(Impersonating, OfNobodyWhileSteppedBackChangesNothing) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    UnixUser crowded = kBob;
    crowded.groups.resize(70'000);  // more than the kernel takes
    ASSERT_TRUE(impersonate(kAlice));
    {
      const AsProcess as_process;
      EXPECT_FALSE(impersonate(crowded));
      EXPECT_EQ(identity_of_thread(), before);
    }
    expect_is(kAlice);
  }));
}

TEST_F(Impersonating, GoesOnAfterFork) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    ASSERT_TRUE(impersonate(kAlice));
    EXPECT_TRUE(in_process(stay, [&] {
      expect_is(kAlice);
      revert();
      EXPECT_EQ(identity_of_thread(), before);
    }));
    expect_is(kAlice);
  }));
}

TEST_F(Impersonating, IsNotBelievedWhereNothingIsDone) {
  EXPECT_TRUE(in_process(
      [] {
        return answer_calls({SYS_setresuid, SYS_setresgid, SYS_setgroups}, 0);
      },
      [] { EXPECT_EQ(impersonate(kAlice).error().status, Status::NoImpersonation); }));
}

TEST_F(Impersonating, IsUndoneHalfWay) {
  for (const unsigned call : {SYS_setresgid, SYS_setresuid}) {
    EXPECT_TRUE(in_process([call] { return answer_calls({call}, EAGAIN); },
                           [] {
                             const std::string before = identity_of_thread();
                             const auto done = impersonate(kAlice);
                             ASSERT_FALSE(done);
                             EXPECT_EQ(done.error().status, Status::NoImpersonation);
                             EXPECT_EQ(done.error().value, EAGAIN);
                             EXPECT_EQ(identity_of_thread(), before);
                           }));
  }
}

// As systemd's SystemCallFilter=@system-service has it for a service.
TEST_F(Impersonating, WhereNothingMayBeSetIsRefused) {
  for (const bool is_root : {true, false}) {
    EXPECT_TRUE(in_process(
        [=] {
          return (is_root || test::become_user(63'009)) &&
                 answer_calls({SYS_setgroups, SYS_setresgid, SYS_setresuid, SYS_capset}, EPERM);
        },
        [] {
          const std::string before = identity_of_thread();
          EXPECT_EQ(impersonate(kAlice).error().status, Status::NoImpersonation);
          EXPECT_EQ(identity_of_thread(), before);
        }));
  }
}

TEST_F(Impersonating, WorksForRootWhereCapabilitiesMayNotBeSet) {
  EXPECT_TRUE(in_process([] { return answer_calls({SYS_capset}, EPERM); },
                         [] {
                           const std::string before = identity_of_thread();
                           ASSERT_TRUE(impersonate(kAlice));
                           EXPECT_FALSE(has_effective_capabilities());
                           revert();
                           EXPECT_EQ(identity_of_thread(), before);
                         }));
}

TEST_F(Impersonating, OutOfMemoryLeavesTheThreadAsItWas) {
  EXPECT_TRUE(in_process(stay, [] {
    const std::string before = identity_of_thread();
    for (std::size_t passed = 0;; ++passed) {
      bool out_of_memory = false;
      {
        const FailingNew failing(passed);
        try {
          EXPECT_TRUE(impersonate(kAlice));
        } catch (const std::bad_alloc&) {
          out_of_memory = true;
        }
      }
      if (!out_of_memory) break;
      EXPECT_EQ(identity_of_thread(), before);
    }
    expect_is(kAlice);
  }));
}

// Rather no server than one that takes a client's rights for its own.
TEST_F(Impersonating, EndsTheProcessWhenThereIsNoWayBack) {
  const auto without_a_way_back = [] {
    if (impersonate(kAlice) && answer_calls({SYS_setresuid}, EPERM)) revert();
  };
  EXPECT_EXIT(without_a_way_back(), testing::KilledBySignal(SIGABRT), "the process ends here");
}

}  // namespace
}  // namespace opensspi::logon
