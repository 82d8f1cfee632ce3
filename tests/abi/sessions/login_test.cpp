// opensspi_login, opensspi_logout and opensspi_session_list: what they take, and what they keep.
#include "abi/sessions/users.h"

namespace caller {
namespace {

class Login : public WithUsers {};

SECURITY_STATUS login(const std::string& user, const std::string& domain,
                      const std::string& password) {
  return opensspi_login(user.c_str(), domain.c_str(), password.c_str(), 0, nullptr);
}

// DOMAIN\user of all who are logged in in the caller's own session, the last first.
std::vector<std::string> logged_in() {
  std::vector<std::string> names;
  const std::vector<Listed> sessions = list_sessions();
  for (const Listed::Entry& entry : sessions.at(0).identities)
    names.push_back(entry.domain + '\\' + entry.user);
  return names;
}

TEST_F(Login, TellsTheSession) {
  EXPECT_TRUE(as_user(alice(), [] {
    LUID session{};
    ASSERT_STATUS(SEC_E_OK, opensspi_login(kUser, kDomain, kPassword, 0, &session));
    EXPECT_EQ(alice(), session.LowPart);
    EXPECT_EQ(1, session.HighPart);
  }));
}

TEST_F(Login, NeedsANameAndAPassword) {
  EXPECT_TRUE(as_user(alice(), [] {
    LUID session{7, 8};
    const auto refused = [&](const char* user, const char* domain, const char* password) {
      return opensspi_login(user, domain, password, 0, &session);
    };
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused(nullptr, nullptr, nullptr));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused(nullptr, kDomain, kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused("", kDomain, kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused(kUser, kDomain, nullptr));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused("\xFF", kDomain, kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused("\xED\xA0\x80", kDomain, kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused(kUser, "\xC3", kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused(kUser, kDomain, "\xC0\x80"));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused("WONDERLAND\\alice", nullptr, kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, refused(kUser, "WONDER\\LAND", kPassword));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                  opensspi_login_hash(kUser, kDomain, nullptr, 0, &session));
    EXPECT_EQ(7U, session.LowPart);
    EXPECT_EQ(8, session.HighPart);
    EXPECT_TRUE(logged_in().empty());
    EXPECT_STATUS(SEC_E_OK, refused(kUser, nullptr, ""));  // an empty password is one
  }));
}

TEST_F(Login, KeepsToWindowsLimits) {
  EXPECT_TRUE(as_user(alice(), [] {
    const std::string most(256, 'x');
    EXPECT_STATUS(SEC_E_OK, login(most, most.substr(1), most));
    ASSERT_EQ(1U, logged_in().size());
    EXPECT_EQ(most.substr(1) + '\\' + most, logged_in().at(0));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, login(most + 'x', "", "p"));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, login("u", most, "p"));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, login("u", "", most + 'x'));
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, login("u", "", std::string(100'000, 'x')));
    EXPECT_EQ(1U, logged_in().size());
  }));
}

TEST_F(Login, TakesAnyOtherName) {
  EXPECT_TRUE(as_user(alice(), [] {
    const std::vector<std::string> odd = {"semi;colon", ";",  "identity:",     "%s%n",
                                          " ",          "\n", "m\xC3\xBCller", "a@b"};
    for (std::size_t i = 0; i < odd.size(); ++i) {
      ASSERT_STATUS(SEC_E_OK, login(odd[i], "", "p")) << odd[i];
      ASSERT_EQ(i + 1, logged_in().size()) << odd[i];
      EXPECT_EQ('\\' + odd[i], logged_in().at(0));
    }
    EXPECT_STATUS(SEC_E_OK, opensspi_logout("M\xC3\x9CLLER"));
    EXPECT_STATUS(SEC_E_OK, opensspi_logout(";"));
    EXPECT_EQ(odd.size() - 2, logged_in().size());
    EXPECT_STATUS(SEC_E_OK, opensspi_logout(""));
    EXPECT_TRUE(logged_in().empty());
    EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_logout("\xFF"));
  }));
}

TEST_F(Login, ReplacesWhoHasTheSameName) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, login("alice", "ONE", "p"));
    ASSERT_STATUS(SEC_E_OK, login("alice", "TWO", "p"));
    ASSERT_STATUS(SEC_E_OK, opensspi_login("ALICE", "one", "p", 3600, nullptr));
    EXPECT_EQ((std::vector<std::string>{"one\\ALICE", "TWO\\alice"}), logged_in());
    EXPECT_NE(0U, list_sessions().at(0).identities.at(0).expires);
    // Without a time it ends no more.
    ASSERT_STATUS(SEC_E_OK, login("Alice", "One", "p"));
    EXPECT_EQ(0U, list_sessions().at(0).identities.at(0).expires);
    EXPECT_STATUS(SEC_E_OK, opensspi_logout("alice"));  // in any domain
    EXPECT_TRUE(logged_in().empty());
  }));
}

TEST_F(Login, LastsAsLongAsThirtyTwoBitsCount) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in(0xFFFFFFFF));
    const Listed::Entry entry = list_sessions().at(0).identities.at(0);
    EXPECT_EQ(entry.since + 0xFFFFFFFFULL * 10'000'000, entry.expires);
  }));
}

// The keyring itself is made by whoever comes first.
TEST_F(Login, OfManyProcessesAtOnceLosesNobody) {
  constexpr int kProcesses = 8;
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(forget(alice()));
    int gate[2];
    ASSERT_EQ(0, pipe(gate));
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        close(gate[1]);
        char nothing = 0;
        if (!become_user(alice()) || read(gate[0], &nothing, 1) != 0) _exit(2);
        _exit(login("user" + std::to_string(i), "", "p") == SEC_E_OK ? 0 : 1);
      }
      children.push_back(child);
    }
    close(gate[0]);
    close(gate[1]);
    for (const pid_t child : children) {
      int status = -1;
      ASSERT_EQ(child, waitpid(child, &status, 0));
      EXPECT_EQ(0, status);
    }
    EXPECT_TRUE(as_user(alice(), [] { EXPECT_EQ(std::size_t{kProcesses}, logged_in().size()); }));
    if (HasFailure()) return;
  }
}

TEST_F(Login, IsRefusedWhenTheQuotaIsUsedUp) {
  EXPECT_TRUE(as_user(alice(), [] {
    SECURITY_STATUS status = SEC_E_OK;
    for (int i = 0; i < 1000 && status == SEC_E_OK; ++i)
      status = login("user" + std::to_string(i), std::string(200, 'x'), std::string(250, 'x'));
    EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, status);
    EXPECT_NE(nullptr, std::strstr(why(), "quota"));
    EXPECT_STATUS(SEC_E_OK, opensspi_logout(nullptr));
  }));
}

TEST_F(Login, ListEndsWhenTheCallbackSaysSo) {
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_session_list(nullptr, nullptr));
  ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in()); }));
  int calls = 0;
  const auto once = [](const opensspi_session* session, void* user) {
    EXPECT_EQ(0U, session->uid);
    ++*static_cast<int*>(user);
    return 1;
  };
  EXPECT_STATUS(SEC_E_OK, opensspi_session_list(once, &calls));
  EXPECT_EQ(1, calls);
}

TEST_F(Login, IsListedForItsUserAndForRoot) {
  ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in(3600)); }));
  EXPECT_TRUE(as_user(bob(), [] {
    const std::vector<Listed> sessions = list_sessions();
    ASSERT_EQ(1U, sessions.size());
    EXPECT_EQ(bob(), sessions.at(0).uid);
    EXPECT_EQ(std::to_string(bob()), sessions.at(0).owner);
    EXPECT_FALSE(sessions.at(0).refuses_keyrings);
    EXPECT_TRUE(sessions.at(0).identities.empty());
  }));
  const std::vector<Listed> sessions = list_sessions();
  ASSERT_LE(3U, sessions.size());
  EXPECT_EQ("root", sessions.at(0).owner);
  EXPECT_EQ("SYSTEM", sessions.at(1).owner);
  EXPECT_EQ(0x3E7U, sessions.at(1).luid.LowPart);
  bool found = false;
  for (const Listed& session : sessions) {
    EXPECT_NE(bob(), session.uid);
    if (session.uid != alice()) continue;
    found = true;
    EXPECT_EQ(alice(), session.luid.LowPart);
    EXPECT_EQ(1, session.luid.HighPart);
    ASSERT_EQ(1U, session.identities.size());
    EXPECT_EQ("alice", session.identities.at(0).user);
    EXPECT_EQ("WONDERLAND", session.identities.at(0).domain);
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace caller
