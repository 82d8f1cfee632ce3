// Every return code of AcquireCredentialsHandle for CREDSSP, with a circumstance that leads to it;
// docs/credentials.md has the same list in words. Elsewhere: SEC_E_INSUFFICIENT_MEMORY for memory
// that runs out (abi/allocations), SEC_E_INTERNAL_ERROR for a bad policy file (abi/policy),
// SEC_E_NO_AUTHENTICATING_AUTHORITY for a server that nobody judges for (credssp_test), what
// Kerberos' caches and keytabs and Schannel's structures lead to (kerberos_test, schannel_test).
#include "abi/credssp/pair.h"
#include "support/other_user.h"

namespace caller {
namespace {

constexpr uid_t kNobodys = 62'301;  // a Unix user who has nothing

struct Call {
  const SEC_WCHAR* package = CREDSSP_NAME;
  ULONG use = SECPKG_CRED_OUTBOUND;
  const LUID* logon_id = nullptr;
  void* auth_data = nullptr;
  bool with_place = true;
};

// On failure both outputs must be as they were.
SECURITY_STATUS acquire(const Call& call) {
  constexpr std::uintptr_t kMark = 0x5A5A;
  CredHandle handle{kMark, kMark};
  TimeStamp expiry{};
  expiry.LowPart = kMark;
  const SECURITY_STATUS status = AcquireCredentialsHandleW(
      nullptr, wide(call.package), call.use, const_cast<LUID*>(call.logon_id), call.auth_data,
      nullptr, nullptr, call.with_place ? &handle : nullptr, &expiry);
  if (status == SEC_E_OK) {
    EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
  } else {
    EXPECT_EQ(kMark, handle.dwLower);
    EXPECT_EQ(kMark, handle.dwUpper);
    EXPECT_EQ(kMark, expiry.LowPart);
    EXPECT_STRNE("", why());
  }
  return status;
}

class ReturnCodes : public testing::Test {
 protected:
  IdentityW identity;
  CredSspCred client = CredSspCred::client(identity.get());
  CredSspCred server = CredSspCred::server();
};

TEST_F(ReturnCodes, Ok) {
  const opensspi_authority authority = users().authority();
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  EXPECT_STATUS(SEC_E_OK, acquire({.auth_data = client.get()}));
  EXPECT_STATUS(SEC_E_OK, acquire({.use = 0, .auth_data = client.get()}));
  EXPECT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_INBOUND, .auth_data = server.get()}));
  opensspi_set_authority(nullptr);
}

TEST_F(ReturnCodes, InsufficientMemoryForASchannelCredOfVersionThree) {
  server.schannel().dwVersion = SCH_CRED_V3;
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY,
                acquire({.use = SECPKG_CRED_INBOUND, .auth_data = server.get()}));
}

TEST_F(ReturnCodes, InvalidHandleWithoutAPlaceForIt) {
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, acquire({.auth_data = client.get(), .with_place = false}));
}

TEST_F(ReturnCodes, NoCredentials) {
  // A server without a certificate, and a client that is nobody.
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.use = SECPKG_CRED_INBOUND}));
  const LUID anonymous{0x3E6, 0};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.logon_id = &anonymous}));
}

TEST_F(ReturnCodes, NotOwnerForTheSessionOfAnother) {
  if (!opensspi::test::may_become_others()) GTEST_SKIP() << "needs root";
  EXPECT_TRUE(opensspi::test::as_user(kNobodys, [&] {
    for (const LUID& session : {LUID{0x3E7, 0}, LUID{0, 1}}) {
      EXPECT_STATUS(SEC_E_NOT_OWNER, acquire({.logon_id = &session}));
      EXPECT_STATUS(SEC_E_NOT_OWNER, acquire({.logon_id = &session, .auth_data = client.get()}));
    }
    const LUID own{kNobodys, 1};
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.logon_id = &own}));
    EXPECT_STATUS(SEC_E_OK, acquire({.logon_id = &own, .auth_data = client.get()}));
  }));
}

TEST_F(ReturnCodes, PackageNotFound) {
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, acquire({.package = nullptr}));
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND,
                acquire({.package = u"CREDSSP ", .auth_data = client.get()}));
}

TEST_F(ReturnCodes, UnknownCredentials) {
  for (const ULONG use : {0x8u, 0x40u, 0x80000000u, 0xFFFFFFFFu})
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire({.use = use, .auth_data = client.get()}));
  client.get()->Type = static_cast<CREDSPP_SUBMIT_TYPE>(1);
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire({.auth_data = client.get()}));
  IdentityW too_long(IdentityW::Text(257, u'a'));
  CredSspCred long_client = CredSspCred::client(too_long.get());
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire({.auth_data = long_client.get()}));
}

TEST_F(ReturnCodes, AlgorithmMismatchForProtocolsOfTheOtherSide) {
  client.schannel().grbitEnabledProtocols = SP_PROT_TLS1_3_SERVER;
  EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, acquire({.auth_data = client.get()}));
}

}  // namespace
}  // namespace caller
