// MY, CA and ROOT, and stores of files.
#include "material.h"
#include "stores.h"

namespace caller {
namespace {

std::vector<std::string> names_in(const Store& store) {
  std::vector<std::string> names;
  for (PCCERT_CONTEXT at = nullptr; (at = CertEnumCertificatesInStore(store.get(), at)) != nullptr;)
    names.push_back(display_name(at));
  return names;
}
using Names = std::vector<std::string>;

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

class SystemStores : public testing::Test {
 protected:
  SystemStores() {
    setenv("XDG_CONFIG_HOME", config_.c_str(), 1);
    write(my_ / "b.pem", self_signed().certificate + self_signed().key);
    write(my_ / "a.crt", make_pem("first.example").certificate);
    write(my_ / "broken.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    write(my_ / "notes.txt", self_signed().certificate);
  }
  ~SystemStores() override {
    unsetenv("XDG_CONFIG_HOME");
    std::filesystem::remove_all(config_);
  }

  std::filesystem::path config_ = folder().path() / "config";
  std::filesystem::path my_ = config_ / "opensspi" / "certificates" / "my";
};

TEST_F(SystemStores, MyIsAFolderOfFiles) {
  const Names both = {"first.example", "server.wonderland.example"};
  const Store wide(CertOpenSystemStoreW(0, u"my"));
  EXPECT_EQ(both, names_in(wide));
  const Store narrow(CertOpenSystemStoreA(0, "My"));
  EXPECT_EQ(both, names_in(narrow));
  const Store opened(CertOpenStore(CERT_STORE_PROV_SYSTEM, 0, 0,
                                   CERT_SYSTEM_STORE_CURRENT_USER | CERT_STORE_READONLY_FLAG,
                                   u"MY"));
  EXPECT_EQ(both, names_in(opened));
  const Context with_key(CertFindCertificateInStore(wide.get(), X509_ASN_ENCODING, 0,
                                                    CERT_FIND_HAS_PRIVATE_KEY, nullptr, nullptr));
  ASSERT_NE(nullptr, with_key.get());
  EXPECT_EQ("server.wonderland.example", display_name(with_key.get()));
  CredSspCred cred = CredSspCred::server(with_key.get());
  const Credential credential = acquire_server("CREDSSP", cred.get());
}

TEST_F(SystemStores, AreCopiesThatDoNotChange) {
  const Store my(CertOpenSystemStoreA(0, "MY"));
  EXPECT_FALSE(CertAddCertificateContextToStore(my.get(), server_certificate(),
                                                CERT_STORE_ADD_ALWAYS, nullptr));
  EXPECT_ERROR(ERROR_ACCESS_DENIED);
  const PCCERT_CONTEXT first = CertEnumCertificatesInStore(my.get(), nullptr);
  EXPECT_FALSE(CertDeleteCertificateFromStore(first));
  EXPECT_ERROR(ERROR_ACCESS_DENIED);
  EXPECT_FALSE(CertFreeCertificateContext(first)) << "it is released all the same";
  EXPECT_EQ(2u, names_in(my).size());
  EXPECT_EQ(nullptr,
            CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0,
                          CERT_SYSTEM_STORE_CURRENT_USER | CERT_STORE_CREATE_NEW_FLAG, "MY"));
  EXPECT_ERROR(ERROR_ACCESS_DENIED);
}

TEST_F(SystemStores, OfNobodyAreEmpty) {
  const Store ca(CertOpenSystemStoreA(0, "CA"));
  EXPECT_EQ(Names(), names_in(ca));
}

// SSL_CERT_FILE and SSL_CERT_DIR, each certificate once, and never with a key.
TEST_F(SystemStores, RootIsWhatTheSystemTrusts) {
  std::filesystem::remove_all(folder().certificates());
  const std::string in_bundle = make_pem("bundle.example").certificate;
  write(folder().path() / "certificates.pem", in_bundle + self_signed().key);
  write(folder().certificates() / "01234567.0", in_bundle);
  write(folder().certificates() / "89abcdef.12", make_pem("hashed.example").certificate);
  write(folder().certificates() / "other.pem", make_pem("other.example").certificate);
  for (const DWORD location : {CERT_SYSTEM_STORE_CURRENT_USER, CERT_SYSTEM_STORE_LOCAL_MACHINE}) {
    const Store root(CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, location, "Root"));
    EXPECT_EQ((Names{"bundle.example", "hashed.example"}), names_in(root));
    EXPECT_EQ(nullptr, CertFindCertificateInStore(root.get(), X509_ASN_ENCODING, 0,
                                                  CERT_FIND_HAS_PRIVATE_KEY, nullptr, nullptr));
  }
  std::filesystem::remove_all(folder().certificates());
  std::filesystem::remove(folder().path() / "certificates.pem");
}

TEST_F(SystemStores, FilesAreStoresToo) {
  const std::string pem = (my_ / "b.pem").string(), der = (config_ / "one.der").string();
  const Store from_pem(CertOpenStore(CERT_STORE_PROV_FILENAME_A, 0, 0, 0, pem.c_str()));
  EXPECT_EQ(Names{"server.wonderland.example"}, names_in(from_pem));
  const PCCERT_CONTEXT server = server_certificate();
  write(der, {reinterpret_cast<const char*>(server->pbCertEncoded), server->cbCertEncoded});
  const std::u16string wide(der.begin(), der.end());
  const Store from_der(CertOpenStore(CERT_STORE_PROV_FILENAME, 0, 0, 0, wide.c_str()));
  EXPECT_EQ(Names{"server.wonderland.example"}, names_in(from_der));
  EXPECT_EQ(nullptr,
            CertOpenStore(CERT_STORE_PROV_FILENAME_A, 0, 0, 0, (my_ / "broken.pem").c_str()));
  EXPECT_ERROR(CRYPT_E_FILE_ERROR);
}

}  // namespace
}  // namespace caller
