// Where the kernel refuses keyrings, as a container's filter does: it is said, and nothing else
// fails.
#include "abi/credssp/pair.h"
#include "abi/sessions/users.h"
#include "ntstatus.h"

namespace caller {
namespace {

class RefusedKeyrings : public WithUsers, public testing::WithParamInterface<int> {
 protected:
  testing::AssertionResult as_refused_user(uid_t user, const std::function<void()>& body) {
    return in_process([&] { return become_user(user) && refuse_keyrings(GetParam()); }, body);
  }
};

TEST_P(RefusedKeyrings, AreSaidToWhoLogsIn) {
  EXPECT_TRUE(as_refused_user(alice(), [] {
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, log_in());
    EXPECT_NE(nullptr, std::strstr(why(), "kernel refuses keyrings"));
    EXPECT_NE(nullptr, std::strstr(why(), "Kerberos caches"));
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, opensspi_logout(nullptr));
    const std::vector<Listed> sessions = list_sessions();
    ASSERT_EQ(1U, sessions.size());
    EXPECT_EQ(alice(), sessions.at(0).uid);
    EXPECT_TRUE(sessions.at(0).refuses_keyrings);
    EXPECT_TRUE(sessions.at(0).identities.empty());
    LUID own = luid_of(alice());
    SECURITY_LOGON_SESSION_DATA* data = nullptr;
    ASSERT_EQ(STATUS_SUCCESS, LsaGetLogonSessionData(&own, &data));
    EXPECT_EQ(STATUS_SUCCESS, LsaFreeReturnBuffer(data));
  }));
}

// The same statuses as without anybody in the session.
TEST_P(RefusedKeyrings, LeaveNoCredentials) {
  EXPECT_TRUE(as_refused_user(alice(), [] {
    for (const SEC_WCHAR* package : {u"NTLM", u"Negotiate"}) {
      Acquired acquired = acquire_own(package);
      ASSERT_STATUS(SEC_E_OK, acquired.status);
      EXPECT_EQ("SEC_E_NO_CREDENTIALS", name_of(acquired.credential));
      EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(package, luid_of(alice())));
      EXPECT_NE(nullptr, std::strstr(why(), "kernel refuses keyrings"));
    }
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_own(u"CREDSSP").status);
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire_of(u"CREDSSP", luid_of(alice())));
    EXPECT_STATUS(SEC_E_NOT_OWNER, acquire_of(u"NTLM", luid_of(bob())));
  }));
}

TEST_P(RefusedKeyrings, AreRefusedToRootToo) {
  ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in()); }));
  EXPECT_TRUE(in_process([] { return refuse_keyrings(GetParam()); },
                         [] {
                           EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                                         acquire_of(u"NTLM", luid_of(alice())));
                           EXPECT_NE(nullptr, std::strstr(why(), "kernel refuses keyrings"));
                           for (const Listed& session : list_sessions())
                             EXPECT_NE(alice(), session.uid);
                         }));
}

TEST_P(RefusedKeyrings, DoNotTouchSuppliedCredentials) {
  EXPECT_TRUE(as_refused_user(alice(), [] {
    CredSspPair pair;
    ASSERT_LOGGED_ON(pair.client, pair.server);
  }));
}

// Memory that runs out in the kernel is told as such.
TEST_F(WithUsers, KernelOutOfMemory) {
  EXPECT_TRUE(in_process(
      [] { return become_user(alice()) && refuse_keyrings(ENOMEM); },
      [] {
        EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, log_in());
        EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, acquire_of(u"NTLM", luid_of(alice())));
        EXPECT_STATUS(SEC_E_OK, acquire_own(u"NTLM").status);
        LUID own = luid_of(alice());
        LUID* list = nullptr;
        ULONG count = 0;
        SECURITY_LOGON_SESSION_DATA* data = nullptr;
        EXPECT_EQ(STATUS_INSUFFICIENT_RESOURCES, LsaGetLogonSessionData(&own, &data));
        EXPECT_EQ(STATUS_INSUFFICIENT_RESOURCES, LsaEnumerateLogonSessions(&count, &list));
        EXPECT_EQ(nullptr, data);
        EXPECT_EQ(nullptr, list);
      }));
}

std::string name_of_error(const testing::TestParamInfo<int>& info) {
  return info.param == EPERM ? "NotPermitted" : "NotThere";
}
INSTANTIATE_TEST_SUITE_P(Errors, RefusedKeyrings, testing::Values(EPERM, ENOSYS), name_of_error);

}  // namespace
}  // namespace caller
