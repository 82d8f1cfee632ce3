// PFXImportCertStore and CertEnumCertificatesInStore, as Windows servers find their certificate,
// and that stores, certificates and credentials may be freed in any order.
#include "abi/credssp/pair.h"
#include "material.h"
#include "stores.h"

namespace caller {
namespace {

constexpr SEC_WCHAR kSesame[] = u"sesame";

// A PFX of the self-signed pair, as the openssl command makes it.
const std::string& pfx() {
  static const std::string* const made = [] {
    const Files files("pfx");
    files.openssl("pkcs12 -export -in $certificate -inkey $key -out $out -passout pass:sesame");
    return new std::string(files.read());
  }();
  return *made;
}

HCERTSTORE import(const std::string& bytes, const SEC_WCHAR* password = kSesame) {
  std::string copy = bytes;
  CRYPT_DATA_BLOB blob{static_cast<DWORD>(copy.size()), reinterpret_cast<BYTE*>(copy.data())};
  return PFXImportCertStore(&blob, password, 0);
}

TEST(Pfx, HoldsTheCertificate) {
  const HCERTSTORE store = import(pfx());
  ASSERT_NE(nullptr, store) << why();
  const PCCERT_CONTEXT certificate = CertEnumCertificatesInStore(store, nullptr);
  ASSERT_NE(nullptr, certificate);
  EXPECT_EQ("CN=server.wonderland.example", subject_of(certificate));
  EXPECT_EQ(store, certificate->hCertStore);
  // Enumerating takes the reference of the certificate before.
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(store, certificate));
  EXPECT_FALSE(CertFreeCertificateContext(certificate));
  EXPECT_TRUE(CertCloseStore(store, 0));
}

// In a PFX certificates come in any order; in the store the end entity is first.
TEST(Pfx, HoldsTheChain) {
  const Files files("chain");
  files.openssl(
      "req -x509 -newkey rsa:2048 -nodes -subj /CN=issuer -keyout $out.ca -out $out2.ca; "
      "openssl req -new -key $key -subj /CN=leaf | "
      "openssl x509 -req -CA $out2.ca -CAkey $out.ca -set_serial 7 -out $out2.leaf; "
      "openssl pkcs12 -export -in $out2.leaf -inkey $key -certfile $out2.ca -out $out "
      "-passout pass:sesame");
  const HCERTSTORE store = import(files.read());
  ASSERT_NE(nullptr, store) << why();
  std::vector<std::string> subjects;
  for (PCCERT_CONTEXT at = nullptr; (at = CertEnumCertificatesInStore(store, at)) != nullptr;)
    subjects.push_back(subject_of(at));
  EXPECT_EQ((std::vector<std::string>{"CN=leaf", "CN=issuer"}), subjects);
  EXPECT_TRUE(CertCloseStore(store, 0));
}

TEST(Pfx, WithoutAKeyHoldsItsCertificates) {
  const Files files("all");
  files.openssl("pkcs12 -export -nokeys -in $certificate -out $out -passout pass:sesame");
  const Store without_key(import(files.read()));
  ASSERT_NE(nullptr, without_key.get()) << why();
  const Context first(CertEnumCertificatesInStore(without_key.get(), nullptr));
  EXPECT_EQ("CN=server.wonderland.example", subject_of(first.get()));
}

TEST(Pfx, GivesItsFriendlyName) {
  const Files files("friendly");
  files.openssl(
      "pkcs12 -export -in $certificate -inkey $key -name 'Queen \xE2\x99\xA5' -out $out "
      "-passout pass:sesame");
  const Store store(import(files.read()));
  const Context certificate(CertEnumCertificatesInStore(store.get(), nullptr));
  ASSERT_NE(nullptr, certificate.get());
  EXPECT_EQ("Queen \xE2\x99\xA5", name_of(certificate.get(), CERT_NAME_FRIENDLY_DISPLAY_TYPE));
  EXPECT_EQ("server.wonderland.example", display_name(certificate.get()));
  EXPECT_EQ(16u, property_of(certificate.get(), CERT_FRIENDLY_NAME_PROP_ID).size());
}

TEST(Pfx, OfOldAlgorithmsOpensToo) {
  const Files files("old");
  files.openssl(
      "pkcs12 -export -legacy -in $certificate -inkey $key -out $out -passout pass:sesame");
  const HCERTSTORE store = import(files.read());
  ASSERT_NE(nullptr, store) << why();  // PBE with SHA-1 and RC2 or 3DES, as Windows exported it
  EXPECT_TRUE(CertCloseStore(store, 0));
}

TEST(Pfx, WithoutAPassword) {
  const Files files("no-password");
  files.openssl("pkcs12 -export -in $certificate -inkey $key -out $out -passout pass:");
  for (const SEC_WCHAR* password : {static_cast<const SEC_WCHAR*>(nullptr), u""}) {
    const HCERTSTORE store = import(files.read(), password);
    EXPECT_NE(nullptr, store) << why();
    EXPECT_TRUE(CertCloseStore(store, 0));
  }
}

TEST(Pfx, WithAPasswordBeyondAscii) {
  const Files files("beyond");
  files.openssl(
      "pkcs12 -export -in $certificate -inkey $key -out $out -passout 'pass:\xC3\xA4\xE2\x99\xA5'");
  const HCERTSTORE store = import(files.read(), u"\u00E4\u2665");
  EXPECT_NE(nullptr, store) << why();
  EXPECT_TRUE(CertCloseStore(store, 0));
}

TEST(Pfx, IsRefusedWithTheWrongPassword) {
  for (const SEC_WCHAR* wrong : {static_cast<const SEC_WCHAR*>(nullptr), u"", u"Sesame"}) {
    EXPECT_EQ(nullptr, import(pfx(), wrong));
    EXPECT_LT(last_error().status, 0);
    EXPECT_ERROR(ERROR_INVALID_PASSWORD);
  }
}

TEST(Pfx, IsRefusedWhenItIsDamaged) {
  EXPECT_EQ(nullptr, import(""));
  EXPECT_EQ(nullptr, import("no PFX"));
  EXPECT_ERROR(CRYPT_E_BAD_ENCODE);
  EXPECT_EQ(nullptr, import(pfx().substr(0, pfx().size() / 2)));
  for (std::size_t i = 0; i < pfx().size(); i += 97) {
    std::string touched = pfx();
    touched[i] = static_cast<char>(touched[i] ^ 1);
    const HCERTSTORE store = import(touched);
    if (store != nullptr) {
      EXPECT_TRUE(CertCloseStore(store, 0));
    }
  }
  EXPECT_EQ(nullptr, PFXImportCertStore(nullptr, kSesame, 0));
  CRYPT_DATA_BLOB nothing{10, nullptr};
  EXPECT_EQ(nullptr, PFXImportCertStore(&nothing, kSesame, 0));
}

TEST(Stores, RefuseWhatTheyDoNotHold) {
  const HCERTSTORE store = import(pfx());
  const PCCERT_CONTEXT stranger = CertDuplicateCertificateContext(server_certificate());
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(store, stranger));  // and it is released
  EXPECT_EQ("CN=server.wonderland.example", subject_of(server_certificate()));
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(nullptr, nullptr));
  int own = 0;
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(&own, nullptr));
  EXPECT_TRUE(CertCloseStore(store, 0));
  EXPECT_FALSE(CertCloseStore(store, 0));
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(store, nullptr));
  EXPECT_FALSE(CertCloseStore(&own, 0));
  EXPECT_TRUE(CertCloseStore(nullptr, 0));
}

TEST(Contexts, CountTheirReferences) {
  const PCCERT_CONTEXT context = from_pem(self_signed().certificate, self_signed().key);
  EXPECT_EQ(context, CertDuplicateCertificateContext(context));
  EXPECT_TRUE(CertFreeCertificateContext(context));
  EXPECT_EQ("CN=server.wonderland.example", subject_of(context));
  EXPECT_TRUE(CertFreeCertificateContext(context));
  EXPECT_FALSE(CertFreeCertificateContext(context));
  EXPECT_EQ(nullptr, CertDuplicateCertificateContext(context));
  EXPECT_TRUE(CertFreeCertificateContext(nullptr));
  CERT_CONTEXT forged{};
  EXPECT_FALSE(CertFreeCertificateContext(&forged));
}

// A credential keeps what it needs of its certificate, a certificate what it needs of its store.
TEST(Lifetimes, EachOrderOfFreeingIsFine) {
  for (const bool store_first : {true, false}) {
    const HCERTSTORE store = import(pfx());
    const PCCERT_CONTEXT certificate = CertEnumCertificatesInStore(store, nullptr);
    ASSERT_NE(nullptr, certificate);
    CredSspCred server_cred = CredSspCred::server(certificate);
    Credential server_credential = acquire_server("CREDSSP", server_cred.get());
    if (store_first) {
      EXPECT_TRUE(CertCloseStore(store, 0));
      EXPECT_EQ("CN=server.wonderland.example", subject_of(certificate));
      EXPECT_TRUE(CertFreeCertificateContext(certificate));
    } else {
      EXPECT_TRUE(CertFreeCertificateContext(certificate));
      EXPECT_TRUE(CertCloseStore(store, 0));
    }
    IdentityW identity;
    CredSspCred client_cred = CredSspCred::client(identity.get());
    Credential client_credential = acquire_client(CREDSSP_NAME, client_cred.get());
    Party client = Party::client(client_credential, kClientFlags, kTarget);
    Party server = Party::server(server_credential, kServerFlags);
    ASSERT_LOGGED_ON(client, server);
  }
}

TEST(Lifetimes, FreedCertificatesAcquireNothing) {
  const PCCERT_CONTEXT certificate = from_pem(self_signed().certificate, self_signed().key);
  CredSspCred cred = CredSspCred::server(certificate);
  EXPECT_TRUE(CertFreeCertificateContext(certificate));
  const opensspi_authority authority = users().authority();
  CredHandle handle{};
  EXPECT_STATUS(SEC_E_UNKNOWN_CREDENTIALS,
                opensspi_acquire_inbound("CREDSSP", cred.get(), &authority, &handle, nullptr));
}

TEST(Lifetimes, CertificateWithoutItsKeyAcquiresNothing) {
  CredSspPair pair;
  ASSERT_LOGGED_ON(pair.client, pair.server);
  PCCERT_CONTEXT remote = nullptr;
  ASSERT_STATUS(SEC_E_OK, QueryContextAttributesW(pair.client.get(),
                                                  SECPKG_ATTR_REMOTE_CERT_CONTEXT, &remote));
  CredSspCred cred = CredSspCred::server(remote);
  const opensspi_authority authority = users().authority();
  CredHandle handle{};
  EXPECT_STATUS(SEC_E_NO_CREDENTIALS,
                opensspi_acquire_inbound("CREDSSP", cred.get(), &authority, &handle, nullptr));
  EXPECT_TRUE(CertFreeCertificateContext(remote));
}

// The issuers that the server showed come with its certificate; its root is shown on request.
TEST(RemoteCertificate, StoreHoldsTheChain) {
  const PemPair issuer = make_pem("issuer.example");
  const PCCERT_CONTEXT certificate =
      from_pem(self_signed().certificate + issuer.certificate, self_signed().key);
  IdentityW identity;
  CredSspCred client_cred = CredSspCred::client(identity.get());
  Credential client_credential = acquire_client(CREDSSP_NAME, client_cred.get());
  for (const DWORD flags : {DWORD{0}, DWORD{SCH_SEND_ROOT_CERT}}) {
    CredSspCred server_cred = CredSspCred::server(certificate);
    server_cred.schannel().dwFlags = flags;
    Credential server_credential = acquire_server("CREDSSP", server_cred.get());
    Party client = Party::client(client_credential, kClientFlags, kTarget);
    Party server = Party::server(server_credential, kServerFlags);
    ASSERT_LOGGED_ON(client, server);
    PCCERT_CONTEXT remote = nullptr;
    ASSERT_STATUS(SEC_E_OK,
                  QueryContextAttributesW(client.get(), SECPKG_ATTR_REMOTE_CERT_CONTEXT, &remote));
    std::vector<std::string> subjects, expected = {"CN=server.wonderland.example"};
    if (flags != 0) expected.push_back("CN=issuer.example");
    for (PCCERT_CONTEXT at = nullptr;
         (at = CertEnumCertificatesInStore(remote->hCertStore, at)) != nullptr;)
      subjects.push_back(subject_of(at));
    EXPECT_EQ(expected, subjects);
    EXPECT_TRUE(CertFreeCertificateContext(remote));
  }
  EXPECT_TRUE(CertFreeCertificateContext(certificate));
}

}  // namespace
}  // namespace caller
