// AcquireCredentialsHandle's arguments: what is refused, with which status, and what a refusal
// leaves alone.
#include "abi/support.h"

namespace caller {
namespace {

constexpr ULONG kDirections[] = {SECPKG_CRED_INBOUND, SECPKG_CRED_OUTBOUND, SECPKG_CRED_BOTH};

struct Call {
  const SEC_WCHAR* package = u"NTLM";
  ULONG use = SECPKG_CRED_OUTBOUND;
  void* auth_data = nullptr;
  const SEC_WCHAR* principal = nullptr;
};

// Acquires, frees what it got, and expects a refusal to touch neither output.
SECURITY_STATUS acquire(const Call& call) {
  CredHandle handle{0x1234, 0x5678};
  TimeStamp expiry;
  expiry.QuadPart = 42;
  const SECURITY_STATUS status =
      AcquireCredentialsHandleW(wide(call.principal), wide(call.package), call.use, nullptr,
                                call.auth_data, nullptr, nullptr, &handle, &expiry);
  if (status == SEC_E_OK) {
    EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
    EXPECT_NE(42, expiry.QuadPart);
    return status;
  }
  EXPECT_EQ(status, last_error().status);
  EXPECT_EQ(0x1234u, handle.dwLower);
  EXPECT_EQ(0x5678u, handle.dwUpper);
  EXPECT_EQ(42, expiry.QuadPart);
  EXPECT_EQ(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(&handle));
  return status;
}

TEST(Acquire, OfNoPackageIsPackageNotFound) {
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND,
                AcquireCredentialsHandleW(nullptr, nullptr, 0, nullptr, nullptr, nullptr, nullptr,
                                          nullptr, nullptr));
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND,
                AcquireCredentialsHandleA(nullptr, nullptr, 0, nullptr, nullptr, nullptr, nullptr,
                                          nullptr, nullptr));
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, acquire({.package = nullptr}));
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, acquire({.package = u""}));
  EXPECT_STATUS(SEC_E_SECPKG_NOT_FOUND, acquire({.package = u"No such package"}));
}

TEST(Acquire, TakesNamesInAnyCase) {
  EXPECT_STATUS(SEC_E_OK, acquire({.package = u"ntlm"}));
  EXPECT_STATUS(SEC_E_OK, acquire({.package = u"NEGOTIATE"}));
  IdentityW identity;
  CredSspCred cred = CredSspCred::client(identity.get());
  EXPECT_STATUS(SEC_E_OK, acquire({.package = u"CredSsp", .auth_data = cred.get()}));
}

// Windows takes every direction without credentials; the default user is looked for by the first
// leg only.
TEST(Acquire, NtlmAndNegotiateNeedNoCredentials) {
  for (const SEC_WCHAR* package : {u"NTLM", u"Negotiate"}) {
    for (const ULONG use : kDirections)
      EXPECT_STATUS(SEC_E_OK, acquire({.package = package, .use = use}));
  }
}

TEST(Acquire, ExtraUsesComeBesideTheDirection) {
  constexpr ULONG kExtra[] = {SECPKG_CRED_AUTOLOGON_RESTRICTED, SECPKG_CRED_PROCESS_POLICY_ONLY};
  for (const ULONG extra : kExtra) {
    EXPECT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_OUTBOUND | extra}));
    EXPECT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_INBOUND | extra}));
  }
}

TEST(Acquire, UnknownUsesAreRefused) {
  EXPECT_LT(acquire({.use = 8}), 0);
  EXPECT_LT(acquire({.use = 0xFFFFFFFF}), 0);
}

// The page of CredSSP prints SECPKG_CRED_OUTBOUND as 0.
TEST(Acquire, NoUseIsOutbound) {
  IdentityW identity;
  CredSspCred cred = CredSspCred::client(identity.get());
  EXPECT_STATUS(SEC_E_OK, acquire({.package = u"CREDSSP", .use = 0, .auth_data = cred.get()}));
}

TEST(Acquire, PrincipalIsIgnoredForNegotiate) {
  IdentityW identity;
  EXPECT_STATUS(
      SEC_E_OK,
      acquire({.package = u"Negotiate", .auth_data = identity.get(), .principal = u"Principal"}));
}

TEST(Acquire, RefusesToFillNothing) {
  EXPECT_LT(AcquireCredentialsHandleW(nullptr, wide(u"NTLM"), SECPKG_CRED_OUTBOUND, nullptr,
                                      nullptr, nullptr, nullptr, nullptr, nullptr),
            0);
}

TEST(Acquire, ExpiryMayBeMissing) {
  CredHandle handle{};
  ASSERT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleA(nullptr, narrow("NTLM"), SECPKG_CRED_OUTBOUND, nullptr,
                                          nullptr, nullptr, nullptr, &handle, nullptr));
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
}

// Windows programs pass a FILETIME, which is aligned for 32 bits only.
TEST(Acquire, ExpiryMayBeAlignedForThirtyTwoBits) {
  alignas(8) struct {
    DWORD before = 0x11111111;
    FILETIME expiry{0, 0};
    DWORD after = 0x22222222;
  } frame;
  CredHandle handle{};
  ASSERT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(u"NTLM"), SECPKG_CRED_OUTBOUND,
                                                    nullptr, nullptr, nullptr, nullptr, &handle,
                                                    reinterpret_cast<PTimeStamp>(&frame.expiry)));
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
  EXPECT_EQ(0x11111111u, frame.before);
  EXPECT_EQ(0x22222222u, frame.after);
  EXPECT_NE(0u, frame.expiry.dwHighDateTime);
}

int trap_calls = 0;

void SEC_ENTRY trap(void* /*argument*/, void* /*principal*/, ULONG /*version*/, void** /*key*/,
                    SECURITY_STATUS* /*status*/) {
  ++trap_calls;
}

TEST(Acquire, NeverCallsTheKeyFunction) {
  IdentityW identity;
  CredSspCred client = CredSspCred::client(identity.get());
  CredSspCred server = CredSspCred::server();
  const opensspi_authority authority = users().authority();
  ASSERT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  const struct {
    const SEC_WCHAR* package;
    ULONG use;
    void* auth_data;
  } calls[] = {{u"NTLM", SECPKG_CRED_OUTBOUND, identity.get()},
               {u"NTLM", SECPKG_CRED_INBOUND, nullptr},
               {u"Negotiate", SECPKG_CRED_BOTH, identity.get()},
               {u"Schannel", SECPKG_CRED_OUTBOUND, nullptr},
               {u"CREDSSP", SECPKG_CRED_OUTBOUND, client.get()},
               {u"CREDSSP", SECPKG_CRED_INBOUND, server.get()}};
  for (const auto& call : calls) {
    CredHandle handle{};
    int argument = 0;
    EXPECT_STATUS(SEC_E_OK,
                  AcquireCredentialsHandleW(nullptr, wide(call.package), call.use, nullptr,
                                            call.auth_data, trap, &argument, &handle, nullptr));
    EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
  }
  EXPECT_EQ(0, trap_calls);
  EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(nullptr));
}

TEST(Acquire, GivesEachCredentialAHandleOfItsOwn) {
  Credential one = acquire_client(u"NTLM", nullptr), other = acquire_client(u"NTLM", nullptr);
  EXPECT_NE(0, std::memcmp(one.get(), other.get(), sizeof(CredHandle)));
}

TEST(Acquire, TextThatIsNotWellFormedIsRefused) {
  CredHandle handle{};
  SEC_WCHAR half[] = {u'N', 0xD800, 0};
  EXPECT_LT(AcquireCredentialsHandleW(half, wide(u"NTLM"), SECPKG_CRED_OUTBOUND, nullptr, nullptr,
                                      nullptr, nullptr, &handle, nullptr),
            0);
  EXPECT_LT(AcquireCredentialsHandleA(nullptr, narrow("NTLM\xFF"), SECPKG_CRED_OUTBOUND, nullptr,
                                      nullptr, nullptr, nullptr, &handle, nullptr),
            0);
}

}  // namespace
}  // namespace caller
