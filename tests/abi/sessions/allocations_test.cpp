// The calls on sessions while memory runs out: each allocation of the library fails once, and each
// time the caller is told so and gets nothing.
#include "abi/sessions/users.h"
#include "ntstatus.h"
#include "support/failing_new.h"

namespace caller {
namespace {

using opensspi::test::expect_each_to_be_told;
using opensspi::test::FailingNew;

class SessionAllocations : public WithUsers {};

void expect_insufficient_resources(const std::function<NTSTATUS()>& body) {
  expect_each_to_be_told<NTSTATUS>(STATUS_INSUFFICIENT_RESOURCES, STATUS_SUCCESS, body);
}

NTSTATUS get_data(LUID session) {
  SECURITY_LOGON_SESSION_DATA* data = nullptr;
  const NTSTATUS status = LsaGetLogonSessionData(&session, &data);
  return data == nullptr ? status : LsaFreeReturnBuffer(data);
}

NTSTATUS enumerate() {
  ULONG count = 0;
  LUID* list = nullptr;
  const NTSTATUS status = LsaEnumerateLogonSessions(&count, &list);
  return list == nullptr ? status : LsaFreeReturnBuffer(list);
}

TEST_F(SessionAllocations, OfLsaAreInsufficientResources) {
  ASSERT_TRUE(as_user(alice(), [] {
    ASSERT_STATUS(SEC_E_OK, log_in());
    expect_insufficient_resources([] { return get_data(luid_of(alice())); });
    expect_insufficient_resources(enumerate);
  }));
  expect_insufficient_resources([] { return get_data(luid_of(alice())); });
  expect_insufficient_resources([] { return get_data(kSystem); });
  expect_insufficient_resources(enumerate);
}

void expect_insufficient_memory(const std::function<SECURITY_STATUS()>& body) {
  expect_each_to_be_told<SECURITY_STATUS>(SEC_E_INSUFFICIENT_MEMORY, SEC_E_OK, body);
}

TEST_F(SessionAllocations, OfLoginAndOfListsAreInsufficientMemory) {
  EXPECT_TRUE(as_user(alice(), [] {
    expect_insufficient_memory([] { return log_in(); });
    expect_insufficient_memory([] {
      const auto ignore = [](const opensspi_session* /*session*/, void* /*user*/) { return 0; };
      return opensspi_session_list(ignore, nullptr);
    });
    expect_insufficient_memory([] {
      CredHandle handle{};
      const SECURITY_STATUS status =
          AcquireCredentialsHandleW(nullptr, wide(u"CREDSSP"), SECPKG_CRED_OUTBOUND, nullptr,
                                    nullptr, nullptr, nullptr, &handle, nullptr);
      return status == SEC_E_OK ? FreeCredentialsHandle(&handle) : status;
    });
  }));
}

// Who could not be logged in is not.
TEST_F(SessionAllocations, OfLoginLeaveNobodyBehind) {
  EXPECT_TRUE(as_user(alice(), [] {
    for (std::size_t before = 0;; ++before) {
      SECURITY_STATUS status = SEC_E_OK;
      {
        const FailingNew memory(before);
        status = log_in();
        if (!memory.has_failed()) break;
      }
      ASSERT_STATUS(SEC_E_INSUFFICIENT_MEMORY, status) << before;
      ASSERT_STATUS(SEC_E_NO_CREDENTIALS, opensspi_logout(nullptr)) << before;
    }
    EXPECT_STATUS(SEC_E_OK, opensspi_logout(nullptr));
  }));
}

}  // namespace
}  // namespace caller
