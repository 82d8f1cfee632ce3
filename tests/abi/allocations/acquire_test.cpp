// AcquireCredentialsHandle while memory runs out: each allocation of the library fails once, and
// each time the caller gets SEC_E_INSUFFICIENT_MEMORY, and no handle.
#define SCHANNEL_USE_BLACKLISTS  // SCH_CREDENTIALS
#include "abi/identity/identity.h"
#include "support/failing_new.h"
#include "support/kerberos_files.h"

namespace caller {
namespace {

using opensspi::test::FailingNew;

constexpr std::uintptr_t kUntouched = 0x5A5A5A5A;

struct Call {
  const char* name;
  const SEC_WCHAR* package;
  ULONG use;
  void* (*auth_data)();
};

struct Outcome {
  SECURITY_STATUS status = SEC_E_OK;
  bool ran_out = false;
  bool handle_untouched = false, expiry_untouched = false;
};

Outcome acquire(const Call& call, void* auth_data, std::size_t allocations_before) {
  CredHandle handle{kUntouched, kUntouched};
  TimeStamp expiry{};
  expiry.LowPart = kUntouched;
  Outcome outcome;
  {
    const FailingNew memory(allocations_before);
    outcome.status = AcquireCredentialsHandleW(nullptr, wide(call.package), call.use, nullptr,
                                               auth_data, nullptr, nullptr, &handle, &expiry);
    outcome.ran_out = memory.has_failed();
  }
  outcome.handle_untouched = handle.dwLower == kUntouched && handle.dwUpper == kUntouched;
  outcome.expiry_untouched = expiry.LowPart == kUntouched;
  if (outcome.status == SEC_E_OK) {
    EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
  }
  return outcome;
}

// A judge must be configured: what asks for one is tried too.
class Allocations : public testing::TestWithParam<Call> {
 protected:
  Allocations() {
    const opensspi_authority authority = users().authority();
    EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  }
  ~Allocations() override { opensspi_set_authority(nullptr); }
};

TEST_P(Allocations, EachThatFailsIsInsufficientMemory) {
  const Call& call = GetParam();
  void* const auth_data = call.auth_data();
  // What is made once in a process is made now.
  ASSERT_STATUS(SEC_E_OK, acquire(call, auth_data, 1'000'000).status);
  std::size_t before = 0;
  for (;; ++before) {
    const Outcome outcome = acquire(call, auth_data, before);
    if (!outcome.ran_out) {
      EXPECT_STATUS(SEC_E_OK, outcome.status);
      break;
    }
    ASSERT_STATUS(SEC_E_INSUFFICIENT_MEMORY, outcome.status) << before;
    ASSERT_TRUE(outcome.handle_untouched) << before;
    ASSERT_TRUE(outcome.expiry_untouched) << before;
  }
  EXPECT_GE(before, 3u) << "a credential is made of more allocations than that";
}

void* nothing() {
  return nullptr;
}
void* wide_identity() {
  static IdentityW identity;
  return identity.get();
}
void* narrow_identity() {
  static IdentityA identity;
  return identity.get();
}
void* extended_identity() {
  static SEC_WCHAR packages[] = u"ntlm";
  static SEC_WINNT_AUTH_IDENTITY_EXW identity{};
  const SEC_WINNT_AUTH_IDENTITY_W& plain =
      *static_cast<SEC_WINNT_AUTH_IDENTITY_W*>(wide_identity());
  identity.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
  identity.Length = sizeof identity;
  identity.User = plain.User;
  identity.UserLength = plain.UserLength;
  identity.Domain = plain.Domain;
  identity.DomainLength = plain.DomainLength;
  identity.Password = plain.Password;
  identity.PasswordLength = plain.PasswordLength;
  identity.Flags = plain.Flags;
  identity.PackageList = reinterpret_cast<USHORT*>(packages);
  identity.PackageListLength = 4;
  return &identity;
}
void* encoded_identity() {
  static Identity identity = encode();
  return identity.get();
}
void* encrypted_identity() {
  static Identity identity = [] {
    Identity made = encode();
    EXPECT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(made.get()));
    return made;
  }();
  return identity.get();
}
void* logon_buffer() {
  static Bytes buffer = [] {
    DWORD size = 0;
    CredPackAuthenticationBufferW(0, wide(u"WONDERLAND\\alice"), wide(u"secret"), nullptr, &size);
    Bytes packed(size);
    EXPECT_TRUE(CredPackAuthenticationBufferW(0, wide(u"WONDERLAND\\alice"), wide(u"secret"),
                                              packed.data(), &size));
    return packed;
  }();
  return buffer.data();
}
template <void* (*kIdentity)()>
void* credssp_client() {
  static CredSspCred cred = CredSspCred::client(kIdentity());
  return cred.get();
}
void* credssp_server() {
  static CredSspCred cred = CredSspCred::server();
  return cred.get();
}
void* credssp_both() {
  static CredSspCred cred = CredSspCred::server();
  cred.get()->pSpnegoCred = wide_identity();
  return cred.get();
}

void* schannel_server() {
  static PCCERT_CONTEXT certificate = server_certificate();
  static ALG_ID algorithms[] = {CALG_AES_256, CALG_RSA_SIGN};
  static SCHANNEL_CRED cred{};
  cred.dwVersion = SCHANNEL_CRED_VERSION;
  cred.cCreds = 1;
  cred.paCred = &certificate;
  cred.hRootStore = certificate->hCertStore;
  cred.cSupportedAlgs = 2;
  cred.palgSupportedAlgs = algorithms;
  return &cred;
}
void* sch_credentials() {
  static SEC_WCHAR aes[] = u"AES", gcm[] = u"ChainingModeGCM";
  static UNICODE_STRING mode{sizeof gcm, sizeof gcm, gcm};
  static CRYPTO_SETTINGS disabled{};
  disabled.eAlgorithmUsage = TlsParametersCngAlgUsageCipher;
  disabled.strCngAlgId = {sizeof aes, sizeof aes, aes};
  disabled.cChainingModes = 1;
  disabled.rgstrChainingModes = &mode;
  static TLS_PARAMETERS parameters{};
  parameters.cDisabledCrypto = 1;
  parameters.pDisabledCrypto = &disabled;
  static SCH_CREDENTIALS cred{};
  cred.dwVersion = SCH_CREDENTIALS_VERSION;
  cred.cTlsParameters = 1;
  cred.pTlsParameters = &parameters;
  return &cred;
}

// The default credentials, of which there are some now.
void* tickets_and_keys() {
  static const opensspi::test::KerberosFiles files;
  static const bool made = [] {
    constexpr std::int64_t kLater = 0x7FFFFFFF;
    files.make_cache("FILE:" + files.path("cc"), "alice@WONDERLAND.EXAMPLE",
                     {{"krbtgt/WONDERLAND.EXAMPLE@WONDERLAND.EXAMPLE", kLater}});
    files.make_keytab("keytab", {"HTTP/server.wonderland.example@WONDERLAND.EXAMPLE"});
    return true;
  }();
  return made ? nullptr : nothing();
}

constexpr Call kCalls[] = {
    {"NtlmDefault", u"NTLM", SECPKG_CRED_OUTBOUND, nothing},
    {"NtlmInbound", u"NTLM", SECPKG_CRED_INBOUND, nothing},
    {"NtlmWide", u"NTLM", SECPKG_CRED_OUTBOUND, wide_identity},
    {"NegotiateNarrow", u"Negotiate", SECPKG_CRED_BOTH, narrow_identity},
    {"NegotiateExtended", u"Negotiate", SECPKG_CRED_OUTBOUND, extended_identity},
    {"NegotiateEncoded", u"Negotiate", SECPKG_CRED_OUTBOUND, encoded_identity},
    {"NegotiateEncrypted", u"Negotiate", SECPKG_CRED_OUTBOUND, encrypted_identity},
    {"KerberosDefault", u"Kerberos", SECPKG_CRED_BOTH, tickets_and_keys},
    {"KerberosWide", u"Kerberos", SECPKG_CRED_BOTH, wide_identity},
    {"SchannelDefault", u"Schannel", SECPKG_CRED_OUTBOUND, nothing},
    {"SchannelServer", u"Schannel", SECPKG_CRED_BOTH, schannel_server},
    {"SchannelModern", u"Schannel", SECPKG_CRED_OUTBOUND, sch_credentials},
    {"CredSspWide", u"CREDSSP", SECPKG_CRED_OUTBOUND, credssp_client<wide_identity>},
    {"CredSspEncoded", u"CREDSSP", SECPKG_CRED_OUTBOUND, credssp_client<encoded_identity>},
    {"CredSspLogonBuffer", u"CREDSSP", SECPKG_CRED_OUTBOUND, credssp_client<logon_buffer>},
    {"CredSspServer", u"CREDSSP", SECPKG_CRED_INBOUND, credssp_server},
    {"CredSspBoth", u"CREDSSP", SECPKG_CRED_BOTH, credssp_both},
};
INSTANTIATE_TEST_SUITE_P(Acquire, Allocations, testing::ValuesIn(kCalls),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace caller
