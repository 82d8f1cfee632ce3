// Acquiring waits for nobody, not even for a process that holds the accounts.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "abi/credssp/pair.h"

namespace caller {
namespace {

// As a process that was stopped while it counted a failure.
class HeldCounters {
 public:
  HeldCounters()
      : file_(open((folder().path() / "accounts.db-counters").c_str(), O_RDWR | O_CLOEXEC)) {
    EXPECT_EQ(0, flock(file_, LOCK_EX));
  }
  HeldCounters(const HeldCounters&) = delete;
  HeldCounters& operator=(const HeldCounters&) = delete;
  ~HeldCounters() { close(file_); }

 private:
  int file_;
};

Credential acquire_inbound() {
  Credential credential;
  CredSspCred server = CredSspCred::server();
  EXPECT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(CREDSSP_NAME),
                                                    SECPKG_CRED_INBOUND, nullptr, server.get(),
                                                    nullptr, nullptr, credential.get(), nullptr));
  return credential;
}

void acquire_and_log_on() {
  // Longer than a test may take.
  std::ofstream(folder().path() / "policy.toml") << "[authority]\ndeadline_ms = 600000\n";
  opensspi_accounts* accounts = nullptr;
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_open(nullptr, &accounts));
  ASSERT_STATUS(SEC_E_OK, opensspi_account_add(accounts, "alice", "", kPassword));
  opensspi_accounts_close(accounts);
  Credential server_credential = [] {
    const HeldCounters held;
    return acquire_inbound();
  }();
  IdentityW identity(u"alice", u"");
  Credential client_credential =
      acquire_client(CREDSSP_NAME, CredSspCred::client(identity.get()).get());
  Party client = Party::client(client_credential, kClientFlags, kTarget);
  Party server = Party::server(server_credential, kServerFlags);
  ASSERT_LOGGED_ON(client, server);
}

// In a process that has not opened the accounts yet.
TEST(Waiting, IsLeftToTheFirstLogon) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        acquire_and_log_on();
        const bool failed = testing::Test::HasFailure();
        std::filesystem::remove_all(folder().path());
        _exit(failed ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace caller
