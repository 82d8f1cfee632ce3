// What the library does of itself, and calls of the program, while a thread acts as a client. Each
// test works in a process of its own. Needs root.
#include <ctime>

#include "sides.h"
#include "support/kerberos_files.h"
#include "support/other_user.h"
#include "support/thread_identity.h"

namespace caller {
namespace {

using opensspi::test::identity_of_thread;
using opensspi::test::in_process;
using opensspi::test::KerberosFiles;

// A judge who knows alice, and what happens when it is asked.
class Judge {
 public:
  explicit Judge(std::function<void()> when_asked) : when_asked_(std::move(when_asked)) {
    authority_ = users().authority();
    authority_.nt_hash = find;
    authority_.user_data = this;
  }
  [[nodiscard]] const opensspi_authority* get() const { return &authority_; }

 private:
  static std::uint32_t find(const char*, const char*, std::uint8_t nt_hash[16], void* self) {
    static_cast<Judge*>(self)->when_asked_();
    return opensspi_nt_hash(kPassword, nt_hash) == SEC_E_OK ? 0 : 0xC0000064;
  }

  std::function<void()> when_asked_;
  opensspi_authority authority_{};
};

// The thread acts as alice, who stands for daemon; bob stands for bin.
class OwnWork : public testing::Test {
 protected:
  void SetUp() override {
    if (!opensspi::test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
    ASSERT_EQ(geteuid(), 0U) << "needs root, to become other users";
    for (const auto& [user, unix] : {std::pair("alice", "daemon"), std::pair("bob", "bin")}) {
      ASSERT_STATUS(SEC_E_OK, store.add(user));
      ASSERT_STATUS(SEC_E_OK, stand_for(store, user, unix));
    }
    ASSERT_LOGGED_ON(alice.client, alice.server);
    ASSERT_LOGGED_ON(bob.client, bob.server);
    std::filesystem::permissions(folder().path(), std::filesystem::perms(0700));
  }

  void expect_as_alice(const std::function<void()>& body) {
    EXPECT_TRUE(in_process([] { return true; },
                           [&] {
                             ASSERT_STATUS(SEC_E_OK,
                                           ImpersonateSecurityContext(alice.server.get()));
                             const std::string before = identity_of_thread();
                             body();
                             EXPECT_EQ(before, identity_of_thread());
                           }));
  }

  const Store store;
  Sides alice{kNtlm, u"alice"}, bob{kNtlm, u"bob"};
  const std::string process = identity_of_thread();
};

class OwnJudge : public OwnWork, public testing::WithParamInterface<Through> {};
INSTANTIATE_TEST_SUITE_P(Packages, OwnJudge, testing::ValuesIn(kEveryPackage), name_of);

TEST_P(OwnJudge, IsAskedAsTheProcess) {
  expect_as_alice([&] {
    std::string judges;
    const Judge judge([&] { judges = identity_of_thread(); });
    Sides another(GetParam(), u"alice", judge.get());
    ASSERT_LOGGED_ON(another.client, another.server);
    EXPECT_EQ(process, judges);
  });
}

TEST_P(OwnJudge, MayEndOrChangeTheImpersonation) {
  EXPECT_TRUE(in_process(
      [] { return true; },
      [&] {
        ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(bob.server.get()));
        const std::string as_bob = identity_of_thread();
        const struct {
          std::function<SECURITY_STATUS()> when_asked;
          const std::string& afterwards;
        } rows[] = {{[&] { return RevertSecurityContext(alice.server.get()); }, process},
                    {[&] { return ImpersonateSecurityContext(bob.server.get()); }, as_bob}};
        for (const auto& row : rows) {
          ASSERT_STATUS(SEC_E_OK, ImpersonateSecurityContext(alice.server.get()));
          const Judge judge([&] { EXPECT_STATUS(SEC_E_OK, row.when_asked()); });
          Sides another(GetParam(), u"alice", judge.get());
          ASSERT_LOGGED_ON(another.client, another.server);
          EXPECT_EQ(row.afterwards, identity_of_thread());
        }
      }));
}

// alice may not read the keytab, and owns no file that says which logons were accepted.
TEST_F(OwnWork, AcceptsKerberosAsTheProcess) {
  KerberosFiles files;
  files.configure("[domain_realm]\nexample.test = EXAMPLE.TEST\n");
  files.variables().set("KRB5RCACHENAME", "dfl:");
  files.variables().set("KRB5RCACHEDIR", files.path(""));
  const std::string cache = "FILE:" + files.path("cc");
  const std::int64_t now = std::time(nullptr), hour = 3600;
  files.make_cache(cache, "alice@EXAMPLE.TEST", {});
  files.make_keytab("keytab", {"HTTP/web.example.test@EXAMPLE.TEST"});
  files.add_ticket(
      cache, {"alice@EXAMPLE.TEST", "HTTP/web.example.test@EXAMPLE.TEST", now - hour, now + hour},
      "keytab");
  Credential client_credential = acquire_client(u"Kerberos", nullptr), server_credential;
  ASSERT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(u"Kerberos"), SECPKG_CRED_INBOUND,
                                                    nullptr, nullptr, nullptr, nullptr,
                                                    server_credential.get(), nullptr));
  Party client = Party::client(client_credential, kEverything, u"HTTP/web.example.test");
  client.run();
  expect_as_alice([&] {
    Party server = Party::server(server_credential);
    server.receive(client.last().token);
    ASSERT_STATUS(SEC_E_OK, server.run().status) << why();
  });
  EXPECT_TRUE(std::filesystem::exists(files.path("krb5_0.rcache2")));
}

TEST_F(OwnWork, ChangesPasswordsAsTheProcess) {
  expect_as_alice([&] {
    EXPECT_STATUS(SEC_E_OK, ChangeAccountPasswordW(wide(u"NTLM"), wide(u""), wide(u"bob"),
                                                   wide(u"Queen of \u2665"), wide(u"Drink me"), 0,
                                                   0, nullptr));
  });
}

TEST_F(OwnWork, ListsThePolicyAsTheProcess) {
  expect_as_alice([&] {
    std::string lister;
    const auto note = [](const opensspi_policy_setting*, void* user) {
      *static_cast<std::string*>(user) = identity_of_thread();
      return 1;
    };
    EXPECT_STATUS(SEC_E_OK, opensspi_policy_list(note, &lister, nullptr));
    EXPECT_EQ(identity_of_thread(), lister);  // what the program does with it, it does as alice
  });
}

// As daemon, in a process that has not looked for accounts before: there are none in a folder that
// only root can search. A death test's, which takes its folder with it.
[[noreturn]] void acquire_as_a_client() {
  std::ofstream(folder().path() / "policy.toml") << "[authority]\nkind = \"accounts\"\n";
  std::filesystem::permissions(folder().path(), std::filesystem::perms(0700));
  const Judge judge([] {});
  Sides daemon(kNtlm, u"daemon", judge.get());
  talk(daemon.client, daemon.server);
  CredSspCred server_cred = CredSspCred::server();
  CredHandle credential{};
  SECURITY_STATUS status = ImpersonateSecurityContext(daemon.server.get());
  if (status == SEC_E_OK) {
    status = AcquireCredentialsHandleW(nullptr, wide(CREDSSP_NAME), SECPKG_CRED_INBOUND, nullptr,
                                       server_cred.get(), nullptr, nullptr, &credential, nullptr);
    RevertSecurityContext(daemon.server.get());
  }
  std::filesystem::remove_all(folder().path());
  std::fprintf(stderr, "%s\n", opensspi_status_name(status));
  _exit(0);
}

TEST(OwnWorkAtStart, LooksForAccountsAsTheProcess) {
  if (!opensspi::test::may_become_others()) GTEST_SKIP() << "needs root, to become other users";
  ASSERT_EQ(geteuid(), 0U) << "needs root, to become other users";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(acquire_as_a_client(), testing::ExitedWithCode(0),
              "SEC_E_NO_AUTHENTICATING_AUTHORITY");
}

}  // namespace
}  // namespace caller
