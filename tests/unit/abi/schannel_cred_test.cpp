// SCHANNEL_CRED: what each member does to the TLS that is set up, and which status refuses what.
// Rows marked W were seen on Windows.
#include "unit/abi/schannel_cred.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace opensspi::abi {
namespace {

using Revocation = TlsAuthData::Validation::Revocation;

TEST_F(SchannelCred, NothingIsAClientWithTheDefaults) {
  const auto data =
      read_schannel_cred(TlsSpeaker::Schannel, CredentialUse::Outbound, nullptr, {}).value();
  ASSERT_NE(data->client, nullptr);
  EXPECT_EQ(data->server, nullptr);
  EXPECT_FALSE(data->client->has_certificate());
  EXPECT_FALSE(data->validation.manual);
  EXPECT_TRUE(data->validation.checks_name);
  EXPECT_EQ(data->session_lifespan_ms, 36'000'000U);  // ten hours
  for (const CredentialUse use : {CredentialUse::Inbound, CredentialUse::Both})
    EXPECT_EQ(read_schannel_cred(TlsSpeaker::Schannel, use, nullptr, {}).error().status,
              Status::NoCredentials);
}

TEST_F(SchannelCred, Versions) {  // W:schannel:372-385, 451-472, 513
  const struct {
    DWORD version;
    Status expected;
  } rows[] = {{0, Status::UnknownCredentials},           {SCH_CRED_V1, Status::UnknownCredentials},
              {SCH_CRED_V2, Status::UnknownCredentials}, {SCH_CRED_V3, Status::InsufficientMemory},
              {SCHANNEL_CRED_VERSION, Status::Ok},       {6, Status::UnknownCredentials},
              {0xFFFFFFFF, Status::UnknownCredentials}};
  for (const auto& row : rows) {
    cred.dwVersion = row.version;
    for (const auto use : {CredentialUse::Outbound, CredentialUse::Inbound, CredentialUse::Both})
      EXPECT_EQ(status(use), row.expected) << row.version;
  }
}

// Of a version that is not known there may be no more than its number.
TEST_F(SchannelCred, NothingIsReadBehindAnUnknownVersion) {
  for (const std::uint32_t version : {0U, 1U, 2U, 3U, 6U}) {
    const std::vector<std::uint32_t> alone = {version};
    EXPECT_FALSE(
        read_schannel_cred(TlsSpeaker::Schannel, CredentialUse::Outbound, alone.data(), {}));
  }
}

TEST_F(SchannelCred, NeedsNoAlignment) {
  std::array<std::uint8_t, sizeof cred + 1> memory{};
  std::memcpy(memory.data() + 1, &cred, sizeof cred);
  EXPECT_TRUE(
      read_schannel_cred(TlsSpeaker::Schannel, CredentialUse::Outbound, memory.data() + 1, {}));
}

TEST_F(SchannelCred, BothDirectionsHaveTheirTls) {
  use_certificates({ec});
  const auto data = read(CredentialUse::Both).value();
  EXPECT_TRUE(data->client->has_certificate());
  EXPECT_TRUE(data->server->has_certificate());
}

TEST_F(SchannelCred, CertificatesWithTheirKeys) {  // W:schannel:400-413, 491-503
  const CERT_CONTEXT bogus = *ec;
  const struct {
    std::vector<PCCERT_CONTEXT> certificates;
    Status expected;
  } rows[] = {{{ec}, Status::Ok},
              {{ec, rsa}, Status::Ok},
              {{keyless}, Status::NoCredentials},
              {{rsa, keyless}, Status::NoCredentials},
              {{&bogus}, Status::UnknownCredentials},
              {{&bogus, ec}, Status::UnknownCredentials},
              {{ec, &bogus}, Status::UnknownCredentials},
              {{nullptr}, Status::UnknownCredentials},
              {{ec, ec}, Status::UnknownCredentials}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    certificates = rows[i].certificates;
    cred.cCreds = static_cast<DWORD>(certificates.size());
    cred.paCred = certificates.data();
    for (const auto use : {CredentialUse::Outbound, CredentialUse::Inbound})
      EXPECT_EQ(status(use), rows[i].expected) << i;
  }
}

TEST_F(SchannelCred, CountsThatCannotBe) {
  cred.cCreds = 1;
  EXPECT_EQ(status(), Status::UnknownCredentials);  // paCred is NULL
  certificates.assign(SCH_CRED_MAX_SUPPORTED_CERTS + 1, ec);
  cred.paCred = certificates.data();
  cred.cCreds = SCH_CRED_MAX_SUPPORTED_CERTS + 1;
  EXPECT_EQ(status(), Status::UnknownCredentials);
  cred.cCreds = 0;
  EXPECT_EQ(status(), Status::Ok);
  algorithms.assign(SCH_CRED_MAX_SUPPORTED_ALGS + 1, CALG_AES_128);
  cred.palgSupportedAlgs = algorithms.data();
  cred.cSupportedAlgs = SCH_CRED_MAX_SUPPORTED_ALGS + 1;
  EXPECT_EQ(status(), Status::UnknownCredentials);
  cred.cSupportedAlgs = SCH_CRED_MAX_SUPPORTED_ALGS;
  EXPECT_EQ(status(), Status::Ok);
  cred.palgSupportedAlgs = nullptr;  // as documented: the defaults
  EXPECT_EQ(status(), Status::Ok);
}

TEST_F(SchannelCred, FormsOfCertificates) {
  const struct {
    DWORD format;
    Status expected;
  } rows[] = {{SCH_CRED_FORMAT_CERT_CONTEXT, Status::Ok},
              {SCH_CRED_FORMAT_CERT_HASH, Status::UnsupportedFunction},
              {SCH_CRED_FORMAT_CERT_HASH_STORE, Status::UnsupportedFunction},
              {3, Status::UnknownCredentials}};
  for (const auto& row : rows) {
    cred.dwCredFormat = row.format;
    EXPECT_EQ(status(), row.expected) << row.format;
  }
}

TEST_F(SchannelCred, Protocols) {  // W:schannel:356-366, 1798-1808
  constexpr auto kOut = CredentialUse::Outbound, kIn = CredentialUse::Inbound;
  constexpr auto kBoth = CredentialUse::Both;
  const struct {
    DWORD enabled;
    CredentialUse use;
    Status expected;
  } rows[] = {
      {SP_PROT_TLS1_2_CLIENT, kOut, Status::Ok},
      {SP_PROT_TLS1_3_CLIENT, kOut, Status::Ok},
      {SP_PROT_TLS1_2_SERVER, kOut, Status::AlgorithmMismatch},
      {SP_PROT_TLS1_2_SERVER, kIn, Status::Ok},
      {SP_PROT_TLS1_3_CLIENT, kIn, Status::AlgorithmMismatch},
      {SP_PROT_TLS1_2, kOut, Status::Ok},
      {SP_PROT_TLS1_2, kIn, Status::Ok},
      {SP_PROT_TLS1_2, kBoth, Status::Ok},
      {SP_PROT_TLS1_2_SERVER, kBoth, Status::AlgorithmMismatch},
      {SP_PROT_TLS1_2_CLIENT, kBoth, Status::AlgorithmMismatch},
      {SP_PROT_TLS1_X_CLIENT | SP_PROT_SSL3_CLIENT, kOut, Status::Ok},
      {SP_PROT_TLS1_0_CLIENT | SP_PROT_TLS1_1_CLIENT, kOut, Status::AlgorithmMismatch},
      {SP_PROT_SSL3_CLIENT, kOut, Status::AlgorithmMismatch},
      {SP_PROT_DTLS1_X_CLIENT, kOut, Status::AlgorithmMismatch},
      {SP_PROT_DTLS1_2_CLIENT | SP_PROT_TLS1_2_CLIENT, kOut, Status::AlgorithmMismatch},
      {SP_PROT_DTLS1_2_CLIENT | SP_PROT_TLS1_2_SERVER, kOut, Status::AlgorithmMismatch},
      {SP_PROT_DTLS1_2_SERVER | SP_PROT_TLS1_2_CLIENT, kOut, Status::AlgorithmMismatch},
      {SP_PROT_DTLS_CLIENT | SP_PROT_SSL3_SERVER, kOut, Status::AlgorithmMismatch},
      {SP_PROT_DTLS1_2_SERVER | SP_PROT_TLS1_2_SERVER, kIn, Status::AlgorithmMismatch},
      {SP_PROT_ALL, kOut, Status::AlgorithmMismatch},
  };
  for (const auto& row : rows) {
    cred.grbitEnabledProtocols = row.enabled;
    EXPECT_EQ(status(row.use), row.expected) << std::hex << row.enabled;
  }
  cred.grbitEnabledProtocols = SP_PROT_TLS1_3_CLIENT;
  EXPECT_EQ(client().minimum, tls::Version::Tls13);
  cred.grbitEnabledProtocols = SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_SERVER;
  EXPECT_EQ(client().maximum, tls::Version::Tls12);
}

TEST_F(SchannelCred, CipherStrengths) {
  const struct {
    DWORD minimum, maximum;
    std::uint32_t weakest, strongest;  // 0: AlgorithmMismatch
  } rows[] = {{0, 0, 128, 256},      {56, 0, 128, 256},     {128, 128, 128, 128},
              {129, 0, 256, 256},    {256, 256, 256, 256},  {0, 255, 128, 128},
              {0, 127, 0, 0},        {257, 0, 0, 0},        {256, 128, 0, 0},
              {0xFFFFFFFF, 0, 0, 0}, {0, 0xFFFFFFFF, 0, 0}, {0xFFFFFFFF, 0xFFFFFFFF, 0, 0}};
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.minimum) + " to " + std::to_string(row.maximum));
    cred.dwMinimumCipherStrength = row.minimum;
    cred.dwMaximumCipherStrength = row.maximum;
    if (row.weakest == 0) {
      EXPECT_EQ(status(), Status::AlgorithmMismatch);
      continue;
    }
    ASSERT_EQ(status(), Status::Ok);
    const tls::Options options = client();
    std::uint32_t weakest = 1000, strongest = 0;
    for (const auto& suite : options.algorithms.suites.rows()) {
      weakest = std::min(weakest, suite.strength);
      strongest = std::max(strongest, suite.strength);
    }
    EXPECT_EQ(weakest, row.weakest);
    EXPECT_EQ(strongest, row.strongest);
  }
}

// Windows: a class that the list does not name keeps its defaults.
TEST_F(SchannelCred, SupportedAlgorithms) {
  using tls::CipherSuite;
  const tls::Algorithms all;
  const auto num_suites = [&] { return client().algorithms.suites.rows().size(); };

  use_algorithms({CALG_ECDH_EPHEM});
  EXPECT_TRUE(client().algorithms == all);
  use_algorithms({CALG_ECDH, CALG_RSA_KEYX, CALG_DH_EPHEM});
  EXPECT_TRUE(client().algorithms == all);

  use_algorithms({CALG_AES_256, CALG_RC4});
  EXPECT_GT(num_suites(), 0U);
  EXPECT_FALSE(client().algorithms.suites.any_of([](const CipherSuite& suite) {
    return suite.strength != 256 || suite.cipher != tls::Cipher::Aes;
  }));
  use_algorithms({CALG_AES});
  EXPECT_FALSE(client().algorithms.suites.any_of(
      [](const CipherSuite& suite) { return suite.cipher != tls::Cipher::Aes; }));
  EXPECT_EQ(num_suites(), all.suites.rows().size() - 3);

  use_algorithms({CALG_SHA_384});
  EXPECT_FALSE(client().algorithms.suites.any_of(
      [](const CipherSuite& suite) { return suite.hash != tls::Hash::Sha384; }));
  use_algorithms({CALG_SHA1});
  EXPECT_EQ(num_suites(), 4U);
  EXPECT_EQ(client().maximum, tls::Version::Tls12);

  use_algorithms({CALG_RSA_SIGN});
  EXPECT_FALSE(client().algorithms.can_sign_with(tls::KeyKind::Ecdsa));
  EXPECT_FALSE(client().algorithms.can_sign_with(tls::KeyKind::Ed25519));
  EXPECT_TRUE(client().algorithms.can_sign_with(tls::KeyKind::Rsa));

  // What is not done here is no algorithm that is left. 0 is the number of nothing.
  for (const ALG_ID id : {CALG_RSA_KEYX, CALG_DH_EPHEM, CALG_RC4, CALG_3DES, CALG_NULLCIPHER,
                          CALG_MD5, CALG_DSS_SIGN}) {
    use_algorithms({static_cast<ALG_ID>(id), 0});
    EXPECT_EQ(status(), Status::AlgorithmMismatch) << std::hex << id;
  }
  use_algorithms({0, CALG_TLS1_MASTER});
  EXPECT_TRUE(client().algorithms == all);
}

TEST_F(SchannelCred, FlagsThatASessionNeeds) {
  cred.dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS |
                 SCH_CRED_NO_SERVERNAME_CHECK | SCH_CRED_DEFERRED_CRED_VALIDATION |
                 SCH_CRED_IGNORE_NO_REVOCATION_CHECK | SCH_CRED_IGNORE_REVOCATION_OFFLINE |
                 SCH_CRED_NO_SYSTEM_MAPPER | SCH_CRED_DISABLE_RECONNECTS;
  cred.dwSessionLifespan = 1000;
  const auto data = read(CredentialUse::Inbound).value();
  EXPECT_TRUE(data->validation.manual);
  EXPECT_TRUE(data->validation.deferred);
  EXPECT_FALSE(data->validation.checks_name);
  EXPECT_TRUE(data->validation.ignores_missing_revocation);
  EXPECT_TRUE(data->validation.ignores_offline_revocation);
  EXPECT_EQ(data->validation.revocation, Revocation::Unchecked);
  EXPECT_FALSE(data->resumes);
  EXPECT_EQ(data->session_lifespan_ms, 1000U);
  const struct {
    DWORD flag;
    Revocation expected;
  } rows[] = {{SCH_CRED_REVOCATION_CHECK_END_CERT, Revocation::EndCertificate},
              {SCH_CRED_REVOCATION_CHECK_CHAIN, Revocation::Chain},
              {SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT, Revocation::ChainWithoutRoot}};
  for (const auto& row : rows) {
    cred.dwFlags = row.flag;
    EXPECT_EQ(read(CredentialUse::Outbound).value()->validation.revocation, row.expected);
  }
  EXPECT_FALSE(client().send_root);
  use_certificates({ec});
  cred.dwFlags = SCH_SEND_ROOT_CERT;
  EXPECT_TRUE(client().send_root);
}

TEST_F(SchannelCred, FlagsThatChangeNothingHere) {
  // Weak algorithms, encryption by nothing and split records are not offered in the first place.
  cred.dwFlags = SCH_USE_STRONG_CRYPTO | SCH_ALLOW_NULL_ENCRYPTION | SCH_SEND_AUX_RECORD |
                 SCH_CRED_AUTO_CRED_VALIDATION | SCH_CRED_USE_DEFAULT_CREDS;
  EXPECT_TRUE(client().algorithms == tls::Algorithms());
}

TEST_F(SchannelCred, FlagsThatAreRefused) {
  const struct {
    DWORD flags;
    Status expected;
  } rows[] = {
      {SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_AUTO_CRED_VALIDATION, Status::UnknownCredentials},
      {SCH_CRED_NO_DEFAULT_CREDS | SCH_CRED_USE_DEFAULT_CREDS, Status::UnknownCredentials},
      {SCH_CRED_REVOCATION_CHECK_CHAIN | SCH_CRED_REVOCATION_CHECK_END_CERT,
       Status::UnknownCredentials},
      {SCH_CRED_REVOCATION_CHECK_CHAIN | SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
       Status::UnknownCredentials},
      {SCH_CRED_REVOCATION_CHECK_END_CERT | SCH_CRED_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
       Status::UnknownCredentials},
      {SCH_USE_PRESHAREDKEY_ONLY, Status::UnsupportedFunction},
      {SCH_USE_DTLS_ONLY, Status::AlgorithmMismatch}};
  for (const auto& row : rows) {
    cred.dwFlags = row.flags;
    EXPECT_EQ(status(), row.expected) << std::hex << row.flags;
  }
}

TEST_F(SchannelCred, RootsOfClients) {
  const HCERTSTORE store = new_certificate_store(test::issue_authority("Root").key_pair()).value();
  cred.hRootStore = store;
  const auto data = read(CredentialUse::Inbound).value();
  ASSERT_TRUE(data->client_roots);
  ASSERT_EQ(data->client_roots->size(), 1U);
  EXPECT_EQ(data->client_roots->front().subject_name(), "CN=Root");
  EXPECT_EQ(close_store(store), Closed::Whole);
  EXPECT_EQ(status(CredentialUse::Inbound), Status::UnknownCredentials);
  EXPECT_EQ(status(CredentialUse::Outbound), Status::Ok);  // for servers only
}

TEST_F(SchannelCred, KeyLogGoesAlong) {
  std::string lines;
  const TlsRules rules{.key_log = [&](std::string_view line) { lines += line; }};
  const auto data =
      read_schannel_cred(TlsSpeaker::Schannel, CredentialUse::Outbound, &cred, rules).value();
  data->client->options().key_log("line");
  EXPECT_EQ(lines, "line");
}

}  // namespace
}  // namespace opensspi::abi
