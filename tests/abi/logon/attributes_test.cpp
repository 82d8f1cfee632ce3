// QueryContextAttributes on contexts of NTLM and Negotiate.
#include "pair.h"

namespace caller {
namespace {

class Attributes : public testing::TestWithParam<Through> {
 protected:
  Attributes() {
    talk(pair.client, pair.server);
    EXPECT_STATUS(SEC_E_OK, pair.client.status());
    EXPECT_STATUS(SEC_E_OK, pair.server.status());
  }

  Pair pair{GetParam()};
  Party* const both[2] = {&pair.client, &pair.server};
};
INSTANTIATE_TEST_SUITE_P(Packages, Attributes, testing::Values(kNtlm, kNegotiate, kNegotiateBare),
                         name_of);

TEST_P(Attributes, Sizes) {
  for (Party* party : both) {
    SecPkgContext_Sizes sizes{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_SIZES, &sizes));
    EXPECT_EQ(2888u, sizes.cbMaxToken);
    EXPECT_EQ(16u, sizes.cbMaxSignature);
    EXPECT_EQ(16u, sizes.cbSecurityTrailer);
    EXPECT_EQ(0u, sizes.cbBlockSize);
  }
}

TEST_P(Attributes, StreamSizesAreNoTokenPackages) {
  for (Party* party : both) {
    SecPkgContext_StreamSizes sizes{};
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryContextAttributesW(party->get(), SECPKG_ATTR_STREAM_SIZES, &sizes));
  }
}

TEST_P(Attributes, NamesAreEqualOnBothSides) {
  for (Party* party : both) {
    SecPkgContext_NamesW names{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_NAMES, &names));
    EXPECT_EQ("WONDERLAND\\alice", ascii(names.sUserName));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
    SecPkgContext_NamesA narrow_names{};
    ASSERT_STATUS(SEC_E_OK,
                  QueryContextAttributesA(party->get(), SECPKG_ATTR_NAMES, &narrow_names));
    EXPECT_STREQ("WONDERLAND\\alice", narrow_names.sUserName);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(narrow_names.sUserName));
  }
}

TEST_P(Attributes, KeyInfo) {
  for (Party* party : both) {
    SecPkgContext_KeyInfoW info{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_KEY_INFO, &info));
    EXPECT_EQ("HMAC-MD5", ascii(info.sSignatureAlgorithmName));
    EXPECT_EQ("RSADSI RC4", ascii(info.sEncryptAlgorithmName));
    EXPECT_EQ(128u, info.KeySize);
    EXPECT_EQ(0xFFFFFF76u, info.SignatureAlgorithm);
    EXPECT_EQ(0x6801u, info.EncryptAlgorithm);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info.sSignatureAlgorithmName));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info.sEncryptAlgorithmName));
    SecPkgContext_KeyInfoA narrow_info{};
    ASSERT_STATUS(SEC_E_OK,
                  QueryContextAttributesA(party->get(), SECPKG_ATTR_KEY_INFO, &narrow_info));
    EXPECT_STREQ("HMAC-MD5", narrow_info.sSignatureAlgorithmName);
    FreeContextBuffer(narrow_info.sSignatureAlgorithmName);
    FreeContextBuffer(narrow_info.sEncryptAlgorithmName);
  }
}

Bytes session_key(Party& party) {
  SecPkgContext_SessionKey key{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesW(party.get(), SECPKG_ATTR_SESSION_KEY, &key));
  Bytes bytes(key.SessionKey, key.SessionKey + key.SessionKeyLength);
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(key.SessionKey));
  return bytes;
}

TEST_P(Attributes, SessionKeyIsTheSameOnBothSidesAndOfThisLogonOnly) {
  const Bytes key = session_key(pair.client);
  EXPECT_EQ(16u, key.size());
  EXPECT_EQ(key, session_key(pair.server));
  Pair other(GetParam());
  ASSERT_LOGGED_ON(other.client, other.server);
  EXPECT_NE(key, session_key(other.client));
}

TEST_P(Attributes, NegotiationInfoNamesNtlm) {
  for (Party* party : both) {
    SecPkgContext_NegotiationInfoW info{};
    ASSERT_STATUS(SEC_E_OK,
                  QueryContextAttributesW(party->get(), SECPKG_ATTR_NEGOTIATION_INFO, &info));
    EXPECT_EQ(ULONG{SECPKG_NEGOTIATION_COMPLETE}, info.NegotiationState);
    EXPECT_EQ("NTLM", ascii(info.PackageInfo->Name));
    EXPECT_EQ(10, info.PackageInfo->wRPCID);
    EXPECT_EQ(2888u, info.PackageInfo->cbMaxToken);
    // One block: the structure, then its texts.
    const auto* end = reinterpret_cast<const SEC_WCHAR*>(info.PackageInfo + 1);
    EXPECT_EQ(end, info.PackageInfo->Name);
    EXPECT_EQ(end + 5, info.PackageInfo->Comment);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info.PackageInfo));
    SecPkgContext_NegotiationInfoA narrow_info{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesA(party->get(), SECPKG_ATTR_NEGOTIATION_INFO,
                                                    &narrow_info));
    EXPECT_STREQ("NTLM", narrow_info.PackageInfo->Name);
    FreeContextBuffer(narrow_info.PackageInfo);
  }
}

TEST_P(Attributes, PackageInfo) {
  for (Party* party : both) {
    SecPkgContext_PackageInfoW info{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_PACKAGE_INFO, &info));
    EXPECT_EQ("NTLM", ascii(info.PackageInfo->Name));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(info.PackageInfo));
  }
}

TEST_P(Attributes, FlagsAreTheGrantedOnes) {
  for (Party* party : both) {
    SecPkgContext_Flags flags{};
    ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(party->get(), SECPKG_ATTR_FLAGS, &flags));
    EXPECT_EQ(party->last().attributes & ~ULONG{ISC_RET_ALLOCATED_MEMORY}, flags.Flags);
  }
}

TEST_P(Attributes, ServerLearnsTheTargetThatTheClientMeant) {
  SecPkgContext_ClientSpecifiedTarget target{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(pair.server.get(),
                                                  SECPKG_ATTR_CLIENT_SPECIFIED_TARGET, &target));
  EXPECT_EQ(ascii(GetParam().target), ascii(target.sTargetName));
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(target.sTargetName));
}

TEST_P(Attributes, UnknownOnesAreUnsupportedAndNothingIsWritten) {
  for (Party* party : both) {
    std::uint64_t place[8]{};
    for (const ULONG attribute :
         {ULONG{SECPKG_ATTR_DCE_INFO}, ULONG{SECPKG_ATTR_REMOTE_CERT_CONTEXT},
          ULONG{SECPKG_ATTR_CREDS_2}, ULONG{SECPKG_ATTR_SERVER_AUTH_FLAGS}, ULONG{0x7FFFFFFF}})
      EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                    QueryContextAttributesW(party->get(), attribute, place));
    for (const std::uint64_t word : place) EXPECT_EQ(0u, word);
  }
}

TEST_P(Attributes, NeedAPlaceThatIsLargeEnough) {
  for (Party* party : both) {
    EXPECT_LT(QueryContextAttributesW(party->get(), SECPKG_ATTR_SIZES, nullptr), 0);
    SecPkgContext_Sizes sizes{};
    EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL, QueryContextAttributesExW(party->get(), SECPKG_ATTR_SIZES,
                                                                    &sizes, sizeof sizes - 1));
    EXPECT_EQ(0u, sizes.cbMaxToken);
    EXPECT_STATUS(SEC_E_OK,
                  QueryContextAttributesExA(party->get(), SECPKG_ATTR_SIZES, &sizes, sizeof sizes));
    EXPECT_EQ(16u, sizes.cbMaxSignature);
  }
}

TEST_P(Attributes, MechanismIsWhatDoesTheWork) {
  for (Party* party : {&pair.client, &pair.server}) {
    const char* mechanism = nullptr;
    EXPECT_STATUS(SEC_E_OK, opensspi_mechanism(party->get(), &mechanism));
    EXPECT_STREQ("NTLM", mechanism);
  }
}

TEST_P(Attributes, OfCredSspSayThatThisIsNone) {
  std::uint32_t version = 77;
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, opensspi_credssp_version(pair.server.get(), &version));
  EXPECT_EQ(77u, version);
  opensspi_tls_info tls{};
  EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION, opensspi_tls(pair.server.get(), &tls));
  opensspi_identity identity{};
  EXPECT_LT(opensspi_delegated_credential(pair.server.get(), &identity), 0);
  EXPECT_EQ(nullptr, identity.user);
}

}  // namespace
}  // namespace caller
