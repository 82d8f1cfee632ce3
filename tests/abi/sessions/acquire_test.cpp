// pvLogonId: whose credentials a caller may have. Alice logs in; she, others, and who may act for
// others ask for them.
#include <time.h>

#include <chrono>
#include <thread>

#include "abi/sessions/users.h"

namespace caller {
namespace {

const SEC_WCHAR* const kPackages[] = {u"NTLM", u"Negotiate", u"CREDSSP"};

class SessionCredentials : public WithUsers {
 protected:
  void SetUp() override {
    WithUsers::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in()); }));
  }
};

TEST_F(SessionCredentials, AreTheirUsers) {
  EXPECT_TRUE(as_user(alice(), [] {
    const LUID own = luid_of(alice());
    CredSspCred nobody = CredSspCred::client(nullptr);
    for (const LUID* session : {static_cast<const LUID*>(nullptr), &own}) {
      for (const SEC_WCHAR* package : kPackages) {
        Acquired acquired = acquire_own(package, session);
        ASSERT_STATUS(SEC_E_OK, acquired.status) << ascii(package);
        EXPECT_EQ("WONDERLAND\\alice", name_of(acquired.credential)) << ascii(package);
        EXPECT_EQ(0x7FFFFFFFFFFFFFFF, acquired.expiry.QuadPart) << ascii(package);
      }
      Acquired acquired = acquire_own(CREDSSP_NAME, session, nobody.get());
      ASSERT_STATUS(SEC_E_OK, acquired.status);
      EXPECT_EQ("WONDERLAND\\alice", name_of(acquired.credential));
    }
  }));
}

TEST_F(SessionCredentials, AreNobodyElses) {
  EXPECT_TRUE(as_user(bob(), [] {
    for (const SEC_WCHAR* package : kPackages) {
      EXPECT_STATUS(SEC_E_NOT_OWNER, acquire_of(package, luid_of(alice())));
      EXPECT_STATUS(SEC_E_NOT_OWNER, acquire_of(package, kSystem));
    }
    // Of his own he has none.
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_own(u"CREDSSP").status);
    Acquired ntlm = acquire_own(u"NTLM");
    ASSERT_STATUS(SEC_E_OK, ntlm.status);
    EXPECT_EQ("SEC_E_NO_CREDENTIALS", name_of(ntlm.credential));
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(u"NTLM", luid_of(bob())));
  }));
}

void expect_to_get_alices() {
  const LUID session = luid_of(alice());
  for (const SEC_WCHAR* package : kPackages) {
    Acquired acquired = acquire_own(package, &session);
    ASSERT_STATUS(SEC_E_OK, acquired.status) << ascii(package);
    EXPECT_EQ("WONDERLAND\\alice", name_of(acquired.credential)) << ascii(package);
  }
}

TEST_F(SessionCredentials, AreForRoot) {
  EXPECT_TRUE(in_process([] { return true; }, expect_to_get_alices));
}

// SE_TCB_NAME on Windows.
TEST_F(SessionCredentials, AreForWhoHasBothCapabilities) {
  EXPECT_TRUE(
      as_user_with(carol(), {CAP_SETUID, CAP_DAC_READ_SEARCH}, [] { expect_to_get_alices(); }));
  for (const unsigned one : {CAP_SETUID, CAP_DAC_READ_SEARCH}) {
    EXPECT_TRUE(as_user_with(carol(), {one}, [] {
      for (const SEC_WCHAR* package : kPackages)
        EXPECT_STATUS(SEC_E_NOT_OWNER, acquire_of(package, luid_of(alice())));
    }));
  }
}

// As in a container that takes the capability away.
TEST_F(SessionCredentials, AreNotForRootWithoutCapabilities) {
  EXPECT_TRUE(in_process([] { return keep_only({CAP_DAC_READ_SEARCH}); },
                         [] {
                           EXPECT_STATUS(SEC_E_NOT_OWNER, acquire_of(u"NTLM", luid_of(alice())));
                           const std::vector<Listed> sessions = list_sessions();
                           ASSERT_FALSE(sessions.empty());
                           EXPECT_EQ(0U, sessions.front().uid);
                           for (const Listed& session : sessions) EXPECT_NE(alice(), session.uid);
                         }));
}

TEST_F(SessionCredentials, OfSessionsThatAreNotThere) {
  EXPECT_TRUE(in_process([] { return true; },
                         [] {
                           for (const SEC_WCHAR* package : kPackages) {
                             for (const LUID& nobody :
                                  {luid_of(bob()), luid_of(0xFFFFFFFF), LUID{alice(), 0},
                                   LUID{alice(), 2}, LUID{alice(), -1}, LUID{0x3E5, 0}, LUID{0, 0}})
                               EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(package, nobody))
                                   << nobody.LowPart;
                             // The machine has a keytab, no password.
                             EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(package, kSystem));
                           }
                         }));
  EXPECT_TRUE(as_user(alice(), [] {
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(u"NTLM", LUID{alice(), 2}));
    EXPECT_STATUS(SEC_E_OK, acquire_of(u"NTLM", kAnonymous));
  }));
}

// ptsExpiry is local time; the list of sessions is in UTC.
TEST_F(SessionCredentials, SayWhenTheyEnd) {
  EXPECT_TRUE(as_user(alice(), [] {
    setenv("TZ", "EAST-3", 1);
    tzset();
    ASSERT_STATUS(SEC_E_OK, log_in(8 * 3600));
    const Listed::Entry entry = list_sessions().at(0).identities.at(0);
    EXPECT_EQ(entry.since + 8 * 3600 * 10'000'000ULL, entry.expires);
    const auto local = static_cast<LONGLONG>(entry.expires + 3 * 3600 * 10'000'000ULL);
    for (const SEC_WCHAR* package : kPackages)
      EXPECT_EQ(local, acquire_own(package).expiry.QuadPart) << ascii(package);
  }));
}

TEST_F(SessionCredentials, EndThen) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in(2));
    Acquired before = acquire_own(u"NTLM");
    EXPECT_EQ("WONDERLAND\\alice", name_of(before.credential));
    std::this_thread::sleep_for(std::chrono::milliseconds(2200));
    for (const SEC_WCHAR* package : kPackages)
      EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(package, luid_of(alice())));
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_own(u"CREDSSP").status);
    EXPECT_EQ("SEC_E_NO_CREDENTIALS", name_of(before.credential));
    EXPECT_TRUE(list_sessions().at(0).identities.empty());
  }));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(u"NTLM", luid_of(alice())));
  // The kernel forgets late; a name that ended can be logged in again at once.
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in());
    EXPECT_STATUS(SEC_E_OK, acquire_of(u"NTLM", luid_of(alice())));
  }));
}

TEST_F(SessionCredentials, EndWithLogout) {
  EXPECT_TRUE(as_user(alice(), [] {
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, opensspi_logout("WONDERLAND\\dormouse"));
    EXPECT_STATUS(SEC_E_OK, opensspi_logout("wonderland\\ALICE"));
    for (const SEC_WCHAR* package : kPackages)
      EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(package, luid_of(alice())));
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, opensspi_logout(nullptr));
  }));
}

// CREDSSP takes a name for pszPrincipal.
TEST_F(SessionCredentials, AreChosenByName) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, opensspi_login("hatter@tea.example", nullptr, "10/6", 0, nullptr));
    const auto acquire = [](const SEC_WCHAR* principal, Credential& credential) {
      return AcquireCredentialsHandleW(wide(principal), wide(u"CREDSSP"), SECPKG_CRED_OUTBOUND,
                                       nullptr, nullptr, nullptr, nullptr, credential.get(),
                                       nullptr);
    };
    Credential last, named;
    ASSERT_STATUS(SEC_E_OK, acquire(nullptr, last));
    EXPECT_EQ("hatter@tea.example", name_of(last));
    ASSERT_STATUS(SEC_E_OK, acquire(u"wonderland\\Alice", named));
    EXPECT_EQ("WONDERLAND\\alice", name_of(named));
    Credential none;
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(u"WONDERLAND\\hatter", none));
    EXPECT_STATUS(SEC_E_NOT_OWNER, acquire(u"root", none));
  }));
}

}  // namespace
}  // namespace caller
