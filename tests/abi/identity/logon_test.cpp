// Identities of every make log on: NTLM, Negotiate and CREDSSP, both sides in this process.
#include "abi/identity/identity.h"
#include "abi/party.h"

namespace caller {
namespace {

constexpr ULONG kFlags =
    ISC_REQ_CONFIDENTIALITY | ISC_REQ_DELEGATE | ISC_REQ_MUTUAL_AUTH | ISC_REQ_USE_SUPPLIED_CREDS;

std::string name_of_client(Party& server) {
  SecPkgContext_NamesA names{};
  EXPECT_STATUS(SEC_E_OK, QueryContextAttributesA(server.get(), SECPKG_ATTR_NAMES, &names));
  std::string name = names.sUserName != nullptr ? names.sUserName : "";
  FreeContextBuffer(names.sUserName);
  return name;
}

// Both sides' statuses at the end; the identity may be gone by then.
void log_on(const SEC_WCHAR* package, Identity identity) {
  const std::string name = ascii(package);
  SCOPED_TRACE(name);
  CredSspCred client_cred = CredSspCred::client(identity.get());
  CredSspCred server_cred = CredSspCred::server();
  const bool is_credssp = name == "CREDSSP";
  Credential client_credential =
      acquire_client(package, is_credssp ? client_cred.get() : identity.get());
  identity = Identity();
  Credential server_credential =
      acquire_server(name.c_str(), is_credssp ? server_cred.get() : nullptr);
  Party client = Party::client(client_credential, kFlags, u"TERMSRV/server.wonderland.example");
  Party server = Party::server(server_credential, ASC_REQ_CONFIDENTIALITY | ASC_REQ_DELEGATE);
  ASSERT_LOGGED_ON(client, server);
  EXPECT_EQ(name_of_client(server), "WONDERLAND\\alice");
}

constexpr const SEC_WCHAR* kPackages[] = {u"NTLM", u"Negotiate", CREDSSP_NAME};

TEST(IdentityLogon, OfStrings) {
  for (const SEC_WCHAR* package : kPackages) log_on(package, encode());
}

TEST(IdentityLogon, OfACopy) {
  for (const SEC_WCHAR* package : kPackages) {
    IdentityA plain;
    Identity copy;
    ASSERT_STATUS(SEC_E_OK, SspiCopyAuthIdentity(plain.get(), copy.out()));
    log_on(package, std::move(copy));
  }
}

// Acquire reads it; the caller's stays encrypted.
TEST(IdentityLogon, OfAnEncryptedOne) {
  for (const SEC_WCHAR* package : kPackages) {
    Identity identity = encode();
    ASSERT_STATUS(SEC_E_OK, SspiEncryptAuthIdentity(identity.get()));
    log_on(package, std::move(identity));
  }
}

TEST(IdentityLogon, OfBytesWithAPackageExcluded) {
  for (const SEC_WCHAR* package : kPackages) {
    Identity excluded, back;
    ASSERT_STATUS(SEC_E_OK, SspiExcludePackage(encode().get(), u"Kerberos", excluded.out()));
    ULONG size = 0;
    char* bytes = nullptr;
    ASSERT_STATUS(SEC_E_OK, SspiMarshalAuthIdentity(excluded.get(), &size, &bytes));
    ASSERT_STATUS(SEC_E_OK, SspiUnmarshalAuthIdentity(size, bytes, back.out()));
    SspiLocalFree(bytes);
    log_on(package, std::move(back));
  }
}

TEST(IdentityLogon, NotWithThePackageThatIsExcluded) {
  Identity excluded;
  ASSERT_STATUS(SEC_E_OK, SspiExcludePackage(encode().get(), u"NTLM", excluded.out()));
  Credential credential = acquire_client(u"Negotiate", excluded.get());
  Party client = Party::client(credential, kFlags);
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS, client.run().status);
}

// A service that holds no password.
std::string hash_of(const char* password) {
  std::uint8_t hash[16];
  EXPECT_STATUS(SEC_E_OK, opensspi_nt_hash(password, hash));
  std::string digits;
  for (const std::uint8_t byte : hash) {
    digits += "0123456789ABCDEF"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

TEST(IdentityLogon, OfAHash) {
  for (const SEC_WCHAR* package : {u"NTLM", u"Negotiate"}) {
    IdentityA narrow_hash(kUser, kDomain, hash_of(kPassword));
    narrow_hash.get()->Flags |= OPENSSPI_AUTH_IDENTITY_NT_HASH;
    Identity copy;
    ASSERT_STATUS(SEC_E_OK, SspiCopyAuthIdentity(narrow_hash.get(), copy.out()));
    log_on(package, std::move(copy));

    Credential credential = acquire_client(package, narrow_hash.get());
    Credential server_credential = acquire_server(ascii(package).c_str(), nullptr);
    Party client = Party::client(credential, kFlags);
    Party server = Party::server(server_credential);
    ASSERT_LOGGED_ON(client, server);
  }
}

TEST(IdentityLogon, AHashIs32Digits) {
  for (const char* digits :
       {"", "8846", "8846F7EAEE8FB117AD06BDD830B7586G", "8846F7EAEE8FB117AD06BDD830B7586C0"}) {
    IdentityA identity(kUser, kDomain, digits);
    identity.get()->Flags |= OPENSSPI_AUTH_IDENTITY_NT_HASH;
    Credential credential;
    EXPECT_STATUS(
        SEC_E_UNKNOWN_CREDENTIALS,
        AcquireCredentialsHandleW(nullptr, wide(u"NTLM"), SECPKG_CRED_OUTBOUND, nullptr,
                                  identity.get(), nullptr, nullptr, credential.get(), nullptr));
    SecInvalidateHandle(credential.get());
  }
}

// CREDSSP_CRED as mstsc's kind of program fills it: what it got from asking a person.
TEST(IdentityLogon, OfAnAuthenticationBuffer) {
  std::uint8_t buffer[256];
  DWORD size = sizeof buffer;
  ASSERT_EQ(TRUE, CredPackAuthenticationBufferA(0, narrow("WONDERLAND\\alice"), narrow(kPassword),
                                                buffer, &size));
  CredSspCred client_cred = CredSspCred::client(buffer);
  Credential client_credential = acquire_client(CREDSSP_NAME, client_cred.get());
  CredSspCred server_cred = CredSspCred::server();
  Credential server_credential = acquire_server("CREDSSP", server_cred.get());
  Party client = Party::client(client_credential, kFlags, u"TERMSRV/server.wonderland.example");
  Party server = Party::server(server_credential, ASC_REQ_CONFIDENTIALITY | ASC_REQ_DELEGATE);
  ASSERT_LOGGED_ON(client, server);
  EXPECT_EQ(name_of_client(server), "WONDERLAND\\alice");

  // What was delegated goes on to the next hop as it is.
  SecPkgContext_ClientCreds creds{};
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(server.get(), SECPKG_ATTR_CREDS_2, &creds));
  CredSspCred next_cred = CredSspCred::client(creds.AuthBuffer);
  Credential next_credential = acquire_client(CREDSSP_NAME, next_cred.get());
  EXPECT_STATUS(SEC_E_OK, FreeContextBuffer(creds.AuthBuffer));
  Party next_client = Party::client(next_credential, kFlags, u"TERMSRV/next.wonderland.example");
  Party next_server = Party::server(server_credential, ASC_REQ_CONFIDENTIALITY);
  ASSERT_LOGGED_ON(next_client, next_server);
  EXPECT_EQ(name_of_client(next_server), "WONDERLAND\\alice");
}

TEST(IdentityLogon, OtherKindsOfCredentialsAreRefusedInWords) {
  SEC_WINNT_AUTH_PACKED_CREDENTIALS packed{};
  packed.cbHeaderLength = packed.cbStructureLength = sizeof packed;
  packed.AuthData.CredType = SEC_WINNT_AUTH_DATA_TYPE_CERT;
  SEC_WINNT_AUTH_IDENTITY_EX2 header{};
  header.Version = SEC_WINNT_AUTH_IDENTITY_VERSION_2;
  header.cbHeaderLength = sizeof header;
  header.cbStructureLength = sizeof header + sizeof packed;
  header.PackedCredentialsOffset = sizeof header;
  header.PackedCredentialsLength = sizeof packed;
  Bytes block(header.cbStructureLength);
  std::memcpy(block.data(), &header, sizeof header);
  std::memcpy(block.data() + sizeof header, &packed, sizeof packed);
  EXPECT_STATUS(SEC_E_OK, SspiValidateAuthIdentity(block.data()));
  CredHandle handle{};
  EXPECT_STATUS(
      SEC_E_UNKNOWN_CREDENTIALS,
      AcquireCredentialsHandleW(nullptr, wide(u"Negotiate"), SECPKG_CRED_OUTBOUND, nullptr,
                                block.data(), nullptr, nullptr, &handle, nullptr));
  EXPECT_STREQ("the identity holds a certificate, not a password", why());
}

}  // namespace
}  // namespace caller
