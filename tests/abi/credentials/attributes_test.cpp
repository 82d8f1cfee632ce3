// QueryCredentialsAttributes.
#include "abi/support.h"

namespace caller {
namespace {

TEST(CredentialAttributes, NamesInBothWidths) {
  IdentityW identity;
  CredSspCred credssp = CredSspCred::client(identity.get());
  const struct {
    const SEC_WCHAR* package;
    void* auth_data;
  } rows[] = {
      {u"NTLM", identity.get()}, {u"Negotiate", identity.get()}, {u"CREDSSP", credssp.get()}};
  for (const auto& row : rows) {
    Credential credential = acquire_client(row.package, row.auth_data);
    SecPkgCredentials_NamesW wide_names{};
    ASSERT_STATUS(SEC_E_OK, QueryCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_NAMES,
                                                        &wide_names));
    EXPECT_EQ("WONDERLAND\\alice", ascii(wide_names.sUserName));
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(wide_names.sUserName));
    SecPkgCredentials_NamesA names{};
    ASSERT_STATUS(SEC_E_OK,
                  QueryCredentialsAttributesA(credential.get(), SECPKG_CRED_ATTR_NAMES, &names));
    EXPECT_STREQ("WONDERLAND\\alice", names.sUserName);
    EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
  }
}

TEST(CredentialAttributes, ExFormChecksTheSize) {
  IdentityW identity;
  Credential credential = acquire_client(u"NTLM", identity.get());
  SecPkgCredentials_NamesW names{};
  ASSERT_STATUS(SEC_E_OK, QueryCredentialsAttributesExW(credential.get(), SECPKG_CRED_ATTR_NAMES,
                                                        &names, sizeof names));
  EXPECT_EQ("WONDERLAND\\alice", ascii(names.sUserName));
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(names.sUserName));
  names.sUserName = nullptr;
  EXPECT_STATUS(SEC_E_BUFFER_TOO_SMALL,
                QueryCredentialsAttributesExW(credential.get(), SECPKG_CRED_ATTR_NAMES, &names,
                                              sizeof names - 1));
  EXPECT_EQ(nullptr, names.sUserName);
}

TEST(CredentialAttributes, UnknownOnesAreUnsupported) {
  IdentityW identity;
  Credential credential = acquire_client(u"NTLM", identity.get());
  std::uint64_t buffer[8]{};
  for (const ULONG attribute : {0u, 2u, 99u, 0xFFFFFFFFu}) {
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryCredentialsAttributesW(credential.get(), attribute, buffer));
    EXPECT_STATUS(SEC_E_UNSUPPORTED_FUNCTION,
                  QueryCredentialsAttributesA(credential.get(), attribute, buffer));
  }
  for (const std::uint64_t word : buffer) EXPECT_EQ(0u, word);
}

// Windows has it for smart cards of Kerberos; no credential here holds a certificate.
TEST(CredentialAttributes, CertificatesAreKnownOfNone) {
  IdentityW identity;
  CredSspCred credssp = CredSspCred::client(identity.get());
  const std::pair<const SEC_WCHAR*, void*> rows[] = {{u"NTLM", identity.get()},
                                                     {u"Negotiate", identity.get()},
                                                     {u"Kerberos", identity.get()},
                                                     {u"CREDSSP", credssp.get()}};
  for (const auto& [package, auth_data] : rows) {
    Credential credential = acquire_client(package, auth_data);
    SecPkgCredentials_Cert certificate{77, nullptr};
    EXPECT_STATUS(
        SEC_E_UNSUPPORTED_FUNCTION,
        QueryCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_CERT, &certificate));
    EXPECT_NE(std::string_view(why()).find("certificate"), std::string_view::npos);
    EXPECT_EQ(77u, certificate.EncodedCertSize);
  }
}

TEST(CredentialAttributes, NeedAPlace) {
  IdentityW identity;
  Credential credential = acquire_client(u"NTLM", identity.get());
  EXPECT_STATUS(SEC_E_INTERNAL_ERROR,
                QueryCredentialsAttributesW(credential.get(), SECPKG_CRED_ATTR_NAMES, nullptr));
}

}  // namespace
}  // namespace caller
