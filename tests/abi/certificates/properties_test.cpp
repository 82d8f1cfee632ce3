// Properties of certificate contexts, and keys by the path of their file.
#include "abi/credssp/pair.h"
#include "material.h"
#include "stores.h"

namespace caller {
namespace {

Context bare() {
  const PCCERT_CONTEXT certificate = server_certificate();
  return Context(CertCreateCertificateContext(X509_ASN_ENCODING, certificate->pbCertEncoded,
                                              certificate->cbCertEncoded));
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02X", static_cast<unsigned char>(byte));
    text += digits;
  }
  return text;
}

BOOL set(const Context& context, DWORD id, std::string value) {
  const CRYPT_DATA_BLOB blob{static_cast<DWORD>(value.size()),
                             reinterpret_cast<BYTE*>(value.data())};
  return CertSetCertificateContextProperty(context.get(), id, 0, &blob);
}

TEST(Properties, HashesAreThoseOfTheCertificate) {
  const Files files("hashes");
  const Context context(from_pem(self_signed().certificate, self_signed().key));
  for (const auto& [id, digest] : {std::pair<DWORD, const char*>{CERT_SHA1_HASH_PROP_ID, "sha1"},
                                   {CERT_MD5_HASH_PROP_ID, "md5"},
                                   {CERT_SHA256_HASH_PROP_ID, "sha256"}}) {
    std::string text =
        files.openssl(std::string("x509 -in $certificate -noout -fingerprint -") + digest);
    std::erase(text, ':');
    EXPECT_NE(std::string::npos, text.find(hex(property_of(context.get(), id)))) << digest;
  }
  // RFC 5280 4.2.1.2 (1), since the certificate names none itself.
  std::string key = files.openssl(
      "x509 -in $certificate -noout -pubkey | openssl rsa -pubin -RSAPublicKey_out -outform DER | "
      "openssl dgst -sha1");
  for (char& digit : key) digit = static_cast<char>(std::toupper(digit));
  EXPECT_NE(std::string::npos,
            key.find(hex(property_of(context.get(), CERT_KEY_IDENTIFIER_PROP_ID))))
      << key;
  EXPECT_EQ(std::string(4, '\0'), property_of(context.get(), CERT_ACCESS_STATE_PROP_ID));
}

TEST(Properties, SizesAreTold) {
  const Context context = bare();
  BYTE value[20] = {};
  DWORD size = 19;
  EXPECT_FALSE(
      CertGetCertificateContextProperty(context.get(), CERT_SHA1_HASH_PROP_ID, value, &size));
  EXPECT_ERROR(ERROR_MORE_DATA);
  EXPECT_EQ(20u, size);
  EXPECT_EQ(0, value[0]);
  size = 30;
  EXPECT_TRUE(
      CertGetCertificateContextProperty(context.get(), CERT_SHA1_HASH_PROP_ID, value, &size));
  EXPECT_EQ(20u, size);
  EXPECT_FALSE(
      CertGetCertificateContextProperty(context.get(), CERT_SHA1_HASH_PROP_ID, value, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_FALSE(CertGetCertificateContextProperty(nullptr, CERT_SHA1_HASH_PROP_ID, value, &size));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_FALSE(CertGetCertificateContextProperty(context.get(), 0, value, &size));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_FALSE(
      CertGetCertificateContextProperty(context.get(), CERT_FRIENDLY_NAME_PROP_ID, value, &size));
  EXPECT_ERROR(CRYPT_E_NOT_FOUND);
}

TEST(Properties, AreSetForAllReferencesAndCopied) {
  const Context context = bare();
  EXPECT_EQ(0u, CertEnumCertificateContextProperties(context.get(), 0));
  EXPECT_TRUE(set(context, CERT_FRIENDLY_NAME_PROP_ID, std::string("n\0a\0\0\0", 6)));
  EXPECT_TRUE(set(context, CERT_FIRST_USER_PROP_ID, "mine"));
  const Context again(CertDuplicateCertificateContext(context.get()));
  EXPECT_EQ("mine", property_of(again.get(), CERT_FIRST_USER_PROP_ID));
  EXPECT_EQ("na", name_of(again.get(), CERT_NAME_FRIENDLY_DISPLAY_TYPE));
  EXPECT_EQ(DWORD{CERT_FRIENDLY_NAME_PROP_ID},
            CertEnumCertificateContextProperties(context.get(), 0));
  EXPECT_EQ(DWORD{CERT_FIRST_USER_PROP_ID},
            CertEnumCertificateContextProperties(context.get(), CERT_FRIENDLY_NAME_PROP_ID));
  EXPECT_EQ(0u, CertEnumCertificateContextProperties(context.get(), CERT_FIRST_USER_PROP_ID));

  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  PCCERT_CONTEXT added = nullptr;
  ASSERT_TRUE(
      CertAddCertificateContextToStore(store.get(), context.get(), CERT_STORE_ADD_NEW, &added));
  const Context in_store(added);
  EXPECT_EQ("mine", property_of(added, CERT_FIRST_USER_PROP_ID));
  EXPECT_TRUE(CertSetCertificateContextProperty(added, CERT_FIRST_USER_PROP_ID, 0, nullptr));
  EXPECT_EQ("none", property_of(added, CERT_FIRST_USER_PROP_ID));
  EXPECT_EQ("mine", property_of(context.get(), CERT_FIRST_USER_PROP_ID));
  // What is there gets what it lacks, and keeps the rest.
  EXPECT_TRUE(set(in_store, CERT_FRIENDLY_NAME_PROP_ID, std::string("b\0", 2)));
  EXPECT_TRUE(CertAddCertificateContextToStore(store.get(), context.get(),
                                               CERT_STORE_ADD_USE_EXISTING, nullptr));
  EXPECT_EQ("mine", property_of(added, CERT_FIRST_USER_PROP_ID));
  EXPECT_EQ("b", name_of(added, CERT_NAME_FRIENDLY_DISPLAY_TYPE));
}

TEST(Properties, ThatCannotBeSetAreRefused) {
  const Context context = bare();
  for (const DWORD id : {DWORD{0}, DWORD{CERT_ACCESS_STATE_PROP_ID}, DWORD{CERT_KEY_SPEC_PROP_ID},
                         DWORD{CERT_LAST_USER_PROP_ID + 1}}) {
    EXPECT_FALSE(set(context, id, "x"));
    EXPECT_ERROR(E_INVALIDARG);
  }
  CERT_KEY_CONTEXT key{};
  key.cbSize = sizeof key;
  EXPECT_FALSE(CertSetCertificateContextProperty(context.get(), CERT_KEY_CONTEXT_PROP_ID, 0, &key));
  EXPECT_ERROR(ERROR_NOT_SUPPORTED);
  EXPECT_TRUE(
      CertSetCertificateContextProperty(context.get(), CERT_KEY_CONTEXT_PROP_ID, 0, nullptr));
  EXPECT_FALSE(CertSetCertificateContextProperty(nullptr, CERT_FRIENDLY_NAME_PROP_ID, 0, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
  const CRYPT_DATA_BLOB nothing{4, nullptr};
  EXPECT_FALSE(
      CertSetCertificateContextProperty(context.get(), CERT_FRIENDLY_NAME_PROP_ID, 0, &nothing));
  EXPECT_ERROR(E_INVALIDARG);
}

// Programs ask for it to learn whether there is a private key.
TEST(KeyProvInfo, IsThereWhenThereIsAKey) {
  EXPECT_EQ("none", property_of(bare().get(), CERT_KEY_PROV_INFO_PROP_ID));
  EXPECT_ERROR(CRYPT_E_NOT_FOUND);
  const Context context(CertDuplicateCertificateContext(server_certificate()));
  DWORD size = 0;
  ASSERT_TRUE(
      CertGetCertificateContextProperty(context.get(), CERT_KEY_PROV_INFO_PROP_ID, nullptr, &size));
  std::vector<std::uint64_t> block(size / 8 + 1);
  ASSERT_TRUE(CertGetCertificateContextProperty(context.get(), CERT_KEY_PROV_INFO_PROP_ID,
                                                block.data(), &size));
  const auto& info = *reinterpret_cast<const CRYPT_KEY_PROV_INFO*>(block.data());
  EXPECT_EQ(u"OpenSSPI", std::basic_string<WCHAR>(info.pwszProvName));
  EXPECT_EQ(u"", std::basic_string<WCHAR>(info.pwszContainerName));
  EXPECT_EQ(DWORD{AT_KEYEXCHANGE}, info.dwKeySpec);
  EXPECT_EQ(DWORD{CERT_KEY_PROV_INFO_PROP_ID},
            CertEnumCertificateContextProperties(context.get(), 0));
}

class KeyFile : public testing::Test {
 protected:
  // What Acquire says to the bare certificate of `pem` whose key is said to be at `path`.
  static SECURITY_STATUS acquire(const PemPair& pem, const std::string& path) {
    const Context whole(from_pem(pem.certificate, pem.key));
    const Context context(CertCreateCertificateContext(X509_ASN_ENCODING, whole->pbCertEncoded,
                                                       whole->cbCertEncoded));
    std::u16string container(path.begin(), path.end());
    CRYPT_KEY_PROV_INFO info{};
    info.pwszContainerName = reinterpret_cast<LPWSTR>(container.data());
    EXPECT_TRUE(
        CertSetCertificateContextProperty(context.get(), CERT_KEY_PROV_INFO_PROP_ID, 0, &info));
    CredSspCred cred = CredSspCred::server(context.get());
    const opensspi_authority authority = users().authority();
    Credential credential;
    return opensspi_acquire_inbound("CREDSSP", cred.get(), &authority, credential.get(), nullptr);
  }
};

TEST_F(KeyFile, IsReadWhenTheCredentialIsAcquired) {
  const std::string path = (folder().path() / "server.key").string();
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(self_signed(), path));
  std::ofstream(path) << self_signed().key;
  EXPECT_STATUS(SEC_E_OK, acquire(self_signed(), path));
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS, acquire(make_pem("other.example"), path));
}

// A store's certificates are shown with the one that they issued.
TEST(Chain, OfACertificateComesOutOfItsStore) {
  const Files files("from-store");
  files.openssl(
      "req -x509 -newkey rsa:2048 -nodes -subj /CN=issuer -keyout $out.ca -out $out2; "
      "openssl req -new -key $key -subj /CN=leaf | "
      "openssl x509 -req -CA $out2 -CAkey $out.ca -set_serial 7 -out $out");
  const Context leaf(from_pem(files.read(), self_signed().key)),
      issuer(from_pem(files.read2(), [&] {
        files.openssl("rsa -in $out.ca -out $out");
        return files.read();
      }()));
  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  PCCERT_CONTEXT added = nullptr;
  ASSERT_TRUE(
      CertAddCertificateContextToStore(store.get(), issuer.get(), CERT_STORE_ADD_NEW, nullptr));
  ASSERT_TRUE(
      CertAddCertificateContextToStore(store.get(), leaf.get(), CERT_STORE_ADD_NEW, &added));
  const Context in_store(added);
  CredSspCred server_cred = CredSspCred::server(added);
  server_cred.schannel().dwFlags = SCH_SEND_ROOT_CERT;
  Credential server_credential = acquire_server("CREDSSP", server_cred.get());
  IdentityW identity;
  CredSspCred client_cred = CredSspCred::client(identity.get());
  Credential client_credential = acquire_client(CREDSSP_NAME, client_cred.get());
  Party client = Party::client(client_credential, kClientFlags, kTarget);
  Party server = Party::server(server_credential, kServerFlags);
  ASSERT_LOGGED_ON(client, server);
  PCCERT_CONTEXT remote = nullptr;
  ASSERT_STATUS(SEC_E_OK,
                QueryContextAttributesW(client.get(), SECPKG_ATTR_REMOTE_CERT_CONTEXT, &remote));
  const Context shown(remote);
  std::vector<std::string> names;
  for (PCCERT_CONTEXT at = nullptr;
       (at = CertEnumCertificatesInStore(shown->hCertStore, at)) != nullptr;)
    names.push_back(display_name(at));
  EXPECT_EQ((std::vector<std::string>{"leaf", "issuer"}), names);
}

TEST(Properties, HashesAreTheCertificatesWhateverIsSet) {
  const Context context(from_pem(self_signed().certificate, self_signed().key));
  for (const DWORD id : {CERT_SHA1_HASH_PROP_ID, CERT_MD5_HASH_PROP_ID, CERT_SHA256_HASH_PROP_ID}) {
    const std::string hash = property_of(context.get(), id);
    BYTE other[20] = {};
    CRYPT_DATA_BLOB blob{sizeof other, other};
    CertSetCertificateContextProperty(context.get(), id, 0, &blob);
    EXPECT_EQ(hash, property_of(context.get(), id));
  }
}

}  // namespace
}  // namespace caller
