// CREDSSP_CRED: its types and parts, in both directions.
#define SCHANNEL_USE_BLACKLISTS  // SCH_CREDENTIALS
#include "abi/support.h"

namespace caller {
namespace {

SECURITY_STATUS acquire(ULONG use, void* auth_data) {
  CredHandle handle{};
  const SECURITY_STATUS status = AcquireCredentialsHandleW(
      nullptr, wide(CREDSSP_NAME), use, nullptr, auth_data, nullptr, nullptr, &handle, nullptr);
  if (status == SEC_E_OK) {
    EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
  }
  return status;
}

class CredSspCredentials : public testing::Test {
 protected:
  CredSspCredentials() {
    const opensspi_authority authority = users().authority();
    EXPECT_STATUS(SEC_E_OK, opensspi_set_authority(&authority));
  }
  ~CredSspCredentials() override { opensspi_set_authority(nullptr); }
};

TEST_F(CredSspCredentials, OutboundTakesPasswordsInEveryTypeThatCarriesThem) {
  IdentityW w;
  IdentityA a;
  for (void* identity : {static_cast<void*>(w.get()), static_cast<void*>(a.get())}) {
    for (const auto type : {CredsspPasswordCreds, CredsspSchannelCreds, CredsspSubmitBufferBoth,
                            CredsspSubmitBufferBothOld}) {
      CredSspCred cred = CredSspCred::client(identity);
      cred.get()->Type = type;
      EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, cred.get())) << type;
      CREDSSP_CRED alone{};
      alone.Type = type;
      alone.pSpnegoCred = identity;
      EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, &alone)) << type;
    }
  }
}

// A packed logon that holds a PIN; which card it opens is for the one who finds it.
std::vector<std::uint8_t> smart_card_logon() {
  const std::u16string_view user = u"alice", pin = u"1234";
  KERB_CERTIFICATE_LOGON logon{};
  logon.MessageType = KerbCertificateLogon;
  const auto place = [](UNICODE_STRING& string, std::u16string_view text, std::size_t offset) {
    string.Length = string.MaximumLength = static_cast<USHORT>(2 * text.size());
    string.Buffer = reinterpret_cast<PWSTR>(offset);
    return offset + 2 * text.size();
  };
  const std::size_t pin_at = place(logon.UserName, user, sizeof logon);
  std::vector<std::uint8_t> buffer(place(logon.Pin, pin, pin_at));
  std::memcpy(buffer.data(), &logon, sizeof logon);
  std::memcpy(buffer.data() + sizeof logon, user.data(), 2 * user.size());
  std::memcpy(buffer.data() + pin_at, pin.data(), 2 * pin.size());
  return buffer;
}

TEST_F(CredSspCredentials, CertificateIsTakenInEveryTypeThatCarriesIt) {
  std::vector<std::uint8_t> logon = smart_card_logon();
  CREDSSP_CRED cred{};
  cred.pSpnegoCred = logon.data();
  for (const auto type :
       {CredsspCertificateCreds, CredsspSubmitBufferBoth, CredsspSubmitBufferBothOld}) {
    cred.Type = type;
    EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, &cred)) << type;
  }
  cred.Type = CredsspPasswordCreds;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_OUTBOUND, &cred));
  IdentityW identity;
  cred.Type = CredsspCertificateCreds;
  cred.pSpnegoCred = identity.get();
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_OUTBOUND, &cred));
}

TEST_F(CredSspCredentials, OtherTypesAreUnknown) {
  IdentityW identity;
  CredSspCred cred = CredSspCred::client(identity.get());
  for (const int type : {0, 1, 3, 49, 52, -1}) {
    cred.get()->Type = static_cast<CREDSPP_SUBMIT_TYPE>(type);
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_OUTBOUND, cred.get())) << type;
  }
}

TEST_F(CredSspCredentials, ExtendedFormWrapsThePlainOne) {
  IdentityW identity;
  CREDSSP_CRED_EX cred{};
  cred.Type = CredsspCredEx;
  cred.Version = CREDSSP_CRED_EX_VERSION;
  cred.Cred.Type = CredsspPasswordCreds;
  cred.Cred.pSpnegoCred = identity.get();
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, &cred));
  cred.Version = 1;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_OUTBOUND, &cred));
  cred.Version = CREDSSP_CRED_EX_VERSION;
  cred.Flags = CREDSSP_FLAG_REDIRECT;
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, &cred));
  cred.Flags = 2;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_OUTBOUND, &cred));
}

TEST_F(CredSspCredentials, InboundNeedsACertificate) {
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, nullptr));
  CREDSSP_CRED empty{};
  empty.Type = CredsspSubmitBufferBoth;
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, &empty));
  IdentityW identity;
  CredSspCred client = CredSspCred::client(identity.get());
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, client.get()));
  CredSspCred server = CredSspCred::server();
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_INBOUND, server.get()));
}

TEST_F(CredSspCredentials, BothDirectionsInOne) {
  IdentityW identity;
  CredSspCred cred = CredSspCred::server();
  cred.get()->pSpnegoCred = identity.get();
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_BOTH, cred.get()));
  CredSspCred client = CredSspCred::client(identity.get());
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(SECPKG_CRED_BOTH, client.get()));
}

TEST_F(CredSspCredentials, SchannelPartHasAKnownVersion) {
  for (const DWORD version : {0u, 1u, 2u, 3u, 6u}) {
    CredSspCred cred = CredSspCred::server();
    cred.schannel().dwVersion = version;
    EXPECT_LT(acquire(SECPKG_CRED_INBOUND, cred.get()), 0) << version;
  }
  CredSspCred zeroed = CredSspCred::client(nullptr);
  zeroed.schannel().dwVersion = 0;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_OUTBOUND, zeroed.get()));
}

TEST_F(CredSspCredentials, SchannelPartOfTheOtherDirectionIsAMismatch) {
  IdentityW identity;
  CredSspCred client = CredSspCred::client(identity.get());
  client.schannel().grbitEnabledProtocols = SP_PROT_TLS1_2_SERVER;
  EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, acquire(SECPKG_CRED_OUTBOUND, client.get()));
  client.schannel().grbitEnabledProtocols = SP_PROT_TLS1_2_CLIENT;
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, client.get()));
  CredSspCred server = CredSspCred::server();
  server.schannel().grbitEnabledProtocols = SP_PROT_TLS1_3_CLIENT;
  EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, acquire(SECPKG_CRED_INBOUND, server.get()));
  server.schannel().grbitEnabledProtocols = SP_PROT_TLS1_3_SERVER;
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_INBOUND, server.get()));
}

TEST_F(CredSspCredentials, SchannelPartMayBeOfTheNewerForm) {
  IdentityW identity;
  SCH_CREDENTIALS schannel{};
  schannel.dwVersion = SCH_CREDENTIALS_VERSION;
  CREDSSP_CRED cred{};
  cred.Type = CredsspSubmitBufferBoth;
  cred.pSchannelCred = &schannel;
  cred.pSpnegoCred = identity.get();
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_OUTBOUND, &cred));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, &cred));
  PCCERT_CONTEXT certificate = server_certificate();
  schannel.cCreds = 1;
  schannel.paCred = &certificate;
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_INBOUND, &cred));
  TLS_PARAMETERS parameters{};
  schannel.cTlsParameters = 1;
  schannel.pTlsParameters = &parameters;
  parameters.grbitDisabledProtocols = SP_PROT_TLS1_3_SERVER;
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_INBOUND, &cred));
  parameters.grbitDisabledProtocols = SP_PROT_TLS1_3_SERVER | SP_PROT_TLS1_2_SERVER;
  EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, acquire(SECPKG_CRED_INBOUND, &cred));
}

TEST_F(CredSspCredentials, CertificateMustBeOneOfTheLibrary) {
  CERT_CONTEXT forged = *server_certificate();
  CredSspCred cred = CredSspCred::server(&forged);
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, cred.get()));
  CredSspCred none = CredSspCred::server(nullptr);
  none.schannel().cCreds = 1;
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, none.get()));
  CredSspCred no_array = CredSspCred::server();
  no_array.get();
  no_array.schannel().paCred = nullptr;
  CREDSSP_CRED plain{};
  plain.Type = CredsspSubmitBufferBoth;
  plain.pSchannelCred = &no_array.schannel();
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(SECPKG_CRED_INBOUND, &plain));
}

TEST(CredSspWithoutAuthority, IsRefused) {
  CredSspCred cred = CredSspCred::server();
  EXPECT_STATUS(SEC_E_NO_AUTHENTICATING_AUTHORITY, acquire(SECPKG_CRED_INBOUND, cred.get()));
  // With accounts there is one.
  opensspi_accounts* accounts = nullptr;
  ASSERT_STATUS(SEC_E_OK, opensspi_accounts_open(nullptr, &accounts));
  opensspi_accounts_close(accounts);
  EXPECT_STATUS(SEC_E_OK, acquire(SECPKG_CRED_INBOUND, cred.get()));
}

}  // namespace
}  // namespace caller
