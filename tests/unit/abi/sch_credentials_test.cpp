// SCH_CREDENTIALS: what TLS_PARAMETERS and CRYPTO_SETTINGS take away, and what they cannot.
#include <array>
#include <string_view>
#include <utility>

#include "unit/abi/schannel_cred.h"

namespace opensspi::abi {
namespace {

class SchCredentials : public SchannelCred {
 protected:
  SchCredentials() {
    modern.dwVersion = SCH_CREDENTIALS_VERSION;
    modern.cTlsParameters = 1;
    modern.pTlsParameters = &parameters[0];
    parameters[0].pDisabledCrypto = settings.data();
  }

  Result<std::shared_ptr<const TlsAuthData>> read(CredentialUse use = CredentialUse::Outbound) {
    return read_schannel_cred(TlsSpeaker::Schannel, use, &modern, {});
  }
  Status status(CredentialUse use = CredentialUse::Outbound) {
    const auto data = read(use);
    return data ? Status::Ok : data.error().status;
  }
  tls::Options client() { return read().value()->client->options(); }

  UNICODE_STRING text(std::u16string_view name) {
    texts.emplace_back(name.begin(), name.end());
    auto& stored = texts.back();
    UNICODE_STRING string{};
    string.Length = string.MaximumLength = static_cast<USHORT>(stored.size() * sizeof(SEC_WCHAR));
    string.Buffer = reinterpret_cast<decltype(string.Buffer)>(stored.data());
    return string;
  }
  // The one entry of pDisabledCrypto.
  CRYPTO_SETTINGS& disable(eTlsAlgorithmUsage usage, std::u16string_view name, DWORD minimum = 0,
                           DWORD maximum = 0) {
    parameters[0].cDisabledCrypto = 1;
    settings[0] = {};
    settings[0].eAlgorithmUsage = usage;
    settings[0].strCngAlgId = text(name);
    settings[0].dwMinBitLength = minimum;
    settings[0].dwMaxBitLength = maximum;
    return settings[0];
  }
  template <class Is>
  bool any_suite(Is is) {
    return client().algorithms.suites.any_of(is);
  }

  std::vector<std::vector<char16_t>> texts;  // exact, so that a read beyond shows
  std::array<CRYPTO_SETTINGS, SCH_CRED_MAX_SUPPORTED_CRYPTO_SETTINGS> settings{};
  std::array<TLS_PARAMETERS, SCH_CRED_MAX_SUPPORTED_PARAMETERS> parameters{};
  SCH_CREDENTIALS modern{};
};

TEST_F(SchCredentials, ZeroedIsGood) {  // W:schannel:513
  modern = {};
  modern.dwVersion = SCH_CREDENTIALS_VERSION;
  EXPECT_EQ(status(), Status::Ok);
  EXPECT_EQ(status(CredentialUse::Inbound), Status::Ok);
}

TEST_F(SchCredentials, HasWhatTheOlderOneHas) {
  const HCERTSTORE store = new_certificate_store(test::issue_authority("Root").key_pair()).value();
  PCCERT_CONTEXT list = ec;
  modern.cCreds = 1;
  modern.paCred = &list;
  modern.hRootStore = store;
  modern.dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION;
  modern.dwSessionLifespan = 7;
  const auto data = read(CredentialUse::Inbound).value();
  EXPECT_TRUE(data->server->has_certificate());
  EXPECT_EQ(data->client_roots.value().size(), 1U);
  EXPECT_TRUE(data->validation.manual);
  EXPECT_EQ(data->session_lifespan_ms, 7U);
  EXPECT_EQ(close_store(store), Closed::Whole);
  modern.hRootStore = nullptr;
  modern.dwCredFormat = SCH_CRED_FORMAT_CERT_HASH;
  EXPECT_EQ(status(), Status::UnsupportedFunction);
}

TEST_F(SchCredentials, DisabledProtocols) {
  parameters[0].grbitDisabledProtocols = SP_PROT_TLS1_3_CLIENT;
  EXPECT_EQ(client().maximum, tls::Version::Tls12);
  parameters[0].grbitDisabledProtocols = ~static_cast<DWORD>(SP_PROT_TLS1_3_CLIENT);
  EXPECT_EQ(client().minimum, tls::Version::Tls13);
  EXPECT_EQ(status(CredentialUse::Inbound), Status::AlgorithmMismatch);
  parameters[0].grbitDisabledProtocols = SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_CLIENT;
  EXPECT_EQ(status(), Status::AlgorithmMismatch);
  EXPECT_EQ(status(CredentialUse::Inbound), Status::Ok);
}

TEST_F(SchCredentials, DisabledCiphers) {
  using tls::CipherMode;
  using tls::CipherSuite;
  const auto is_aes_gcm = [](const CipherSuite& s) { return s.mode == CipherMode::Gcm; };
  const auto is_cbc = [](const CipherSuite& s) { return s.mode == CipherMode::Cbc; };
  const auto is_chacha = [](const CipherSuite& s) { return s.cipher == tls::Cipher::ChaCha20; };

  disable(TlsParametersCngAlgUsageCipher, u"AES");
  EXPECT_FALSE(any_suite([&](const CipherSuite& suite) { return !is_chacha(suite); }));
  EXPECT_TRUE(any_suite(is_chacha));
  disable(TlsParametersCngAlgUsageCipher, u"CHACHA20_POLY1305");
  EXPECT_FALSE(any_suite(is_chacha));

  UNICODE_STRING modes[] = {text(u"ChainingModeCBC"), text(u"ChainingModeCCM")};
  CRYPTO_SETTINGS& cbc = disable(TlsParametersCngAlgUsageCipher, u"AES");
  cbc.cChainingModes = 2;
  cbc.rgstrChainingModes = modes;
  EXPECT_FALSE(any_suite(is_cbc));
  EXPECT_TRUE(any_suite(is_aes_gcm));

  // The lengths are those that stay: what is shorter or longer goes.
  disable(TlsParametersCngAlgUsageCipher, u"AES", 256);
  EXPECT_FALSE(any_suite([](const CipherSuite& suite) { return suite.strength == 128; }));
  EXPECT_TRUE(any_suite(is_aes_gcm));
  disable(TlsParametersCngAlgUsageCipher, u"AES", 0, 128);
  EXPECT_FALSE(any_suite(
      [&](const CipherSuite& suite) { return suite.strength == 256 && !is_chacha(suite); }));
  EXPECT_TRUE(any_suite(is_chacha));
}

TEST_F(SchCredentials, DisabledDigestsExchangesAndSignatures) {
  using tls::CipherSuite;
  const auto groups = [&] {
    std::vector<std::uint16_t> numbers;
    for (const tls::Group& group : client().algorithms.groups.rows())
      numbers.push_back(group.number);
    return numbers;
  };
  using Numbers = std::vector<std::uint16_t>;
  for (const auto& [name, hash] :
       {std::pair{u"SHA1", tls::Hash::Sha1}, std::pair{u"SHA256", tls::Hash::Sha256},
        std::pair{u"SHA384", tls::Hash::Sha384}}) {
    disable(TlsParametersCngAlgUsageDigest, name);
    EXPECT_FALSE(any_suite([h = hash](const CipherSuite& suite) { return suite.hash == h; }));
  }
  disable(TlsParametersCngAlgUsageKeyExchange, u"ECDH");
  EXPECT_EQ(status(), Status::AlgorithmMismatch);
  disable(TlsParametersCngAlgUsageKeyExchange, u"ECDH", 256);
  EXPECT_EQ(groups(), (Numbers{0x17, 0x18}));
  disable(TlsParametersCngAlgUsageKeyExchange, u"ECDH", 0, 256);
  EXPECT_EQ(groups(), (Numbers{0x1D, 0x17}));
  disable(TlsParametersCngAlgUsageKeyExchange, u"ECDH_P256");
  EXPECT_EQ(groups(), (Numbers{0x1D, 0x18}));
  disable(TlsParametersCngAlgUsageKeyExchange, u"ECDH_P384");
  EXPECT_EQ(groups(), (Numbers{0x1D, 0x17}));
  disable(TlsParametersCngAlgUsageKeyExchange, u"curve25519");
  EXPECT_EQ(groups(), (Numbers{0x17, 0x18}));

  for (const char16_t* name : {u"RSA", u"RSA_SIGN"}) {
    disable(TlsParametersCngAlgUsageSignature, name);
    EXPECT_FALSE(client().algorithms.can_sign_with(tls::KeyKind::Rsa));
  }
  disable(TlsParametersCngAlgUsageSignature, u"ECDSA");
  EXPECT_FALSE(client().algorithms.can_sign_with(tls::KeyKind::Ecdsa));
}

TEST_F(SchCredentials, WhatIsNotOfferedIsDisabledAlready) {
  for (const auto& [usage, name] : {std::pair{TlsParametersCngAlgUsageKeyExchange, u"RSA"},
                                    std::pair{TlsParametersCngAlgUsageKeyExchange, u"DH"},
                                    std::pair{TlsParametersCngAlgUsageKeyExchange, u"ECDH_P521"},
                                    std::pair{TlsParametersCngAlgUsageCipher, u"3DES"},
                                    std::pair{TlsParametersCngAlgUsageCipher, u"RC4"},
                                    std::pair{TlsParametersCngAlgUsageDigest, u"MD5"},
                                    std::pair{TlsParametersCngAlgUsageSignature, u"DSA"}}) {
    disable(usage, name);
    EXPECT_TRUE(client().algorithms == tls::Algorithms());
  }
  // The security level holds these in any case.
  disable(TlsParametersCngAlgUsageSignature, u"RSA", 2048);
  EXPECT_TRUE(client().algorithms == tls::Algorithms());
  disable(TlsParametersCngAlgUsageSignature, u"ECDSA", 224);
  EXPECT_TRUE(client().algorithms == tls::Algorithms());
}

TEST_F(SchCredentials, NamesAreReadAsCallersWriteThem) {
  const auto disables_aes = [&] {
    return !any_suite([](const tls::CipherSuite& s) { return s.cipher == tls::Cipher::Aes; });
  };
  disable(TlsParametersCngAlgUsageCipher, std::u16string_view(u"AES\0", 4));  // sizeof
  EXPECT_TRUE(disables_aes());
  disable(TlsParametersCngAlgUsageCipher, u"aes");
  EXPECT_TRUE(disables_aes());
  disable(TlsParametersCngAlgUsageCipher, u"AES2");
  EXPECT_FALSE(disables_aes());
}

TEST_F(SchCredentials, WhatCannotBeHeldToIsRefused) {
  const auto refused = [&](eTlsAlgorithmUsage usage, std::u16string_view name, DWORD minimum = 0,
                           DWORD maximum = 0) {
    disable(usage, name, minimum, maximum);
    return status() == Status::UnsupportedFunction;
  };
  EXPECT_TRUE(refused(TlsParametersCngAlgUsageCertSig, u"SHA256"));
  EXPECT_TRUE(refused(TlsParametersCngAlgUsageSignature, u"ECDSA_P256"));
  EXPECT_TRUE(refused(TlsParametersCngAlgUsageSignature, u"RSA", 3072));
  EXPECT_TRUE(refused(TlsParametersCngAlgUsageSignature, u"RSA", 0, 2048));
  EXPECT_TRUE(refused(TlsParametersCngAlgUsageSignature, u"ECDSA", 256));
  parameters[0].cDisabledCrypto = 0;
  parameters[0].dwFlags = TLS_PARAMS_OPTIONAL;
  EXPECT_EQ(status(CredentialUse::Inbound), Status::UnsupportedFunction);
  parameters[0].dwFlags = 0;
  UNICODE_STRING h2 = text(u"h2");
  parameters[0].cAlpnIds = 1;
  parameters[0].rgstrAlpnIds = &h2;
  EXPECT_EQ(status(CredentialUse::Inbound), Status::UnsupportedFunction);
}

TEST_F(SchCredentials, WhatCannotBeReadIsUnknown) {
  const auto unknown = [&] { return status() == Status::UnknownCredentials; };
  modern.cTlsParameters = 2;
  EXPECT_TRUE(unknown());
  modern.cTlsParameters = SCH_CRED_MAX_SUPPORTED_PARAMETERS + 1;
  EXPECT_TRUE(unknown());
  modern.cTlsParameters = 1;
  modern.pTlsParameters = nullptr;
  EXPECT_TRUE(unknown());
  modern.pTlsParameters = parameters.data();
  parameters[0].cDisabledCrypto = SCH_CRED_MAX_SUPPORTED_CRYPTO_SETTINGS + 1;
  EXPECT_TRUE(unknown());
  parameters[0].cDisabledCrypto = 1;
  EXPECT_TRUE(unknown());  // it names nothing
  parameters[0].pDisabledCrypto = nullptr;
  EXPECT_TRUE(unknown());
  parameters[0].pDisabledCrypto = settings.data();

  disable(static_cast<eTlsAlgorithmUsage>(5), u"AES");
  EXPECT_TRUE(unknown());
  disable(TlsParametersCngAlgUsageCipher, u"AES").strCngAlgId.Length = 5;
  EXPECT_TRUE(unknown());
  disable(TlsParametersCngAlgUsageCipher, u"AES").strCngAlgId.Buffer = nullptr;
  EXPECT_TRUE(unknown());
  const char16_t half[] = {0xD800};
  disable(TlsParametersCngAlgUsageCipher, {half, 1});
  EXPECT_TRUE(unknown());
  disable(TlsParametersCngAlgUsageCipher, std::u16string_view(u"\0", 1));
  EXPECT_TRUE(unknown());

  CRYPTO_SETTINGS& modes = disable(TlsParametersCngAlgUsageCipher, u"AES");
  modes.cChainingModes = 1;
  EXPECT_TRUE(unknown());
  std::vector<UNICODE_STRING> many(SCH_CRED_MAX_SUPPORTED_CHAINING_MODES + 1,
                                   text(u"ChainingModeCBC"));
  modes.rgstrChainingModes = many.data();
  modes.cChainingModes = SCH_CRED_MAX_SUPPORTED_CHAINING_MODES + 1;
  EXPECT_TRUE(unknown());
  modes.cChainingModes = SCH_CRED_MAX_SUPPORTED_CHAINING_MODES;
  EXPECT_EQ(status(), Status::Ok);
}

}  // namespace
}  // namespace opensspi::abi
