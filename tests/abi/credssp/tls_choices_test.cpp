// What SCHANNEL_CRED and SCH_CREDENTIALS say of certificates and algorithms, seen in logons.
#define SCHANNEL_USE_BLACKLISTS  // SCH_CREDENTIALS
#include "abi/certificates/material.h"
#include "pair.h"

namespace caller {
namespace {

PCCERT_CONTEXT ec_certificate() {
  static const PCCERT_CONTEXT certificate = [] {
    const Files files("ec");
    files.openssl(
        "ecparam -name prime256v1 -genkey -noout -out $out2; "
        "openssl req -x509 -key $out2 -subj /CN=ec.wonderland.example -out $out");
    return from_pem(files.read(), files.read2());
  }();
  return certificate;
}

// A client with this Schannel part and a server with that one.
class TlsChoices : public testing::Test {
 protected:
  TlsChoices() {
    client_part.dwVersion = server_part.dwVersion = SCHANNEL_CRED_VERSION;
    server_part.cCreds = 2;
    server_part.paCred = certificates;
  }

  // Whether they log on; then `info` and `subject` are the client's.
  bool log_on(void* client_schannel = nullptr) {
    IdentityW identity;
    CREDSSP_CRED client_cred{}, server_cred{};
    client_cred.Type = server_cred.Type = CredsspSubmitBufferBoth;
    client_cred.pSchannelCred = client_schannel != nullptr ? client_schannel : &client_part;
    client_cred.pSpnegoCred = identity.get();
    server_cred.pSchannelCred = &server_part;
    Credential client_credential = acquire_client(CREDSSP_NAME, &client_cred);
    Credential server_credential = acquire_server("CREDSSP", &server_cred);
    Party client = Party::client(client_credential, kClientFlags, kTarget);
    Party server = Party::server(server_credential, kServerFlags);
    talk(client, server);
    if (client.status() != SEC_E_OK || server.status() != SEC_E_OK) return false;
    EXPECT_STATUS(SEC_E_OK,
                  QueryContextAttributesW(client.get(), SECPKG_ATTR_CONNECTION_INFO, &info));
    PCCERT_CONTEXT remote = nullptr;
    EXPECT_STATUS(SEC_E_OK,
                  QueryContextAttributesW(client.get(), SECPKG_ATTR_REMOTE_CERT_CONTEXT, &remote));
    subject = subject_of(remote);
    EXPECT_TRUE(CertFreeCertificateContext(remote));
    PCCERT_CONTEXT local = nullptr;
    EXPECT_STATUS(SEC_E_OK,
                  QueryContextAttributesW(server.get(), SECPKG_ATTR_LOCAL_CERT_CONTEXT, &local));
    EXPECT_EQ(subject, subject_of(local));
    EXPECT_TRUE(CertFreeCertificateContext(local));
    return true;
  }

  PCCERT_CONTEXT certificates[2] = {server_certificate(), ec_certificate()};
  SCHANNEL_CRED client_part{}, server_part{};
  SecPkgContext_ConnectionInfo info{};
  std::string subject;
};

// CredSSP proves the key of the certificate that was shown, whichever it was.
TEST_F(TlsChoices, EitherCertificateServes) {
  for (const DWORD version : kTlsVersions) {
    client_part.grbitEnabledProtocols = version;
    ALG_ID signature = CALG_RSA_SIGN;
    client_part.cSupportedAlgs = 1;
    client_part.palgSupportedAlgs = &signature;
    ASSERT_TRUE(log_on());
    EXPECT_EQ("CN=server.wonderland.example", subject);
    signature = CALG_ECDSA;
    ASSERT_TRUE(log_on());
    EXPECT_EQ("CN=ec.wonderland.example", subject);
  }
}

TEST_F(TlsChoices, StrengthHolds) {
  for (const DWORD version : kTlsVersions) {
    client_part.grbitEnabledProtocols = version;
    client_part.dwMinimumCipherStrength = 0;
    ASSERT_TRUE(log_on());
    EXPECT_EQ(128u, info.dwCipherStrength);  // what both like best
    client_part.dwMinimumCipherStrength = 256;
    ASSERT_TRUE(log_on());
    EXPECT_EQ(256u, info.dwCipherStrength);
  }
  server_part.dwMaximumCipherStrength = 128;
  EXPECT_FALSE(log_on());
}

TEST_F(TlsChoices, AlgorithmsHold) {
  ALG_ID algorithms[] = {CALG_AES_256, CALG_SHA1};
  client_part.cSupportedAlgs = 2;
  client_part.palgSupportedAlgs = algorithms;
  ASSERT_TRUE(log_on());
  EXPECT_EQ(ALG_ID{CALG_AES_256}, info.aiCipher);
  EXPECT_EQ(ALG_ID{CALG_SHA1}, info.aiHash);
  EXPECT_EQ(160u, info.dwHashStrength);
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2_CLIENT}, info.dwProtocol);  // TLS 1.3 has none of SHA-1
}

TEST_F(TlsChoices, DisabledCryptoHolds) {
  SEC_WCHAR aes[] = u"AES", ecdh[] = u"ECDH";
  CRYPTO_SETTINGS disabled[2]{};
  disabled[0].eAlgorithmUsage = TlsParametersCngAlgUsageCipher;
  disabled[0].strCngAlgId.Length = disabled[0].strCngAlgId.MaximumLength = 3 * sizeof(SEC_WCHAR);
  disabled[0].strCngAlgId.Buffer = reinterpret_cast<decltype(UNICODE_STRING::Buffer)>(aes);
  disabled[1].eAlgorithmUsage = TlsParametersCngAlgUsageKeyExchange;
  disabled[1].strCngAlgId.Length = disabled[1].strCngAlgId.MaximumLength = 4 * sizeof(SEC_WCHAR);
  disabled[1].strCngAlgId.Buffer = reinterpret_cast<decltype(UNICODE_STRING::Buffer)>(ecdh);
  disabled[1].dwMinBitLength = 384;
  TLS_PARAMETERS parameters{};
  parameters.cDisabledCrypto = 2;
  parameters.pDisabledCrypto = disabled;
  SCH_CREDENTIALS modern{};
  modern.dwVersion = SCH_CREDENTIALS_VERSION;
  modern.cTlsParameters = 1;
  modern.pTlsParameters = &parameters;
  ASSERT_TRUE(log_on(&modern));
  EXPECT_EQ(0u, info.aiCipher);  // ChaCha20 has no number
  EXPECT_EQ(256u, info.dwCipherStrength);
  EXPECT_EQ(384u, info.dwExchStrength);
}

}  // namespace
}  // namespace caller
