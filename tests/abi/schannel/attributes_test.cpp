// What a context of Schannel can be asked, with Windows' structures. Every number:
// docs/schannel.md.
#include "pair.h"

namespace caller {
namespace {

class Attributes : public SchannelTest {
 protected:
  void SetUp() override { ASSERT_LOGGED_ON(pair.client, pair.server); }
  static bool is_tls12() { return GetParam() == SP_PROT_TLS1_2_CLIENT; }

  SchannelPair pair{options()};
};
FOR_BOTH_VERSIONS(Attributes);

TEST_P(Attributes, StreamSizes) {  // W:schannel:1316
  const auto sizes = stream_sizes(pair.client);
  EXPECT_EQ(sizes.cbHeader, is_tls12() ? 13u : 5u);
  EXPECT_EQ(sizes.cbTrailer, is_tls12() ? 16u : 17u);
  EXPECT_EQ(sizes.cbMaximumMessage, 16384u);
  EXPECT_EQ(sizes.cBuffers, 4u);
  EXPECT_EQ(sizes.cbBlockSize, 16u);
}

TEST_P(Attributes, CipherInfo) {  // W:schannel:1275-1301
  const auto info = queried<SecPkgContext_CipherInfo>(pair.client, SECPKG_ATTR_CIPHER_INFO);
  EXPECT_EQ(info.dwVersion, DWORD{SECPKGCONTEXT_CIPHERINFO_V1});
  EXPECT_EQ(info.dwProtocol, is_tls12() ? 0x303u : 0x304u);
  EXPECT_EQ(info.dwCipherSuite, is_tls12() ? 0xC02Fu : 0x1301u);
  EXPECT_EQ(ascii(info.szCipherSuite),
            is_tls12() ? "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" : "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(ascii(info.szCipher), "AES");
  EXPECT_EQ(info.dwCipherLen, 128u);
  EXPECT_EQ(info.dwCipherBlockLen, 16u);
  EXPECT_EQ(ascii(info.szHash), "");
  EXPECT_EQ(info.dwHashLen, 0u);
  EXPECT_EQ(ascii(info.szExchange), "ECDH");
  EXPECT_EQ(info.dwMaxExchangeLen, 65536u);
  EXPECT_EQ(ascii(info.szCertificate), "RSA");
  EXPECT_EQ(info.dwKeyType, 0x1Du);
}

TEST_P(Attributes, KeyInfo) {  // W:schannel:1306-1312
  auto info = queried<SecPkgContext_KeyInfoW>(pair.server, SECPKG_ATTR_KEY_INFO);
  EXPECT_EQ(info.SignatureAlgorithm, ULONG{CALG_RSA_SIGN});
  EXPECT_EQ(ascii(info.sSignatureAlgorithmName), "RSA");
  EXPECT_EQ(info.EncryptAlgorithm, ULONG{CALG_AES_128});
  EXPECT_EQ(info.KeySize, 128u);
  FreeContextBuffer(info.sSignatureAlgorithmName);
  FreeContextBuffer(info.sEncryptAlgorithmName);
}

TEST_P(Attributes, ConnectionInfo) {  // W:schannel:1266
  const auto info = queried<SecPkgContext_ConnectionInfo>(pair.server, SECPKG_ATTR_CONNECTION_INFO);
  EXPECT_EQ(info.dwProtocol,
            static_cast<DWORD>(is_tls12() ? SP_PROT_TLS1_2_SERVER : SP_PROT_TLS1_3_SERVER));
  EXPECT_EQ(info.dwCipherStrength, 128u);
  EXPECT_EQ(info.dwHashStrength, 0u);
}

Bytes bindings_of(Party& party, ULONG attribute) {
  const auto out = queried<SecPkgContext_Bindings>(party, attribute);
  const SEC_CHANNEL_BINDINGS& header = *out.Bindings;
  EXPECT_EQ(header.dwInitiatorAddrType | header.cbInitiatorLength | header.dwInitiatorOffset |
                header.dwAcceptorAddrType | header.cbAcceptorLength | header.dwAcceptorOffset,
            0u);  // W:schannel:1207
  EXPECT_EQ(header.dwApplicationDataOffset, sizeof header);
  EXPECT_EQ(out.BindingsLength, sizeof header + header.cbApplicationDataLength);
  const auto* data = reinterpret_cast<const std::uint8_t*>(out.Bindings) + sizeof header;
  Bytes bytes(data, data + header.cbApplicationDataLength);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(out.Bindings));
  return bytes;
}

bool begins_with(const Bytes& bytes, std::string_view text) {
  return bytes.size() > text.size() && std::equal(text.begin(), text.end(), bytes.begin());
}

TEST_P(Attributes, Bindings) {  // W:schannel:1207-1259
  const Bytes end_point = bindings_of(pair.client, SECPKG_ATTR_ENDPOINT_BINDINGS);
  EXPECT_TRUE(begins_with(end_point, "tls-server-end-point:"));
  EXPECT_EQ(end_point, bindings_of(pair.server, SECPKG_ATTR_ENDPOINT_BINDINGS));
  const Bytes unique = bindings_of(pair.client, SECPKG_ATTR_UNIQUE_BINDINGS);
  EXPECT_TRUE(begins_with(unique, is_tls12() ? "tls-unique:" : "tls-exporter:"));
  EXPECT_EQ(unique, bindings_of(pair.server, SECPKG_ATTR_UNIQUE_BINDINGS));
}

TEST_P(Attributes, Certificates) {
  for (const ULONG attribute : {SECPKG_ATTR_REMOTE_CERT_CONTEXT, SECPKG_ATTR_REMOTE_CERT_CHAIN}) {
    const auto remote = queried<PCCERT_CONTEXT>(pair.client, attribute);
    ASSERT_NE(remote, nullptr);
    EXPECT_EQ(remote->cbCertEncoded, server_certificate()->cbCertEncoded);
    CertFreeCertificateContext(remote);
  }
  const auto local = queried<PCCERT_CONTEXT>(pair.server, SECPKG_ATTR_LOCAL_CERT_CONTEXT);
  ASSERT_NE(local, nullptr);
  CertFreeCertificateContext(local);
}

Bytes keys_of(Party& party, std::uint8_t* context, WORD context_size) {
  char label[] = "EXPORTER-test";
  SecPkgContext_KeyingMaterialInfo info{sizeof label, label, context_size, context, 48};
  EXPECT_STATUS(SEC_E_OK, SetContextAttributesW(party.get(), SECPKG_ATTR_KEYING_MATERIAL_INFO,
                                                &info, sizeof info));
  const auto keys = queried<SecPkgContext_KeyingMaterial>(party, SECPKG_ATTR_KEYING_MATERIAL);
  Bytes bytes(keys.pbKeyingMaterial, keys.pbKeyingMaterial + keys.cbKeyingMaterial);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(keys.pbKeyingMaterial));
  return bytes;
}

TEST_P(Attributes, KeyingMaterial) {
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, query_status(pair.client, SECPKG_ATTR_KEYING_MATERIAL));
  std::uint8_t context[] = {1, 2, 3};
  const Bytes without = keys_of(pair.client, nullptr, 0);
  EXPECT_EQ(without.size(), 48u);
  EXPECT_EQ(without, keys_of(pair.server, nullptr, 0));
  const Bytes with = keys_of(pair.client, context, sizeof context);
  EXPECT_EQ(with, keys_of(pair.server, context, sizeof context));
  EXPECT_NE(with, without);
  SecPkgContext_KeyingMaterialInfo none{};
  EXPECT_STATUS(SEC_E_INVALID_PARAMETER,
                SetContextAttributesA(pair.client.get(), SECPKG_ATTR_KEYING_MATERIAL_INFO, &none,
                                      sizeof none));
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                SetContextAttributesA(pair.client.get(), SECPKG_ATTR_DTLS_MTU, &none, sizeof none));
}

TEST_P(Attributes, EveryNumber) {
  struct Row {
    ULONG attribute;
    SECURITY_STATUS client, server;
  };
  constexpr SECURITY_STATUS kOk = SEC_E_OK, kNone = SEC_E_NO_CREDENTIALS,
                            kUnsupported = SEC_E_UNSUPPORTED_FUNCTION;
  const SECURITY_STATUS eap = is_tls12() ? kOk : kUnsupported;
  const std::vector<Row> rows = {
      {SECPKG_ATTR_SIZES, kOk, kOk},
      {SECPKG_ATTR_LIFESPAN, kOk, kOk},
      {SECPKG_ATTR_STREAM_SIZES, kOk, kOk},
      {SECPKG_ATTR_FLAGS, kOk, kOk},
      {SECPKG_ATTR_CONNECTION_INFO, kOk, kOk},
      {SECPKG_ATTR_CIPHER_INFO, kOk, kOk},
      {SECPKG_ATTR_SESSION_INFO, kOk, kOk},
      {SECPKG_ATTR_APPLICATION_PROTOCOL, kOk, kOk},
      {SECPKG_ATTR_EAP_KEY_BLOCK, eap, eap},
      {SECPKG_ATTR_REMOTE_CERT_CONTEXT, kOk, kNone},
      {SECPKG_ATTR_REMOTE_CERT_CHAIN, kOk, kNone},
      {SECPKG_ATTR_LOCAL_CERT_CONTEXT, kNone, kOk},
      {SECPKG_ATTR_NAMES, kUnsupported, kUnsupported},
      {SECPKG_ATTR_NEGOTIATION_INFO, kUnsupported, kUnsupported},  // W:schannel:1319
      {SECPKG_ATTR_SESSION_KEY, kUnsupported, kUnsupported},
      {SECPKG_ATTR_ACCESS_TOKEN, kUnsupported, kUnsupported},
      {SECPKG_ATTR_CERT_CHECK_RESULT, kUnsupported, kNone},
      {SECPKG_ATTR_KEYING_MATERIAL, kUnsupported, kUnsupported},
      {SECPKG_ATTR_CREDS, kUnsupported, kUnsupported},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.attribute);
    for (Party* party : {&pair.client, &pair.server}) {
      EXPECT_STATUS(party == &pair.client ? row.client : row.server,
                    query_status(*party, row.attribute));
    }
  }
  // Those that are answered with blocks or objects are above; what is in no table has no answer.
  for (ULONG attribute = 0; attribute < 0x90; ++attribute) {
    const auto is_row = [&](const Row& row) { return row.attribute == attribute; };
    if (std::any_of(rows.begin(), rows.end(), is_row)) continue;
    switch (attribute) {
      case SECPKG_ATTR_KEY_INFO:
      case SECPKG_ATTR_PACKAGE_INFO:
      case SECPKG_ATTR_UNIQUE_BINDINGS:
      case SECPKG_ATTR_ENDPOINT_BINDINGS:
      case SECPKG_ATTR_CERT_CHECK_RESULT_INPROC:
      case SECPKG_ATTR_ISSUER_LIST_EX:
        continue;
      default:
        EXPECT_STATUS(kUnsupported, query_status(pair.client, attribute)) << attribute;
    }
  }
}

TEST(SchannelAttributes, AreOfEstablishedContexts) {
  SchannelPair pair;
  pair.client.run();
  for (const ULONG attribute :
       {SECPKG_ATTR_STREAM_SIZES, SECPKG_ATTR_ISSUER_LIST_EX, SECPKG_ATTR_REMOTE_CERT_CONTEXT})
    EXPECT_STATUS(SEC_E_INVALID_HANDLE, query_status(pair.client, attribute));
}

}  // namespace
}  // namespace caller
