// Acquire for Schannel under its three names, and what its credentials can be asked, as Windows
// answers.
#define SCHANNEL_USE_BLACKLISTS  // SCH_CREDENTIALS
#include <ctime>
#include <set>

#include "abi/certificates/material.h"

namespace caller {
namespace {

constexpr const SEC_WCHAR* kNames[] = {SCHANNEL_NAME_W, UNISP_NAME_W, DEFAULT_TLS_SSP_NAME_W};
constexpr ULONG kOut = SECPKG_CRED_OUTBOUND, kIn = SECPKG_CRED_INBOUND, kBoth = SECPKG_CRED_BOTH;

// Acquires under each name, frees what it got, and expects a refusal to touch neither output.
SECURITY_STATUS acquire(ULONG use, void* auth_data) {
  std::set<SECURITY_STATUS> statuses;
  for (const SEC_WCHAR* name : kNames) {
    CredHandle handle{0x1234, 0x5678};
    TimeStamp expiry;
    expiry.QuadPart = 42;
    const SECURITY_STATUS status = AcquireCredentialsHandleW(
        nullptr, wide(name), use, nullptr, auth_data, nullptr, nullptr, &handle, &expiry);
    statuses.insert(status);
    if (status == SEC_E_OK) {
      EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
      continue;
    }
    EXPECT_EQ(status, last_error().status);
    EXPECT_STRNE("", why());
    EXPECT_EQ(0x1234u, handle.dwLower);
    EXPECT_EQ(0x5678u, handle.dwUpper);
    EXPECT_EQ(42, expiry.QuadPart);
    EXPECT_EQ(SEC_E_INVALID_HANDLE, FreeCredentialsHandle(&handle));
  }
  EXPECT_EQ(1u, statuses.size());
  return *statuses.begin();
}

Credential acquired(ULONG use, void* auth_data) {
  Credential credential;
  EXPECT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(nullptr, wide(UNISP_NAME_W), use, nullptr, auth_data,
                                          nullptr, nullptr, credential.get(), nullptr));
  return credential;
}

class Schannel : public testing::Test {
 protected:
  Schannel() { cred_.dwVersion = SCHANNEL_CRED_VERSION; }

  void use_certificates(std::initializer_list<PCCERT_CONTEXT> contexts) {
    certificates_ = contexts;
    cred_.cCreds = static_cast<DWORD>(certificates_.size());
    cred_.paCred = certificates_.data();
  }

  std::vector<PCCERT_CONTEXT> certificates_;
  SCHANNEL_CRED cred_{};
};

// Windows looks at none of these; NULL data is told before a NULL phCredential is.
TEST_F(Schannel, WithoutDataIsForClientsOnly) {
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(0, nullptr));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(kBoth, nullptr));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(kIn, nullptr));
  EXPECT_STATUS(SEC_E_OK, acquire(kOut, nullptr));
  for (const ULONG use : {ULONG{0}, kBoth, kIn}) {
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                  AcquireCredentialsHandleA(nullptr, narrow(UNISP_NAME_A), use, nullptr, nullptr,
                                            nullptr, nullptr, nullptr, nullptr));
  }
  // Windows crashes.
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                AcquireCredentialsHandleA(nullptr, narrow(UNISP_NAME_A), kOut, nullptr, nullptr,
                                          nullptr, nullptr, nullptr, nullptr));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(0, &cred_));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(8, &cred_));
}

TEST_F(Schannel, LooksAtNeitherPrincipalNorSession) {
  LUID of_nobody{0x7777, 1};
  CredHandle handle{};
  EXPECT_STATUS(SEC_E_OK,
                AcquireCredentialsHandleW(wide(u"nobody@nowhere"), wide(UNISP_NAME_W), kOut,
                                          &of_nobody, &cred_, nullptr, nullptr, &handle, nullptr));
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
}

TEST_F(Schannel, VersionsOfTheStructure) {
  const struct {
    DWORD version;
    SECURITY_STATUS status;
  } rows[] = {{0, SEC_E_UNKNOWN_CREDENTIALS},
              {SCH_CRED_V1, SEC_E_UNKNOWN_CREDENTIALS},
              {SCH_CRED_V2, SEC_E_UNKNOWN_CREDENTIALS},
              {SCH_CRED_V3, SEC_E_INSUFFICIENT_MEMORY},
              {SCHANNEL_CRED_VERSION, SEC_E_OK}};
  for (const auto& row : rows) {
    cred_.dwVersion = row.version;
    for (const ULONG use : {kOut, kIn, kBoth}) EXPECT_STATUS(row.status, acquire(use, &cred_));
    // An unknown version is told without a place for the handle too.
    if (row.status != SEC_E_OK) {
      EXPECT_STATUS(row.status,
                    AcquireCredentialsHandleA(nullptr, narrow(UNISP_NAME_A), kOut, nullptr, &cred_,
                                              nullptr, nullptr, nullptr, nullptr));
    }
  }
  use_certificates({server_certificate()});
  cred_.dwVersion = SCH_CRED_V3;
  EXPECT_STATUS(SEC_E_INSUFFICIENT_MEMORY, acquire(kOut, &cred_));
  SCH_CREDENTIALS zeroed{};
  zeroed.dwVersion = SCH_CREDENTIALS_VERSION;
  for (const ULONG use : {kOut, kIn, kBoth}) EXPECT_STATUS(SEC_E_OK, acquire(use, &zeroed));
}

TEST_F(Schannel, ProtocolsOfTheOtherDirectionAreAMismatch) {
  const struct {
    DWORD protocols;
    SECURITY_STATUS out, in;
  } rows[] = {
      {SP_PROT_TLS1_2_CLIENT, SEC_E_OK, SEC_E_ALGORITHM_MISMATCH},
      {SP_PROT_TLS1_2_SERVER, SEC_E_ALGORITHM_MISMATCH, SEC_E_OK},
      {SP_PROT_DTLS1_X_CLIENT | SP_PROT_TLS1_2_CLIENT, SEC_E_ALGORITHM_MISMATCH,
       SEC_E_ALGORITHM_MISMATCH},
      {SP_PROT_DTLS1_X_CLIENT | SP_PROT_TLS1_X_SERVER | SP_PROT_SSL3_SERVER,
       SEC_E_ALGORITHM_MISMATCH, SEC_E_ALGORITHM_MISMATCH},
  };
  for (const auto& row : rows) {
    cred_.grbitEnabledProtocols = row.protocols;
    EXPECT_STATUS(row.out, acquire(kOut, &cred_));
    EXPECT_STATUS(row.in, acquire(kIn, &cred_));
  }
}

// Of a chain only the end entity has its key.
PCCERT_CONTEXT certificate_without_key() {
  const PemPair issuer = make_pem("issuer.example");
  const PCCERT_CONTEXT leaf =
      from_pem(self_signed().certificate + issuer.certificate, self_signed().key);
  const PCCERT_CONTEXT first = CertEnumCertificatesInStore(leaf->hCertStore, nullptr);
  const PCCERT_CONTEXT second = CertEnumCertificatesInStore(leaf->hCertStore, first);
  EXPECT_EQ("CN=issuer.example", subject_of(second));
  EXPECT_TRUE(CertFreeCertificateContext(leaf));
  return second;
}

TEST_F(Schannel, CertificatesMustBeWholeAndTheLibrarys) {
  CERT_CONTEXT bogus = *server_certificate();
  const PCCERT_CONTEXT keyless = certificate_without_key();
  for (const ULONG use : {kOut, kIn}) {
    use_certificates({server_certificate()});
    EXPECT_STATUS(SEC_E_OK, acquire(use, &cred_));
    use_certificates({&bogus});
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(use, &cred_));
    use_certificates({&bogus, server_certificate()});
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(use, &cred_));
    use_certificates({server_certificate(), &bogus});
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(use, &cred_));
    use_certificates({keyless});
    EXPECT_STATUS(SEC_E_NO_CREDENTIALS, acquire(use, &cred_));
    cred_.paCred = nullptr;
    EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(use, &cred_));
  }
  EXPECT_TRUE(CertFreeCertificateContext(keyless));
}

PCCERT_CONTEXT ec_certificate(const char* name, const char* days) {
  const Files files(name);
  files.openssl(
      "ecparam -name prime256v1 -genkey -noout -out $out2; "
      "openssl req -x509 -key $out2 -subj /CN=ec -out $out.first; "
      "openssl x509 -in $out.first -signkey $out2 -out $out -days " +
      std::string(days));
  return from_pem(files.read(), files.read2());
}

FILETIME local(FILETIME utc) {
  constexpr std::int64_t kSecond = 10'000'000, kUnixEpoch = 11'644'473'600;
  std::int64_t ticks = (static_cast<std::int64_t>(utc.dwHighDateTime) << 32) | utc.dwLowDateTime;
  const std::time_t seconds = ticks / kSecond - kUnixEpoch;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  ticks += parts.tm_gmtoff * kSecond;
  return {static_cast<DWORD>(ticks & 0xFFFFFFFF), static_cast<DWORD>(ticks >> 32)};
}

// One that is over is taken, as on Windows; the peer will mind.
TEST_F(Schannel, ExpiresWithItsFirstCertificate) {
  const PCCERT_CONTEXT over = ec_certificate("over", "-1");
  const auto expiry = [&](ULONG use) {
    CredHandle handle{};
    alignas(TimeStamp) FILETIME time{};
    EXPECT_STATUS(SEC_E_OK, AcquireCredentialsHandleW(nullptr, wide(UNISP_NAME_W), use, nullptr,
                                                      &cred_, nullptr, nullptr, &handle,
                                                      reinterpret_cast<PTimeStamp>(&time)));
    EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&handle));
    return time;
  };
  const auto expect_same = [](FILETIME expected, FILETIME actual) {
    EXPECT_EQ(expected.dwHighDateTime, actual.dwHighDateTime);
    EXPECT_EQ(expected.dwLowDateTime, actual.dwLowDateTime);
  };
  expect_same({0xFFFFFFFF, 0x7FFFFFFF}, expiry(kOut));
  expect_same({0xFFFFFFFF, 0x7FFFFFFF}, expiry(kIn));
  use_certificates({server_certificate()});
  expect_same(local(server_certificate()->pCertInfo->NotAfter), expiry(kIn));
  use_certificates({server_certificate(), over});  // RSA and ECDSA
  expect_same(local(over->pCertInfo->NotAfter), expiry(kIn));
  expect_same(local(over->pCertInfo->NotAfter), expiry(kOut));
  EXPECT_TRUE(CertFreeCertificateContext(over));
}

TEST_F(Schannel, KeepsACopyOfItsCertificate) {
  const PemPair pem = make_pem("short-lived");
  const PCCERT_CONTEXT certificate = from_pem(pem.certificate, pem.key);
  use_certificates({certificate});
  Credential credential = acquired(kIn, &cred_);
  EXPECT_TRUE(CertFreeCertificateContext(certificate));
  std::memset(&cred_, 0xEE, sizeof cred_);
  certificates_ = {nullptr};
  SecPkgCred_SupportedProtocols protocols{};
  EXPECT_STATUS(SEC_E_OK, QueryCredentialsAttributesW(credential.get(),
                                                      SECPKG_ATTR_SUPPORTED_PROTOCOLS, &protocols));
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2_SERVER | SP_PROT_TLS1_3_SERVER}, protocols.grbitProtocol);
}

TEST_F(Schannel, ContextsAreOfTheDirectionThatWasAskedFor) {
  use_certificates({server_certificate()});
  Credential client = acquired(kOut, &cred_), server = acquired(kIn, &cred_);
  CtxtHandle context{1, 2};
  SecBuffer out{0, SECBUFFER_TOKEN, nullptr};
  SecBufferDesc output{SECBUFFER_VERSION, 1, &out};
  char hello[] = "\x16\x03\x01\x00\x01\x01";
  SecBuffer in{6, SECBUFFER_TOKEN, hello};
  SecBufferDesc input{SECBUFFER_VERSION, 1, &in};
  ULONG attributes = 0;
  const auto initialize = [&](Credential& credential) {
    return InitializeSecurityContextW(credential.get(), nullptr, wide(u"host"),
                                      ISC_REQ_ALLOCATE_MEMORY, 0, SECURITY_NATIVE_DREP, nullptr, 0,
                                      &context, &output, &attributes, nullptr);
  };
  const auto accept = [&](Credential& credential) {
    return AcceptSecurityContext(credential.get(), nullptr, &input, ASC_REQ_ALLOCATE_MEMORY,
                                 SECURITY_NATIVE_DREP, &context, &output, &attributes, nullptr);
  };
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, initialize(server));
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, accept(client));
  EXPECT_EQ(1u, context.dwLower);
  EXPECT_EQ(2u, context.dwUpper);
  EXPECT_EQ(nullptr, out.pvBuffer);
}

std::vector<ALG_ID> supported_algorithms(CredHandle* credential) {
  SecPkgCred_SupportedAlgs algorithms{};
  EXPECT_STATUS(SEC_E_OK,
                QueryCredentialsAttributesW(credential, SECPKG_ATTR_SUPPORTED_ALGS, &algorithms));
  std::vector<ALG_ID> ids(algorithms.palgSupportedAlgs,
                          algorithms.palgSupportedAlgs + algorithms.cSupportedAlgs);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(algorithms.palgSupportedAlgs));
  return ids;
}

TEST_F(Schannel, TellsItsAlgorithms) {
  const auto algorithms = [&] { return supported_algorithms(acquired(kOut, &cred_).get()); };
  using Ids = std::vector<ALG_ID>;
  EXPECT_EQ((Ids{CALG_AES_128, CALG_SHA_256, CALG_AES_256, CALG_SHA_384, CALG_SHA1, CALG_ECDH_EPHEM,
                 CALG_ECDSA, CALG_RSA_SIGN}),
            algorithms());
  ALG_ID only[] = {CALG_AES_256, CALG_SHA_384, CALG_ECDSA};
  cred_.cSupportedAlgs = 3;
  cred_.palgSupportedAlgs = only;
  EXPECT_EQ((Ids{CALG_AES_256, CALG_SHA_384, CALG_ECDH_EPHEM, CALG_ECDSA}), algorithms());
  cred_.grbitEnabledProtocols = SP_PROT_TLS1_2;
  EXPECT_EQ((Ids{CALG_AES_256, CALG_SHA_384, CALG_ECDH_EPHEM, CALG_ECDSA}),
            supported_algorithms(acquired(kBoth, &cred_).get()));
  only[0] = CALG_RC4;
  EXPECT_STATUS(SEC_E_ALGORITHM_MISMATCH, acquire(kOut, &cred_));
}

TEST_F(Schannel, TellsItsStrengths) {
  const auto strengths = [&](ULONG use) {
    SecPkgCred_CipherStrengths out{0xFFFFFFFF, 0xFFFFFFFF};
    Credential credential = acquired(use, &cred_);
    EXPECT_STATUS(SEC_E_OK, QueryCredentialsAttributesA(credential.get(),
                                                        SECPKG_ATTR_CIPHER_STRENGTHS, &out));
    return std::pair(out.dwMinimumCipherStrength, out.dwMaximumCipherStrength);
  };
  EXPECT_EQ(std::pair(DWORD{128}, DWORD{256}), strengths(kOut));
  cred_.dwMinimumCipherStrength = 200;
  EXPECT_EQ(std::pair(DWORD{256}, DWORD{256}), strengths(kBoth));
  cred_.dwMinimumCipherStrength = 0;
  cred_.dwMaximumCipherStrength = 128;
  EXPECT_EQ(std::pair(DWORD{128}, DWORD{128}), strengths(kIn));
}

TEST_F(Schannel, TellsItsProtocols) {
  const auto protocols = [&](ULONG use, DWORD enabled) {
    cred_.grbitEnabledProtocols = enabled;
    SecPkgCred_SupportedProtocols out{0xFFFFFFFF};
    Credential credential = acquired(use, &cred_);
    EXPECT_STATUS(SEC_E_OK, QueryCredentialsAttributesW(credential.get(),
                                                        SECPKG_ATTR_SUPPORTED_PROTOCOLS, &out));
    return out.grbitProtocol;
  };
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_CLIENT}, protocols(kOut, 0));
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2_SERVER | SP_PROT_TLS1_3_SERVER}, protocols(kIn, 0));
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2 | SP_PROT_TLS1_3}, protocols(kBoth, 0));
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2_CLIENT}, protocols(kOut, SP_PROT_TLS1_2_CLIENT));
  EXPECT_EQ(DWORD{SP_PROT_TLS1_3_CLIENT},
            protocols(kOut, SP_PROT_TLS1_3_CLIENT | SP_PROT_TLS1_2_SERVER));
  // What was asked for and is not spoken is not told.
  EXPECT_EQ(DWORD{SP_PROT_TLS1_2_CLIENT},
            protocols(kOut, SP_PROT_TLS1_0_CLIENT | SP_PROT_TLS1_1_CLIENT | SP_PROT_TLS1_2_CLIENT));
}

TEST_F(Schannel, HasNoNameNorAnythingElse) {
  Credential credential = acquired(kOut, nullptr);
  SecPkgCredentials_NamesW names{};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                QueryCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_NAMES, &names));
  EXPECT_EQ(nullptr, names.sUserName);
  std::uint64_t buffer[8]{};
  for (const ULONG attribute : {0u, ULONG{SECPKG_CRED_ATTR_CERT}, ULONG{SECPKG_ATTR_ROOT_STORE},
                                ULONG{SECPKG_ATTR_CONNECTION_INFO}, 0xFFFFFFFFu}) {
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryCredentialsAttributesA(credential.get(), attribute, buffer));
  }
  for (const std::uint64_t word : buffer) EXPECT_EQ(0u, word);
}

TEST_F(Schannel, AnswersNeedAPlaceThatIsBigEnough) {
  Credential credential = acquired(kOut, nullptr);
  const struct {
    ULONG attribute, size;
  } rows[] = {{SECPKG_ATTR_SUPPORTED_ALGS, sizeof(SecPkgCred_SupportedAlgs)},
              {SECPKG_ATTR_CIPHER_STRENGTHS, sizeof(SecPkgCred_CipherStrengths)},
              {SECPKG_ATTR_SUPPORTED_PROTOCOLS, sizeof(SecPkgCred_SupportedProtocols)}};
  for (const auto& row : rows) {
    EXPECT_STATUS(SEC_E_INTERNAL_ERROR,
                  QueryCredentialsAttributesA(credential.get(), row.attribute, nullptr));
    EXPECT_STATUS(SEC_E_INTERNAL_ERROR,
                  QueryCredentialsAttributesW(credential.get(), row.attribute, nullptr));
    std::vector<std::uint64_t> words(4, 0);
    for (const ULONG size : {ULONG{0}, row.size - 1}) {
      EXPECT_STATUS(
          SEC_E_BUFFER_TOO_SMALL,
          QueryCredentialsAttributesExW(credential.get(), row.attribute, words.data(), size));
      EXPECT_STATUS(
          SEC_E_BUFFER_TOO_SMALL,
          QueryCredentialsAttributesExA(credential.get(), row.attribute, words.data(), size));
    }
    EXPECT_EQ(std::vector<std::uint64_t>(4, 0), words);
    EXPECT_STATUS(SEC_E_OK, QueryCredentialsAttributesExW(credential.get(), row.attribute,
                                                          words.data(), row.size));
    EXPECT_NE(0u, words[0]);
    if (row.attribute == SECPKG_ATTR_SUPPORTED_ALGS) {
      SecPkgCred_SupportedAlgs algorithms{};
      std::memcpy(&algorithms, words.data(), sizeof algorithms);
      EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(algorithms.palgSupportedAlgs));
    }
  }
}

TEST_F(Schannel, HandlesThatAreNoneAnswerNothing) {
  Credential freed = acquired(kOut, nullptr);
  CredHandle stale = freed.release();
  EXPECT_STATUS(SEC_E_OK, FreeCredentialsHandle(&stale));
  CredHandle zeroed{}, forged{0x1234, 0x5678};
  SecPkgCred_SupportedProtocols protocols{};
  for (CredHandle* handle : {&stale, &zeroed, &forged, static_cast<CredHandle*>(nullptr)}) {
    EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                  QueryCredentialsAttributesW(handle, SECPKG_ATTR_SUPPORTED_PROTOCOLS, &protocols));
  }
  EXPECT_EQ(0u, protocols.grbitProtocol);
}

// Windows documents the questions about TLS for Schannel alone.
TEST_F(Schannel, OtherPackagesTellNothingOfTls) {
  IdentityW identity;
  CredSspCred credssp = CredSspCred::client(identity.get());
  const struct {
    const SEC_WCHAR* package;
    void* auth_data;
  } rows[] = {
      {u"NTLM", identity.get()}, {u"Negotiate", identity.get()}, {u"CREDSSP", credssp.get()}};
  for (const auto& row : rows) {
    Credential credential = acquire_client(row.package, row.auth_data);
    std::uint64_t buffer[4]{};
    for (const ULONG attribute : {SECPKG_ATTR_SUPPORTED_ALGS, SECPKG_ATTR_CIPHER_STRENGTHS,
                                  SECPKG_ATTR_SUPPORTED_PROTOCOLS}) {
      EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                    QueryCredentialsAttributesW(credential.get(), attribute, buffer));
    }
    for (const std::uint64_t word : buffer) EXPECT_EQ(0u, word);
  }
}

}  // namespace
}  // namespace caller
