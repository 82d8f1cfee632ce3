// LsaEnumerateLogonSessions, LsaGetLogonSessionData and LsaFreeReturnBuffer.
#include "abi/sessions/users.h"
#include "ntstatus.h"

namespace caller {
namespace {

constexpr LONGLONG kNever = 0x7FFFFFFFFFFFFFFF;

class LsaSessions : public WithUsers {};

NTSTATUS status_of(LUID session) {
  SECURITY_LOGON_SESSION_DATA* data = nullptr;
  const NTSTATUS status = LsaGetLogonSessionData(&session, &data);
  EXPECT_EQ(status == STATUS_SUCCESS, data != nullptr);
  return data == nullptr ? status : LsaFreeReturnBuffer(data);
}

struct DataFree {
  void operator()(SECURITY_LOGON_SESSION_DATA* data) const {
    EXPECT_EQ(STATUS_SUCCESS, LsaFreeReturnBuffer(data));
  }
};
using Data = std::unique_ptr<SECURITY_LOGON_SESSION_DATA, DataFree>;

Data data_of(LUID session) {
  SECURITY_LOGON_SESSION_DATA* data = nullptr;
  EXPECT_EQ(STATUS_SUCCESS, LsaGetLogonSessionData(&session, &data)) << why();
  return Data(data);
}

// Every text has a zero behind it.
std::string text_of(const LSA_UNICODE_STRING& text) {
  EXPECT_EQ(0, text.Length % 2);
  EXPECT_EQ(text.Length + 2, text.MaximumLength);
  EXPECT_EQ(0, text.Buffer[text.Length / 2]);
  return ascii(text.Buffer);
}

// "S-1-22-1-1000"
std::string sid_text(const void* sid) {
  const auto* bytes = static_cast<const std::uint8_t*>(sid);
  std::string text = "S-" + std::to_string(bytes[0]) + '-' + std::to_string(bytes[7]);
  for (int i = 0; i < bytes[1]; ++i) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes + 8 + 4 * i, sizeof number);
    text += '-' + std::to_string(number);
  }
  return text;
}

std::vector<LUID> enumerate() {
  ULONG count = 0;
  LUID* list = nullptr;
  EXPECT_EQ(STATUS_SUCCESS, LsaEnumerateLogonSessions(&count, &list)) << why();
  const std::vector<LUID> sessions(list, list + count);
  EXPECT_EQ(STATUS_SUCCESS, LsaFreeReturnBuffer(list));
  return sessions;
}

bool contains(const std::vector<LUID>& sessions, const LUID& wanted) {
  for (const LUID& session : sessions)
    if (session.LowPart == wanted.LowPart && session.HighPart == wanted.HighPart) return true;
  return false;
}

TEST_F(LsaSessions, AreEnumeratedForWhoMaySeeThem) {
  ASSERT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in());
    EXPECT_EQ(1U, enumerate().size());
    EXPECT_TRUE(contains(enumerate(), luid_of(alice())));
  }));
  EXPECT_TRUE(as_user(bob(), [] {
    EXPECT_EQ(1U, enumerate().size());
    EXPECT_TRUE(contains(enumerate(), luid_of(bob())));
  }));
  const std::vector<LUID> all = enumerate();
  EXPECT_TRUE(contains(all, luid_of(0)));
  EXPECT_TRUE(contains(all, kSystem));
  EXPECT_TRUE(contains(all, luid_of(alice())));
  EXPECT_FALSE(contains(all, luid_of(bob())));
  for (const LUID& session : all) EXPECT_EQ(STATUS_SUCCESS, status_of(session));
}

TEST_F(LsaSessions, TellWhoLoggedOnLast) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, opensspi_login("dormouse", nullptr, "p", 0, nullptr));
    ASSERT_STATUS(SEC_E_OK, log_in(3600));
    const Listed::Entry entry = list_sessions().at(0).identities.at(0);
    const Data data = data_of(luid_of(alice()));
    ASSERT_NE(nullptr, data);
    EXPECT_EQ(sizeof(SECURITY_LOGON_SESSION_DATA), data->Size);
    EXPECT_EQ(272U, data->Size);
    EXPECT_EQ(alice(), data->LogonId.LowPart);
    EXPECT_EQ(1, data->LogonId.HighPart);
    EXPECT_EQ("alice", text_of(data->UserName));
    EXPECT_EQ("WONDERLAND", text_of(data->LogonDomain));
    EXPECT_EQ("Negotiate", text_of(data->AuthenticationPackage));
    EXPECT_EQ("", text_of(data->Upn));
    EXPECT_EQ(static_cast<ULONG>(Interactive), data->LogonType);
    EXPECT_EQ(0U, data->Session);
    EXPECT_EQ("S-1-22-1-" + std::to_string(alice()), sid_text(data->Sid));
    EXPECT_EQ(static_cast<LONGLONG>(entry.since), data->LogonTime.QuadPart);
    EXPECT_EQ(static_cast<LONGLONG>(entry.expires), data->KickOffTime.QuadPart);
    EXPECT_EQ(kNever, data->LogoffTime.QuadPart);
    EXPECT_EQ(kNever, data->PasswordMustChange.QuadPart);
    for (const LSA_UNICODE_STRING& empty :
         {data->LogonServer, data->DnsDomainName, data->LogonScript, data->ProfilePath,
          data->HomeDirectory, data->HomeDirectoryDrive})
      EXPECT_EQ("", text_of(empty));
  }));
}

TEST_F(LsaSessions, KnowUserPrincipalNames) {
  EXPECT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, opensspi_login("alice@wonderland.example", "", "p", 0, nullptr));
    const Data data = data_of(luid_of(alice()));
    ASSERT_NE(nullptr, data);
    EXPECT_EQ("alice@wonderland.example", text_of(data->Upn));
    EXPECT_EQ("alice@wonderland.example", text_of(data->UserName));
    EXPECT_EQ("", text_of(data->LogonDomain));
    EXPECT_EQ(kNever, data->KickOffTime.QuadPart);
  }));
}

// The longest names, of characters that need two units, fit their strings.
TEST_F(LsaSessions, HoldTheLongestNames) {
  EXPECT_TRUE(as_user(alice(), [] {
    std::string user;
    for (int i = 0; i < 128; ++i) user += "\xF0\x9F\x90\x87";
    ASSERT_STATUS(SEC_E_OK, opensspi_login(user.c_str(), nullptr, "p", 0, nullptr));
    const Data data = data_of(luid_of(alice()));
    ASSERT_NE(nullptr, data);
    EXPECT_EQ(512, data->UserName.Length);
    EXPECT_EQ(0xD83D, data->UserName.Buffer[254]);
    EXPECT_EQ(0xDC07, data->UserName.Buffer[255]);
    EXPECT_EQ(0, data->UserName.Buffer[256]);
  }));
}

TEST_F(LsaSessions, AreThereWithoutAnybody) {
  EXPECT_TRUE(as_user(alice(), [] {
    const Data data = data_of(luid_of(alice()));
    ASSERT_NE(nullptr, data);
    EXPECT_EQ(std::to_string(alice()), text_of(data->UserName));
    EXPECT_NE("", text_of(data->LogonDomain));
    EXPECT_EQ(0, data->LogonTime.QuadPart);
    EXPECT_EQ("S-1-22-1-" + std::to_string(alice()), sid_text(data->Sid));
  }));
}

TEST_F(LsaSessions, OfTheMachineAndOfNobody) {
  const Data system = data_of(kSystem);
  ASSERT_NE(nullptr, system);
  const std::string account = text_of(system->UserName);
  ASSERT_FALSE(account.empty());
  EXPECT_EQ('$', account.back());
  EXPECT_EQ(static_cast<ULONG>(UndefinedLogonType), system->LogonType);
  EXPECT_EQ("S-1-5-18", sid_text(system->Sid));
  EXPECT_EQ(0x3E7U, system->LogonId.LowPart);
  EXPECT_TRUE(as_user(bob(), [] {
    const Data nobody = data_of(kAnonymous);
    ASSERT_NE(nullptr, nobody);
    EXPECT_EQ("ANONYMOUS LOGON", text_of(nobody->UserName));
    EXPECT_EQ("NT AUTHORITY", text_of(nobody->LogonDomain));
    EXPECT_EQ("NTLM", text_of(nobody->AuthenticationPackage));
    EXPECT_EQ(static_cast<ULONG>(Network), nobody->LogonType);
    EXPECT_EQ("S-1-5-7", sid_text(nobody->Sid));
    EXPECT_EQ(0x3E6U, nobody->LogonId.LowPart);
  }));
}

TEST_F(LsaSessions, OfOthersAreRefused) {
  ASSERT_TRUE(as_user(alice(), [] { EXPECT_STATUS(SEC_E_OK, log_in()); }));
  EXPECT_TRUE(as_user(bob(), [] {
    EXPECT_EQ(STATUS_ACCESS_DENIED, status_of(luid_of(alice())));
    EXPECT_EQ(SEC_E_NOT_OWNER, last_error().status);
    EXPECT_EQ(STATUS_ACCESS_DENIED, status_of(kSystem));
    EXPECT_EQ(STATUS_NO_SUCH_LOGON_SESSION, status_of({alice(), 7}));
  }));
  EXPECT_EQ(STATUS_SUCCESS, status_of(luid_of(alice())));
  EXPECT_EQ(STATUS_NO_SUCH_LOGON_SESSION, status_of(luid_of(bob())));
  EXPECT_EQ(STATUS_NO_SUCH_LOGON_SESSION, status_of(luid_of(0xFFFFFFFF)));
  EXPECT_EQ(STATUS_NO_SUCH_LOGON_SESSION, status_of({0, 0}));
  EXPECT_EQ(STATUS_NO_SUCH_LOGON_SESSION, status_of({0x3E7, -1}));
}

TEST(LsaCalls, NeedEveryPointer) {
  ULONG count = 7;
  LUID session{geteuid(), 1};
  LUID* list = &session;
  auto* const untouched = reinterpret_cast<SECURITY_LOGON_SESSION_DATA*>(&count);
  SECURITY_LOGON_SESSION_DATA* data = untouched;
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaEnumerateLogonSessions(nullptr, nullptr));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaEnumerateLogonSessions(&count, nullptr));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaEnumerateLogonSessions(nullptr, &list));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaGetLogonSessionData(nullptr, &data));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaGetLogonSessionData(&session, nullptr));
  LUID nobody{1, 7};
  EXPECT_EQ(STATUS_NO_SUCH_LOGON_SESSION, LsaGetLogonSessionData(&nobody, &data));
  EXPECT_EQ(7U, count);
  EXPECT_EQ(&session, list);
  EXPECT_EQ(untouched, data);
}

TEST(LsaCalls, FreeOnlyWhatIsTheirs) {
  LUID session{geteuid(), 1};
  SECURITY_LOGON_SESSION_DATA* data = nullptr;
  ASSERT_EQ(STATUS_SUCCESS, LsaGetLogonSessionData(&session, &data));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaFreeReturnBuffer(nullptr));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaFreeReturnBuffer(&session));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaFreeReturnBuffer(data->UserName.Buffer));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaFreeReturnBuffer(data->Sid));
  EXPECT_EQ(STATUS_SUCCESS, LsaFreeReturnBuffer(data));
  EXPECT_EQ(STATUS_INVALID_PARAMETER, LsaFreeReturnBuffer(data));
}

}  // namespace
}  // namespace caller
