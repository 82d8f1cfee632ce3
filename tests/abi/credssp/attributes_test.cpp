// What an established CREDSSP context answers, on both sides.
#include "pair.h"

namespace caller {
namespace {

class CredSspAttributes : public testing::TestWithParam<DWORD> {
 protected:
  CredSspAttributes() {
    talk(client, server);
    EXPECT_STATUS(SEC_E_OK, client.status());
    EXPECT_STATUS(SEC_E_OK, server.status());
  }

  CredSspPair pair{{.client_protocols = GetParam()}};
  Party& client = pair.client;
  Party& server = pair.server;
  Party* const both[2] = {&client, &server};
};
INSTANTIATE_TEST_SUITE_P(Versions, CredSspAttributes, testing::ValuesIn(kTlsVersions),
                         name_of_version);

TEST_P(CredSspAttributes, StreamSizes) {
  for (Party* party : both) {
    const SecPkgContext_StreamSizes sizes = stream_sizes(*party);
    const bool tls12 = GetParam() == SP_PROT_TLS1_2_CLIENT;
    EXPECT_EQ(tls12 ? 13u : 5u, sizes.cbHeader);    // AES-GCM in TLS 1.2 sends its nonce
    EXPECT_EQ(tls12 ? 16u : 17u, sizes.cbTrailer);  // TLS 1.3 has the content type inside
    EXPECT_EQ(16384u, sizes.cbMaximumMessage);
    EXPECT_EQ(4u, sizes.cBuffers);
    EXPECT_EQ(16u, sizes.cbBlockSize);
  }
}

TEST_P(CredSspAttributes, Sizes) {
  for (Party* party : both) {
    SecPkgContext_Sizes sizes{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_SIZES, &sizes));
    EXPECT_EQ(73032u, sizes.cbMaxToken);
    EXPECT_EQ(0u, sizes.cbMaxSignature);  // there is no MakeSignature
  }
}

TEST_P(CredSspAttributes, NamesOnBothSides) {
  for (Party* party : both) {
    SecPkgContext_NamesW names{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_NAMES, &names));
    EXPECT_EQ("WONDERLAND\\alice", ascii(names.sUserName));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
  }
}

TEST_P(CredSspAttributes, ConnectionInfo) {
  const bool tls12 = GetParam() == SP_PROT_TLS1_2_CLIENT;
  SecPkgContext_ConnectionInfo info{};
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_CONNECTION_INFO, &info));
  EXPECT_EQ(tls12 ? SP_PROT_TLS1_2_CLIENT : SP_PROT_TLS1_3_CLIENT, int(info.dwProtocol));
  EXPECT_GE(info.dwCipherStrength, 128u);
  EXPECT_EQ(0u, info.dwHashStrength);  // AEAD
  EXPECT_GE(info.dwExchStrength, 255u);
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(server.get(), SECPKG_ATTR_CONNECTION_INFO, &info));
  EXPECT_EQ(tls12 ? SP_PROT_TLS1_2_SERVER : SP_PROT_TLS1_3_SERVER, int(info.dwProtocol));
}

TEST_P(CredSspAttributes, TlsInWords) {
  for (Party* party : both) {
    opensspi_tls_info info{};
    ASSERT_STATUS(SEC_E_OK, opensspi_tls(party->get(), &info));
    const bool tls12 = GetParam() == SP_PROT_TLS1_2_CLIENT;
    EXPECT_EQ(tls12 ? 0x0303 : 0x0304, info.protocol);
    EXPECT_STREQ(tls12 ? "TLS 1.2" : "TLS 1.3", info.version);
    EXPECT_EQ(0, std::strncmp("TLS_", info.cipher_suite_name, 4)) << info.cipher_suite_name;
    EXPECT_NE(0, info.cipher_suite);
  }
}

TEST_P(CredSspAttributes, CredSspVersion) {
  for (Party* party : both) {
    std::uint32_t version = 0;
    ASSERT_STATUS(SEC_E_OK, opensspi_credssp_version(party->get(), &version));
    EXPECT_EQ(6u, version);
  }
}

TEST_P(CredSspAttributes, CertificateOfTheServer) {
  PCCERT_CONTEXT remote = nullptr, local = nullptr;
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_REMOTE_CERT_CONTEXT, &remote));
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(server.get(), SECPKG_ATTR_LOCAL_CERT_CONTEXT, &local));
  const CERT_CONTEXT& expected = *server_certificate();
  for (const PCCERT_CONTEXT context : {remote, local}) {
    ASSERT_EQ(expected.cbCertEncoded, context->cbCertEncoded);
    EXPECT_EQ(0,
              std::memcmp(expected.pbCertEncoded, context->pbCertEncoded, expected.cbCertEncoded));
    EXPECT_TRUE(CertFreeCertificateContext(context));
  }
  // The client has none.
  PCCERT_CONTEXT none = nullptr;
  EXPECT_LT(QueryContextAttributesW(server.get(), SECPKG_ATTR_REMOTE_CERT_CONTEXT, &none), 0);
  EXPECT_EQ(nullptr, none);
}

// Windows: the store of the remote certificate holds the chain, itself included.
TEST_P(CredSspAttributes, StoreOfTheRemoteCertificateCanBeEnumerated) {
  PCCERT_CONTEXT remote = nullptr;
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_REMOTE_CERT_CONTEXT, &remote));
  ASSERT_NE(nullptr, remote->hCertStore);
  int count = 0;
  for (PCCERT_CONTEXT at = nullptr;
       (at = CertEnumCertificatesInStore(remote->hCertStore, at)) != nullptr; ++count)
    EXPECT_EQ(remote->cbCertEncoded, at->cbCertEncoded);
  EXPECT_EQ(1, count);
  EXPECT_TRUE(CertFreeCertificateContext(remote));
}

TEST_P(CredSspAttributes, SessionKeyOfTheInnerLogonIsTheSameOnBothSides) {
  Bytes keys[2];
  for (int i = 0; i < 2; ++i) {
    SecPkgContext_SessionKey key{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(both[i]->get(), SECPKG_ATTR_SESSION_KEY, &key));
    keys[i].assign(key.SessionKey, key.SessionKey + key.SessionKeyLength);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(key.SessionKey));
  }
  EXPECT_EQ(16u, keys[0].size());
  EXPECT_EQ(keys[0], keys[1]);
}

TEST_P(CredSspAttributes, EapKeyBlockOfTls12IsTheSameOnBothSides) {
  SecPkgContext_EapKeyBlock blocks[2] = {};
  for (int i = 0; i < 2; ++i) {
    const SECURITY_STATUS status =
        QueryContextAttributesW(both[i]->get(), SECPKG_ATTR_EAP_KEY_BLOCK, &blocks[i]);
    if (GetParam() != SP_PROT_TLS1_2_CLIENT) {
      EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, status);
      return;
    }
    EXPECT_STATUS(SEC_E_OK, status);
  }
  EXPECT_EQ(0, std::memcmp(&blocks[0], &blocks[1], sizeof blocks[0]));
  const SecPkgContext_EapKeyBlock zeros{};
  EXPECT_NE(0, std::memcmp(zeros.rgbKeys, blocks[0].rgbKeys, sizeof zeros.rgbKeys));
  EXPECT_NE(0, std::memcmp(zeros.rgbIVs, blocks[0].rgbIVs, sizeof zeros.rgbIVs));
}

TEST_P(CredSspAttributes, LifespanEndsAsTheContextDoes) {
  for (Party* party : both) {
    SecPkgContext_Lifespan lifespan{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_LIFESPAN, &lifespan));
    EXPECT_EQ(party->last().expiry.QuadPart, lifespan.tsExpiry.QuadPart);
  }
}

TEST_P(CredSspAttributes, Packages) {
  for (Party* party : both) {
    SecPkgContext_PackageInfoW info{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_PACKAGE_INFO, &info));
    EXPECT_EQ("CREDSSP", ascii(info.PackageInfo->Name));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info.PackageInfo));
    SecPkgContext_PackageInfoA chosen{};
    ASSERT_STATUS(SEC_E_OK,
                  QueryContextAttributesA(party->get(), SECPKG_ATTR_NEGOTIATION_PACKAGE, &chosen));
    EXPECT_STREQ("NTLM", chosen.PackageInfo->Name);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(chosen.PackageInfo));
  }
}

TEST_P(CredSspAttributes, HowTheServerWasAuthenticated) {
  CERT_TRUST_STATUS trust{};
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_CERT_TRUST_STATUS, &trust));
  EXPECT_NE(0u, trust.dwErrorStatus & CERT_TRUST_IS_UNTRUSTED_ROOT);
  EXPECT_EQ(0u, trust.dwErrorStatus & CERT_TRUST_IS_NOT_TIME_VALID);
  SecPkgContext_Flags flags{77};
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_SERVER_AUTH_FLAGS, &flags));
  EXPECT_EQ(0u, flags.Flags & CREDSSP_SERVER_AUTH_CERTIFICATE);
  // Only a client judges its server.
  for (const ULONG attribute :
       {ULONG{SECPKG_ATTR_SERVER_AUTH_FLAGS}, ULONG{SECPKG_ATTR_CERT_TRUST_STATUS}}) {
    std::uint64_t untouched = 77;
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryContextAttributesW(server.get(), attribute, &untouched));
    EXPECT_EQ(77u, untouched);
  }
}

std::basic_string<SEC_WCHAR> packed(const Bytes& block, const UNICODE_STRING& part) {
  const auto offset = reinterpret_cast<std::uintptr_t>(part.Buffer);
  EXPECT_EQ(0u, offset % 2);
  EXPECT_LE(offset + part.Length, block.size());
  std::basic_string<SEC_WCHAR> text(part.Length / 2, 0);
  std::memcpy(text.data(), block.data() + offset, part.Length);
  return text;
}

TEST_P(CredSspAttributes, DelegatedCredentialAsAPackedLogon) {
  for (const ULONG attribute : {ULONG{SECPKG_ATTR_CREDS}, ULONG{SECPKG_ATTR_CREDS_2}}) {
    SecPkgContext_ClientCreds creds{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(server.get(), attribute, &creds));
    const Bytes block(creds.AuthBuffer, creds.AuthBuffer + creds.AuthBufferLen);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(creds.AuthBuffer));
    KERB_INTERACTIVE_LOGON logon;
    ASSERT_GE(block.size(), sizeof logon);
    std::memcpy(&logon, block.data(), sizeof logon);
    EXPECT_EQ(KerbInteractiveLogon, logon.MessageType);
    EXPECT_EQ(u"WONDERLAND", packed(block, logon.LogonDomainName));
    EXPECT_EQ(u"alice", packed(block, logon.UserName));
    EXPECT_EQ(u"Queen of \u2665", packed(block, logon.Password));
    std::uint64_t untouched[2] = {77, 77};
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryContextAttributesW(client.get(), attribute, untouched));
    EXPECT_EQ(77u, untouched[0]);
  }
}

TEST_P(CredSspAttributes, DelegatedCredentialReadyForUse) {
  opensspi_identity identity{};
  ASSERT_STATUS(SEC_E_OK, opensspi_delegated_credential(server.get(), &identity));
  EXPECT_STREQ("alice", identity.user);
  EXPECT_STREQ("WONDERLAND", identity.domain);
  EXPECT_STREQ(kPassword, identity.password);
  EXPECT_EQ(std::strlen(kPassword), identity.password_size);
  opensspi_identity_free(&identity);
  EXPECT_EQ(nullptr, identity.user);
  EXPECT_EQ(nullptr, identity.password);
  opensspi_identity_free(&identity);
  opensspi_identity_free(nullptr);
  EXPECT_LT(opensspi_delegated_credential(client.get(), &identity), 0);
  EXPECT_LT(opensspi_delegated_credential(server.get(), nullptr), 0);
}

TEST_P(CredSspAttributes, FlagsAreTheGrantedOnes) {
  for (Party* party : both) {
    SecPkgContext_Flags flags{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_FLAGS, &flags));
    EXPECT_EQ(party->last().attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY}, flags.Flags);
  }
}

TEST_P(CredSspAttributes, OthersAreUnsupported) {
  for (Party* party : both) {
    std::uint64_t untouched[8] = {77};
    for (const ULONG attribute : {ULONG{SECPKG_ATTR_KEY_INFO}, ULONG{SECPKG_ATTR_DCE_INFO},
                                  ULONG{0x80000099}, ULONG{0x7FFFFFFF}}) {
      EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                    QueryContextAttributesW(party->get(), attribute, untouched));
      EXPECT_EQ(77u, untouched[0]);
    }
  }
}

// What a server is handed of an account of Microsoft's is an identity to log on with elsewhere.
TEST(CredSspOnlineIdentity, IsMarshalledForCreds2) {
  CredSspPair pair{{.domain = u"MicrosoftAccount"}};
  ASSERT_LOGGED_ON(pair.client, pair.server);
  SecPkgContext_ClientCreds creds{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(pair.server.get(), SECPKG_ATTR_CREDS_2, &creds));
  PSEC_WINNT_AUTH_IDENTITY_OPAQUE identity = nullptr;
  ASSERT_STATUS(SEC_E_OK,
                SspiUnmarshalAuthIdentity(creds.AuthBufferLen,
                                          reinterpret_cast<char*>(creds.AuthBuffer), &identity));
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(creds.AuthBuffer));
  PCWSTR user = nullptr, domain = nullptr, password = nullptr;
  EXPECT_STATUS(SEC_E_OK, SspiEncodeAuthIdentityAsStrings(identity, &user, &domain, &password));
  EXPECT_EQ("alice", ascii(user));
  EXPECT_EQ("MicrosoftAccount", ascii(domain));
  for (const PCWSTR text : {user, domain, password}) SspiLocalFree(const_cast<SEC_WCHAR*>(text));
  Credential next_hop = acquire_client(CREDSSP_NAME, CredSspCred::client(identity).get());
  EXPECT_TRUE(SecIsValidHandle(next_hop.get()));
  SspiFreeAuthIdentity(identity);
}

// Windows programs ask for these before the end, too.
TEST(CredSspEarly, TlsAndVersionAreKnownBeforeTheEnd) {
  CredSspPair pair;
  std::uint32_t version = 0;
  opensspi_tls_info tls{};
  pair.client.run();
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, opensspi_tls(pair.client.get(), &tls));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, opensspi_credssp_version(pair.client.get(), &version));
  const char* mechanism = "untouched";
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, opensspi_mechanism(pair.client.get(), &mechanism));
  EXPECT_STREQ("untouched", mechanism);
  SecPkgContext_StreamSizes sizes{};
  EXPECT_STATUS(SEC_E_INVALID_HANDLE,
                QueryContextAttributesW(pair.client.get(), SECPKG_ATTR_STREAM_SIZES, &sizes));
  pair.server.receive(pair.client.last().token);
  pair.client.receive(pair.server.run().token);
  pair.client.run();
  EXPECT_STATUS(SEC_E_OK, opensspi_tls(pair.client.get(), &tls));
  pair.server.receive(pair.client.last().token);
  pair.server.run();
  EXPECT_STATUS(SEC_E_OK, opensspi_tls(pair.server.get(), &tls));
  EXPECT_STATUS(SEC_E_OK, opensspi_credssp_version(pair.server.get(), &version));
  EXPECT_EQ(6u, version);
  EXPECT_STATUS(SEC_E_OK, opensspi_mechanism(pair.server.get(), &mechanism));
  EXPECT_STREQ("NTLM", mechanism);
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER, opensspi_mechanism(pair.server.get(), nullptr));
}

}  // namespace
}  // namespace caller
