// Sessions in the kernel's own keyrings. Each test works in a child process as a Unix user of its
// own that nobody else is, so the keyrings of who runs the tests stay as they are. Needs root.
#include "logon/sessions.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <thread>

#include "support/fake_environment.h"

namespace opensspi::logon {
namespace {

constexpr uid_t kAlice = 61'001, kBob = 61'002;

FileTime clock() {
  return test::kFakeNow;
}

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  _exit(1);
}

// Whether `body` ends well as that user, in a process of its own.
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

class LogonSessions : public testing::Test {
 protected:
  void SetUp() override {
    const char* ci = std::getenv("CI");
    const bool must_run = ci != nullptr && std::string_view(ci) == "true";
    if (geteuid() != 0 && !must_run) GTEST_SKIP() << "needs root, to become other users";
    ASSERT_EQ(geteuid(), 0U) << "needs root, to become other users";
    const auto ring = Keyring::open(kAlice, Keyring::Missing::Create);
    if (!ring && !must_run) GTEST_SKIP() << ring.error().why;
    ASSERT_TRUE(ring) << ring.error().why;
    forget(kAlice);
    forget(kBob);
  }
  void TearDown() override {
    if (geteuid() != 0) return;
    forget(kAlice);
    forget(kBob);
  }

  static void forget(uid_t user) {
    auto ring = Keyring::open(user, Keyring::Missing::Create);
    if (!ring) return;
    for (const std::string& name : ring->names()) static_cast<void>(ring->remove(name));
  }
};

void alice_logs_on(std::optional<std::chrono::seconds> lifetime) {
  Sessions sessions(clock);
  const auto luid = sessions.log_on(*test::make_identity("DOMAIN", "alice", "secret"), lifetime);
  expect(luid && *luid == luid_of(kAlice), "alice logs on in her own session");
}

TEST_F(LogonSessions, BelongToTheirUserAndOutliveTheProcess) {
  ASSERT_TRUE(as_user(kAlice, [] { alice_logs_on(std::nullopt); }));
  EXPECT_TRUE(as_user(kAlice, [] {
    const auto session = Sessions(clock).open(std::nullopt);
    expect(session && (*session)->luid() == luid_of(kAlice), "her own session opens");
    const auto identity = (*session)->identity("");
    expect(identity && identity->identity->user == "alice", "her identity is there");
    expect((*session)->identity("domain\\ALICE").has_value(), "by its name, in any case");
    const auto another = (*session)->identity("DOMAIN\\somebody");
    expect(!another && another.error().status == Status::NoCredentials, "no other is");
  }));
}

TEST_F(LogonSessions, OfOthersAreNotForEverybody) {
  ASSERT_TRUE(as_user(kAlice, [] { alice_logs_on(std::nullopt); }));
  EXPECT_TRUE(as_user(kBob, [] {
    const auto session = Sessions(clock).open(luid_of(kAlice));
    expect(!session && session.error().status == Status::NotOwner, "bob may not use it");
    const auto system = Sessions(clock).open(kSystemLuid);
    expect(!system && system.error().status == Status::NotOwner, "nor the machine's");
    const auto ring = Keyring::open(kAlice, Keyring::Missing::Refuse);
    expect(!ring && ring.error().status == Status::NotOwner, "nor its keyring");
  }));
  const auto session = Sessions(clock).open(luid_of(kAlice));
  ASSERT_TRUE(session) << session.error().why;
  const auto identity = (*session)->identity("");
  ASSERT_TRUE(identity) << identity.error().why;
  EXPECT_EQ(identity->identity->user, "alice");
}

TEST_F(LogonSessions, EndWithTheirTime) {
  ASSERT_TRUE(as_user(kAlice, [] {
    alice_logs_on(std::chrono::seconds(2));  // whole ones of the kernel's: may be one less
    const auto session = Sessions(clock).open(std::nullopt);
    const auto identity = (*session)->identity("");
    expect(identity && identity->expiry == test::kFakeNow + 20'000'000, "its end is known");
    std::this_thread::sleep_for(std::chrono::milliseconds(2200));
    const auto late = (*session)->identity("");
    expect(!late && late.error().status == Status::NoCredentials, "then it is gone");
  }));
}

TEST_F(LogonSessions, AreListedForTheirUserAndForRoot) {
  ASSERT_TRUE(as_user(kAlice, [] { alice_logs_on(std::nullopt); }));
  EXPECT_TRUE(as_user(kBob, [] {
    const auto list = Sessions(clock).list();
    expect(list && list->size() == 1 && list->front().uid == kBob, "bob sees his own only");
  }));
  const auto list = Sessions(clock).list();
  ASSERT_TRUE(list);
  bool found = false;
  for (const SessionInfo& info : *list) {
    if (info.uid != kAlice) continue;
    found = true;
    ASSERT_EQ(info.identities.size(), 1U);
    EXPECT_EQ(info.identities.front().user, "alice");
  }
  EXPECT_TRUE(found);
}

TEST_F(LogonSessions, ForgetWhoLogsOff) {
  EXPECT_TRUE(as_user(kAlice, [] {
    alice_logs_on(std::nullopt);
    Sessions sessions(clock);
    expect(!sessions.log_off("somebody"), "who is not there cannot log off");
    expect(sessions.log_off("alice").has_value(), "alice logs off");
    expect(!(*sessions.open(std::nullopt))->identity(""), "she is gone");
  }));
}

std::vector<std::string> names_in_ring() {
  const auto ring = Keyring::open(kAlice, Keyring::Missing::Refuse);
  return ring ? ring->names() : std::vector<std::string>();
}

TEST_F(LogonSessions, PassOverWhatIsNoneOfTheirs) {
  EXPECT_TRUE(as_user(kAlice, [] {
    alice_logs_on(std::nullopt);
    const auto put = [](const char* name, ByteView payload) {
      auto ring = Keyring::open(kAlice, Keyring::Missing::Create);
      expect(ring && ring->put(name, payload, std::nullopt), name);
    };
    put("identity:forged", Bytes{1, 1, 0});
    put("semi;colon;", Bytes{1});
    expect(std::ranges::count(names_in_ring(), "semi;colon;") == 1, "an odd name is told whole");
    Sessions sessions(clock);
    const auto info = sessions.info(luid_of(kAlice));
    expect(info && info->identities.size() == 1, "a forged identity is none");
    expect(!sessions.log_off("forged"), "and has no name");
    expect(sessions.log_off("").has_value(), "but goes with all");
    expect(names_in_ring() == std::vector<std::string>{"semi;colon;"}, "and nothing else does");
  }));
}

TEST_F(LogonSessions, RefuseWhatIsTooLarge) {
  EXPECT_TRUE(as_user(kAlice, [] {
    auto ring = Keyring::open(kAlice, Keyring::Missing::Create);
    const auto large = ring->put("large", Bytes(32'768), std::nullopt);
    expect(!large && large.error().status == Status::InvalidParameter, "more than a key holds");
    const auto quota = ring->put("quota", Bytes(32'000), std::nullopt);
    expect(!quota && quota.error().status == Status::InsufficientMemory, "more than the quota");
  }));
}

TEST_F(LogonSessions, AreThereForOthersWhenSomebodyLoggedOn) {
  const auto nobody = Sessions(clock).info(luid_of(kBob));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().status, Status::NoCredentials);
  EXPECT_TRUE(as_user(kBob, [] {
    const auto own = Sessions(clock).info(luid_of(kBob));
    expect(own && own->identities.empty() && !own->refuses_keyrings, "his own always is");
  }));
}

TEST_F(LogonSessions, SaveCredentialsForTargets) {
  EXPECT_TRUE(as_user(kAlice, [] {
    SavedCredentials saved = Sessions(clock).saved();
    expect(!saved.any(), "nothing is saved yet");
    SavedCredential credential;
    credential.type = SavedType::DomainPassword;
    credential.target = "*.corp.example";
    credential.user = "CORP\\alice";
    credential.comment = "a comment";
    credential.blob = test::password_utf16le("secret");
    credential.attributes.push_back({"keyword", 7, {1, 2, 3}});
    expect(saved.write(std::move(credential), false).has_value(), "it is written");
    const auto back = saved.read("*.CORP.example", SavedType::DomainPassword);
    expect(back && back->user == "CORP\\alice" && back->comment == "a comment" &&
               back->attributes.size() == 1 && back->attributes[0].value == Bytes{1, 2, 3} &&
               back->last_written == test::kFakeNow,
           "and read as it was");
    const auto found = saved.find("TERMSRV/server.corp.example");
    expect(found && found->identity->user == "alice" && found->identity->domain == "CORP" &&
               found->identity->origin == Identity::Origin::Saved,
           "a host of the domain finds it");
    expect(!saved.find("TERMSRV/server.elsewhere.example"), "another does not");
    expect(saved.list("*.corp*")->size() == 1 && saved.list("x*")->empty(), "filters hold");
    expect(saved.remove("*.corp.example", SavedType::DomainPassword).has_value(), "it goes");
    expect(!saved.any(), "nothing is left");
  }));
}

}  // namespace
}  // namespace opensspi::logon
