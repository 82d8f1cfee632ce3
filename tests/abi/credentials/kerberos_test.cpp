// AcquireCredentialsHandle for Kerberos, over caches and keytabs that the environment names. All
// tickets are made up; that real ones look the same is shown in tests/interop.
#include "support/kerberos_files.h"

#include <ctime>

#include "abi/support.h"

namespace caller {
namespace {

using opensspi::test::MadeTicket;

constexpr std::int64_t kHour = 3600;
constexpr char kGranting[] = "krbtgt/EXAMPLE.TEST@EXAMPLE.TEST";

class Kerberos : public testing::Test {
 protected:
  struct Call {
    const SEC_WCHAR* principal = nullptr;
    ULONG use = SECPKG_CRED_OUTBOUND;
    void* auth_data = nullptr;
    LUID* logon_id = nullptr;
  };

  // Beside what the environment names, a user's caches lie where they do by custom.
  void SetUp() override {
    const char* ci = getenv("CI");
    const bool has_own = acquire({}) == SEC_E_OK;
    if (has_own && (ci == nullptr || std::string_view(ci) != "true"))
      GTEST_SKIP() << "who runs the test has tickets: " << name();
    ASSERT_FALSE(has_own) << name();
  }

  SECURITY_STATUS acquire(const Call& call) {
    credential_ = Credential();
    return AcquireCredentialsHandleW(wide(call.principal), wide(u"Kerberos"), call.use,
                                     call.logon_id, call.auth_data, nullptr, nullptr,
                                     credential_.get(), &expiry_);
  }
  std::string name() {
    SecPkgCredentials_NamesW names{};
    const SECURITY_STATUS status =
        QueryCredentialsAttributesW(credential_.get(), SECPKG_CRED_ATTR_NAMES, &names);
    if (status != SEC_E_OK) return opensspi_status_name(status);
    std::string text = ascii(names.sUserName);
    FreeContextBuffer(names.sUserName);
    return text;
  }
  SECURITY_STATUS initialize() {
    CtxtHandle context{};
    SecBuffer token{0, SECBUFFER_TOKEN, nullptr};
    SecBufferDesc output{SECBUFFER_VERSION, 1, &token};
    ULONG attributes = 0;
    return InitializeSecurityContextW(credential_.get(), nullptr, wide(u"HTTP/web"),
                                      ISC_REQ_ALLOCATE_MEMORY, 0, 0, nullptr, 0, &context, &output,
                                      &attributes, nullptr);
  }
  SECURITY_STATUS accept() {
    CtxtHandle context{};
    SecBuffer in{1, SECBUFFER_TOKEN, narrow("x")}, out{0, SECBUFFER_TOKEN, nullptr};
    SecBufferDesc input{SECBUFFER_VERSION, 1, &in}, output{SECBUFFER_VERSION, 1, &out};
    ULONG attributes = 0;
    return AcceptSecurityContext(credential_.get(), nullptr, &input, ASC_REQ_ALLOCATE_MEMORY, 0,
                                 &context, &output, &attributes, nullptr);
  }
  void make_cache(std::int64_t lifetime) {
    end_ = std::time(nullptr) + lifetime;
    files_.make_cache("FILE:" + files_.path("cc"), "alice@EXAMPLE.TEST", {{kGranting, end_}});
  }
  // ptsExpiry is in local time.
  [[nodiscard]] std::int64_t expiry() const {
    const std::int64_t local = expiry_.QuadPart / 10'000'000 - 11'644'473'600;
    tm parts{};
    const time_t shown = local;
    gmtime_r(&shown, &parts);
    parts.tm_isdst = -1;
    return mktime(&parts);
  }

  opensspi::test::KerberosFiles files_;
  Credential credential_;
  TimeStamp expiry_{};
  std::int64_t end_ = 0;
};

TEST_F(Kerberos, IsWhoeverHasTickets) {
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({}));
  EXPECT_STREQ("no ticket cache holds a valid ticket: run kinit or opensspi login", why());
  make_cache(kHour);
  ASSERT_STATUS(SEC_E_OK, acquire({}));
  EXPECT_EQ("alice@EXAMPLE.TEST", name());
  EXPECT_EQ(end_, expiry());
}

TEST_F(Kerberos, ExpiryIsInLocalTime) {
  make_cache(kHour);
  {
    opensspi::test::ScopedVariables zone;
    zone.set("TZ", "XYZ-05:30");
    tzset();
    EXPECT_STATUS(SEC_E_OK, acquire({}));
    EXPECT_EQ(end_, expiry());
  }
  tzset();
  EXPECT_EQ(end_ + 19'800, expiry_.QuadPart / 10'000'000 - 11'644'473'600);
}

TEST_F(Kerberos, ExpiredTicketsAreNone) {
  make_cache(-kHour);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({}));
  EXPECT_STREQ("the tickets have expired: run kinit or opensspi login", why());
  EXPECT_STATUS(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(credential_.get()));
}

TEST_F(Kerberos, SelectsByName) {
  make_cache(kHour);
  for (const SEC_WCHAR* principal :
       {u"alice", u"ALICE@example.test", u"EXAMPLE\\alice", u"EXAMPLE.TEST\\alice"}) {
    ASSERT_STATUS(SEC_E_OK, acquire({.principal = principal}));
    EXPECT_EQ("alice@EXAMPLE.TEST", name());
  }
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire({.principal = u"nobody-of-this-machine"}));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire({.principal = u"alice@OTHER.TEST"}));
  CredHandle handle{};
  ASSERT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleA(narrow("alice@EXAMPLE.TEST"), narrow("kerberos"), 0,
                                          nullptr, nullptr, nullptr, nullptr, &handle, nullptr));
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
}

TEST_F(Kerberos, ContextsAreForTheDirectionThatWasAcquired) {
  make_cache(kHour);
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST"});
  ASSERT_STATUS(SEC_E_OK, acquire({}));
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, initialize());
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, accept());
  ASSERT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_INBOUND}));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, initialize());
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, accept());
  ASSERT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_BOTH}));
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, initialize());
  EXPECT_STATUS(SEC_E_INVALID_TOKEN, accept());
  ASSERT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_OUTBOUND | SECPKG_CRED_PROCESS_POLICY_ONLY}));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, initialize());
}

TEST_F(Kerberos, RestrictedLogonNeedsAnIdentity) {
  make_cache(kHour);
  constexpr ULONG kUse = SECPKG_CRED_OUTBOUND | SECPKG_CRED_AUTOLOGON_RESTRICTED;
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.use = kUse}));
  IdentityW identity;
  EXPECT_STATUS(SEC_E_OK, acquire({.use = kUse, .auth_data = identity.get()}));
}

TEST_F(Kerberos, TakesIdentitiesWithoutAskingAnybody) {
  IdentityA identity("alice", "EXAMPLE.TEST");
  for (const ULONG use : {SECPKG_CRED_OUTBOUND, SECPKG_CRED_INBOUND, SECPKG_CRED_BOTH}) {
    ASSERT_STATUS(SEC_E_OK, acquire({.use = use, .auth_data = identity.get()}));
    EXPECT_EQ("alice@EXAMPLE.TEST", name());
    EXPECT_EQ(0x7FFFFFFFFFFFFFFF, expiry_.QuadPart);
  }
  IdentityA upn("alice@example.test", "");
  ASSERT_STATUS(SEC_E_OK, acquire({.auth_data = upn.get()}));
  EXPECT_EQ("alice@example.test", name());
  IdentityA nameless("", "EXAMPLE.TEST");
  ASSERT_STATUS(SEC_E_OK, acquire({.auth_data = nameless.get()}));
  EXPECT_EQ("SEC_E_NO_CREDENTIALS", name());
  IdentityA long_name(std::string(257, 'x'), "EXAMPLE.TEST");
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire({.auth_data = long_name.get()}));
}

TEST_F(Kerberos, ServersAreInTheKeytab) {
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.use = SECPKG_CRED_INBOUND}));
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST", "TERMSRV/web@EXAMPLE.TEST"});
  ASSERT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_INBOUND}));
  EXPECT_EQ("HTTP/web@EXAMPLE.TEST", name());
  ASSERT_STATUS(SEC_E_OK, acquire({.principal = u"termsrv/WEB", .use = SECPKG_CRED_INBOUND}));
  EXPECT_EQ("TERMSRV/web@EXAMPLE.TEST", name());
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                acquire({.principal = u"HTTP/other", .use = SECPKG_CRED_INBOUND}));
}

TEST_F(Kerberos, AProgramNamesItsServersKeytab) {
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST"});
  files_.make_keytab("mine", {"TERMSRV/web@EXAMPLE.TEST"});
  ASSERT_STATUS(SEC_E_OK, opensspi_set_keytab(files_.path("mine").c_str()));
  EXPECT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_INBOUND}));
  EXPECT_EQ("TERMSRV/web@EXAMPLE.TEST", name());
  ASSERT_STATUS(SEC_E_OK, opensspi_set_keytab(files_.path("none").c_str()));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.use = SECPKG_CRED_INBOUND}));
  ASSERT_STATUS(SEC_E_OK, opensspi_set_keytab(nullptr));
  EXPECT_STATUS(SEC_E_OK, acquire({.use = SECPKG_CRED_INBOUND}));
  EXPECT_EQ("HTTP/web@EXAMPLE.TEST", name());
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_set_keytab("\xFF"));
}

TEST_F(Kerberos, WellKnownSessionsTakeNothingFromTheEnvironment) {
  make_cache(kHour);
  files_.make_keytab("keytab", {"host/planted@EXAMPLE.TEST"});
  LUID anonymous{0x3E6, 0}, system{0x3E7, 0};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire({.logon_id = &anonymous}));
  const SECURITY_STATUS status = acquire({.logon_id = &system});
  if (geteuid() != 0) {
    EXPECT_STATUS(SEC_E_NOT_OWNER, status);
  }
  if (status == SEC_E_OK) {
    EXPECT_NE("host/planted@EXAMPLE.TEST", name());
  }
}

}  // namespace
}  // namespace caller
