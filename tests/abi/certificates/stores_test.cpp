// Stores in memory, of files and of the system; adding, deleting and finding in them.
#include "stores.h"

#include "material.h"

namespace caller {
namespace {

// A root, what it issued, and a stranger: DER, by the openssl command.
class Family : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const Files files("family");
    files.openssl(
        "req -x509 -newkey rsa:2048 -nodes -subj '/O=Wonderland/CN=Root of Hearts' "
        "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign "
        "-keyout $out.ca -outform DER -out $out; "
        "openssl x509 -inform DER -in $out -out $out2.ca; "
        "printf 'extendedKeyUsage=serverAuth\\nkeyUsage=digitalSignature,keyAgreement\\n' "
        "> $out2.ext; "
        "openssl req -new -key $key -subj '/C=XX/O=Wonderland/CN=The Knave' | "
        "openssl x509 -req -CA $out2.ca -CAkey $out.ca -set_serial 0x80 -extfile $out2.ext "
        "-outform DER -out $out2");
    root_ = new std::string(files.read());
    knave_ = new std::string(files.read2());
  }

  static Context context(const std::string& der) {
    return Context(CertCreateCertificateContext(X509_ASN_ENCODING, bytes(der), size(der)));
  }
  static Store memory() { return Store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr)); }
  // The root, and what it issued.
  static Store both() {
    Store store = memory();
    for (const std::string* der : {root_, knave_})
      EXPECT_TRUE(CertAddEncodedCertificateToStore(store.get(), X509_ASN_ENCODING, bytes(*der),
                                                   size(*der), CERT_STORE_ADD_NEW, nullptr));
    return store;
  }

  static const BYTE* bytes(const std::string& der) {
    return reinterpret_cast<const BYTE*>(der.data());
  }
  static DWORD size(const std::string& der) { return static_cast<DWORD>(der.size()); }

  // The subjects of all that are found.
  static std::vector<std::string> found(const Store& store, DWORD type, const void* parameter,
                                        DWORD flags = 0) {
    std::vector<std::string> subjects;
    for (PCCERT_CONTEXT at = nullptr;
         (at = CertFindCertificateInStore(store.get(), X509_ASN_ENCODING, flags, type, parameter,
                                          at)) != nullptr;)
      subjects.push_back(display_name(at));
    return subjects;
  }

  static inline const std::string *root_, *knave_;
};
using Subjects = std::vector<std::string>;

TEST_F(Family, CreateReadsOneDerCertificate) {
  const Context knave = context(*knave_);
  ASSERT_NE(nullptr, knave.get());
  EXPECT_EQ(size(*knave_), knave->cbCertEncoded);
  EXPECT_EQ(0, std::memcmp(knave->pbCertEncoded, knave_->data(), knave_->size()));
  ASSERT_NE(nullptr, knave->hCertStore);
  EXPECT_EQ("The Knave", display_name(knave.get()));
  EXPECT_EQ(DWORD{2}, knave->pCertInfo->SerialNumber.cbData);  // 00 80, the low octet first
  EXPECT_EQ(0x80, knave->pCertInfo->SerialNumber.pbData[0]);
}

TEST_F(Family, CreateRefusesWhatIsNone) {
  EXPECT_EQ(nullptr, CertCreateCertificateContext(0, bytes(*knave_), size(*knave_)));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_EQ(nullptr, CertCreateCertificateContext(X509_ASN_ENCODING, nullptr, 0));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_EQ(nullptr, CertCreateCertificateContext(X509_ASN_ENCODING, bytes(*knave_), 0));
  EXPECT_ERROR(CRYPT_E_ASN1_ERROR);
  EXPECT_EQ(nullptr,
            CertCreateCertificateContext(X509_ASN_ENCODING, bytes(*knave_), size(*knave_) - 1));
  EXPECT_ERROR(CRYPT_E_ASN1_ERROR);
}

TEST_F(Family, MemoryStoresBeginEmpty) {
  const Store store = memory();
  ASSERT_NE(nullptr, store.get());
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(store.get(), nullptr));
  EXPECT_ERROR(CRYPT_E_NOT_FOUND);
  const Store by_name(CertOpenStore(sz_CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  EXPECT_NE(nullptr, by_name.get());
}

TEST_F(Family, OpenRefusesWhatItHasNot) {
  EXPECT_EQ(nullptr, CertOpenStore(nullptr, 0, 0, 0, nullptr));
  EXPECT_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(nullptr, CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0, 0, nullptr));
  EXPECT_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(nullptr, CertOpenStore("Ldap", 0, 0, 0, nullptr));
  EXPECT_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(nullptr, CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, CERT_STORE_DELETE_FLAG, nullptr));
  EXPECT_ERROR(ERROR_CALL_NOT_IMPLEMENTED);
  EXPECT_EQ(nullptr,
            CertOpenStore(CERT_STORE_PROV_SYSTEM, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_EQ(nullptr, CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, 0, "MY"));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_EQ(nullptr, CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER,
                                   "No such store"));
  EXPECT_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(nullptr, CertOpenStore(CERT_STORE_PROV_FILENAME_A, 0, 0, 0, "/no/such/file"));
  EXPECT_ERROR(ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(nullptr, CertOpenSystemStoreW(0, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
}

TEST_F(Family, AddFollowsItsDisposition) {
  const Store store = memory();
  const Context knave = context(*knave_);
  PCCERT_CONTEXT first = nullptr, second = nullptr;
  ASSERT_TRUE(
      CertAddCertificateContextToStore(store.get(), knave.get(), CERT_STORE_ADD_NEW, &first));
  EXPECT_NE(knave.get(), first);
  EXPECT_EQ(store.get(), first->hCertStore);

  for (const DWORD refusing :
       {CERT_STORE_ADD_NEW, CERT_STORE_ADD_NEWER, CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES}) {
    EXPECT_FALSE(CertAddCertificateContextToStore(store.get(), knave.get(), refusing, nullptr));
    EXPECT_ERROR(CRYPT_E_EXISTS);
  }
  EXPECT_TRUE(CertAddCertificateContextToStore(store.get(), knave.get(),
                                               CERT_STORE_ADD_USE_EXISTING, &second));
  EXPECT_EQ(first, second);
  EXPECT_TRUE(CertFreeCertificateContext(second));
  EXPECT_TRUE(CertAddCertificateContextToStore(store.get(), knave.get(),
                                               CERT_STORE_ADD_REPLACE_EXISTING, &second));
  EXPECT_NE(first, second);
  EXPECT_EQ(1u, found(store, CERT_FIND_ANY, nullptr).size());
  EXPECT_TRUE(
      CertAddCertificateContextToStore(store.get(), knave.get(), CERT_STORE_ADD_ALWAYS, nullptr));
  EXPECT_EQ(2u, found(store, CERT_FIND_ANY, nullptr).size());
  EXPECT_EQ("The Knave", display_name(first)) << "replaced, and still held";
  EXPECT_TRUE(CertFreeCertificateContext(first));
  EXPECT_TRUE(CertFreeCertificateContext(second));

  EXPECT_FALSE(CertAddCertificateContextToStore(store.get(), knave.get(), 0, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_FALSE(CertAddCertificateContextToStore(store.get(), nullptr, CERT_STORE_ADD_NEW, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_FALSE(CertAddCertificateContextToStore(nullptr, knave.get(), CERT_STORE_ADD_NEW, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
}

TEST_F(Family, DeleteMayGoAlongWithAnEnumeration) {
  const Store store = both();
  DWORD seen = 0;
  for (PCCERT_CONTEXT at = nullptr; (at = CertEnumCertificatesInStore(store.get(), at)) != nullptr;
       ++seen)
    EXPECT_TRUE(CertDeleteCertificateFromStore(CertDuplicateCertificateContext(at)));
  EXPECT_EQ(2u, seen);
  EXPECT_EQ(Subjects(), found(store, CERT_FIND_ANY, nullptr));
  EXPECT_FALSE(CertDeleteCertificateFromStore(nullptr));
}

TEST_F(Family, FindLooksForWhatItIsTold) {
  const Store store = both();
  const Context root = context(*root_), knave = context(*knave_);
  const Subjects all = {"Root of Hearts", "The Knave"}, one = {"The Knave"}, none;
  EXPECT_EQ(all, found(store, CERT_FIND_ANY, nullptr));
  EXPECT_EQ(one, found(store, CERT_FIND_SUBJECT_STR_A, "KNAVE"));
  EXPECT_EQ(one, found(store, CERT_FIND_SUBJECT_STR_W, u"xx, Wonderland, the"));
  EXPECT_EQ(all, found(store, CERT_FIND_ISSUER_STR, u"hearts"));
  EXPECT_EQ(none, found(store, CERT_FIND_SUBJECT_STR_A, "CN=The Knave"));
  EXPECT_EQ(one, found(store, CERT_FIND_SUBJECT_NAME, &knave->pCertInfo->Subject));
  EXPECT_EQ(all, found(store, CERT_FIND_ISSUER_NAME, &knave->pCertInfo->Issuer));
  EXPECT_EQ(one, found(store, CERT_FIND_SUBJECT_CERT, knave->pCertInfo));
  EXPECT_EQ(one, found(store, CERT_FIND_EXISTING, knave.get()));
  EXPECT_EQ(one, found(store, CERT_FIND_PUBLIC_KEY, &knave->pCertInfo->SubjectPublicKeyInfo));
  EXPECT_EQ((Subjects{"Root of Hearts"}), found(store, CERT_FIND_ISSUER_OF, knave.get()));
  EXPECT_EQ(none, found(store, CERT_FIND_HAS_PRIVATE_KEY, nullptr));

  for (const auto& [property, type] :
       {std::pair<DWORD, DWORD>{CERT_SHA1_HASH_PROP_ID, CERT_FIND_SHA1_HASH},
        {CERT_MD5_HASH_PROP_ID, CERT_FIND_MD5_HASH},
        {CERT_KEY_IDENTIFIER_PROP_ID, CERT_FIND_KEY_IDENTIFIER}}) {
    std::string hash = property_of(knave.get(), property);
    CRYPT_HASH_BLOB blob{size(hash), reinterpret_cast<BYTE*>(hash.data())};
    EXPECT_EQ(one, found(store, type, &blob)) << type;
    --blob.cbData;
    EXPECT_EQ(none, found(store, type, &blob)) << type;
  }
  EXPECT_EQ(none, found(store, 0x7FFF0000, nullptr));
  EXPECT_ERROR(E_INVALIDARG);
  for (const DWORD needing : {CERT_FIND_SHA1_HASH, CERT_FIND_SUBJECT_NAME, CERT_FIND_SUBJECT_STR_A,
                              CERT_FIND_SUBJECT_CERT, CERT_FIND_ISSUER_OF, CERT_FIND_PROPERTY}) {
    EXPECT_EQ(none, found(store, needing, nullptr));
    EXPECT_ERROR(E_INVALIDARG);
  }
}

TEST_F(Family, FindLooksForUses) {
  const Store store = both();
  std::string server = szOID_PKIX_KP_SERVER_AUTH, client = szOID_PKIX_KP_CLIENT_AUTH;
  LPSTR uses[] = {server.data(), client.data()};
  CERT_ENHKEY_USAGE usage{1, uses};
  EXPECT_EQ(Subjects{"The Knave"}, found(store, CERT_FIND_ENHKEY_USAGE, &usage));
  EXPECT_EQ(
      2u,
      found(store, CERT_FIND_ENHKEY_USAGE, &usage, CERT_FIND_OPTIONAL_ENHKEY_USAGE_FLAG).size());
  usage.cUsageIdentifier = 2;
  EXPECT_EQ(Subjects(), found(store, CERT_FIND_ENHKEY_USAGE, &usage));
  EXPECT_EQ(Subjects{"The Knave"},
            found(store, CERT_FIND_ENHKEY_USAGE, &usage, CERT_FIND_OR_ENHKEY_USAGE_FLAG));
  EXPECT_EQ(Subjects{"Root of Hearts"},
            found(store, CERT_FIND_ENHKEY_USAGE, nullptr, CERT_FIND_NO_ENHKEY_USAGE_FLAG));
  EXPECT_EQ(Subjects{"The Knave"}, found(store, CERT_FIND_ENHKEY_USAGE, nullptr));
}

TEST_F(Family, PreviousIsAlwaysReleased) {
  const Store store = both(), other = both();
  PCCERT_CONTEXT of_other = CertEnumCertificatesInStore(other.get(), nullptr);
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(store.get(), of_other));
  EXPECT_ERROR(E_INVALIDARG);
  EXPECT_FALSE(CertFreeCertificateContext(of_other));
  of_other = CertEnumCertificatesInStore(other.get(), nullptr);
  EXPECT_EQ(nullptr, CertFindCertificateInStore(other.get(), X509_ASN_ENCODING, 0, 0x7FFF0000,
                                                nullptr, of_other));
  EXPECT_FALSE(CertFreeCertificateContext(of_other));
}

TEST_F(Family, IssuersAreFoundAndChecked) {
  const Store store = both();
  const Context knave = context(*knave_), root = context(*root_);
  DWORD checks =
      CERT_STORE_SIGNATURE_FLAG | CERT_STORE_TIME_VALIDITY_FLAG | CERT_STORE_REVOCATION_FLAG;
  const Context issuer(
      CertGetIssuerCertificateFromStore(store.get(), knave.get(), nullptr, &checks));
  ASSERT_NE(nullptr, issuer.get());
  EXPECT_EQ("Root of Hearts", display_name(issuer.get()));
  EXPECT_EQ(DWORD{CERT_STORE_REVOCATION_FLAG | CERT_STORE_NO_CRL_FLAG}, checks);
  checks = CERT_STORE_SIGNATURE_FLAG;
  EXPECT_EQ(nullptr, CertGetIssuerCertificateFromStore(store.get(), root.get(), nullptr, &checks));
  EXPECT_ERROR(CRYPT_E_SELF_SIGNED);
  EXPECT_EQ(0u, checks);
  const Store empty = memory();
  EXPECT_EQ(nullptr, CertGetIssuerCertificateFromStore(empty.get(), knave.get(), nullptr, &checks));
  EXPECT_ERROR(CRYPT_E_NOT_FOUND);
  checks = 8;
  EXPECT_EQ(nullptr, CertGetIssuerCertificateFromStore(store.get(), knave.get(), nullptr, &checks));
  EXPECT_ERROR(E_INVALIDARG);
}

TEST_F(Family, ContextsKeepTheirClosedStore) {
  const HCERTSTORE store = both().release();
  const Context root(CertEnumCertificatesInStore(store, nullptr));
  EXPECT_EQ(store, CertDuplicateStore(store));
  EXPECT_TRUE(CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG));
  EXPECT_FALSE(CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG));
  EXPECT_ERROR(CRYPT_E_PENDING_CLOSE);
  EXPECT_FALSE(CertCloseStore(store, 0)) << "it is closed";
  const Context next(
      CertEnumCertificatesInStore(root->hCertStore, CertDuplicateCertificateContext(root.get())));
  ASSERT_NE(nullptr, next.get());
  EXPECT_EQ("The Knave", display_name(next.get()));
}

TEST_F(Family, ForceEndsTheContextsOfAStore) {
  const HCERTSTORE store = both().release();
  const PCCERT_CONTEXT root = CertEnumCertificatesInStore(store, nullptr);
  EXPECT_TRUE(CertCloseStore(store, CERT_CLOSE_STORE_FORCE_FLAG | CERT_CLOSE_STORE_CHECK_FLAG));
  EXPECT_FALSE(CertFreeCertificateContext(root));
  EXPECT_EQ(nullptr, CertEnumCertificatesInStore(store, nullptr));
}

TEST_F(Family, StructuresAreCompared) {
  const Context root = context(*root_), knave = context(*knave_), again = context(*knave_);
  CERT_INFO &a = *knave->pCertInfo, &b = *again->pCertInfo, &other = *root->pCertInfo;
  EXPECT_TRUE(CertCompareCertificate(X509_ASN_ENCODING, &a, &b));
  EXPECT_FALSE(CertCompareCertificate(X509_ASN_ENCODING, &a, &other));
  EXPECT_FALSE(CertCompareCertificate(X509_ASN_ENCODING, &a, nullptr));
  EXPECT_TRUE(CertCompareCertificateName(X509_ASN_ENCODING, &a.Issuer, &other.Subject));
  EXPECT_FALSE(CertCompareCertificateName(X509_ASN_ENCODING, &a.Subject, &other.Subject));
  EXPECT_TRUE(CertComparePublicKeyInfo(X509_ASN_ENCODING, &a.SubjectPublicKeyInfo,
                                       &b.SubjectPublicKeyInfo));
  EXPECT_FALSE(CertComparePublicKeyInfo(X509_ASN_ENCODING, &a.SubjectPublicKeyInfo,
                                        &other.SubjectPublicKeyInfo));
  BYTE small[] = {0x80, 0}, longer[] = {0x80, 0, 0, 0}, negative[] = {0x80}, minus[] = {0x80, 0xFF};
  CRYPT_INTEGER_BLOB n{2, small}, same{4, longer}, other_sign{1, negative}, as_long{2, minus};
  EXPECT_TRUE(CertCompareIntegerBlob(&n, &same));
  EXPECT_FALSE(CertCompareIntegerBlob(&n, &other_sign));
  EXPECT_TRUE(CertCompareIntegerBlob(&other_sign, &as_long));
}

TEST_F(Family, ExtensionsAndUseOfTheKey) {
  const Context root = context(*root_), knave = context(*knave_);
  const CERT_INFO& info = *knave->pCertInfo;
  EXPECT_NE(nullptr,
            CertFindExtension(szOID_ENHANCED_KEY_USAGE, info.cExtension, info.rgExtension));
  EXPECT_EQ(nullptr, CertFindExtension(szOID_SUBJECT_ALT_NAME2, info.cExtension, info.rgExtension));
  const PCERT_EXTENSION constraints = CertFindExtension(
      szOID_BASIC_CONSTRAINTS2, root->pCertInfo->cExtension, root->pCertInfo->rgExtension);
  ASSERT_NE(nullptr, constraints);
  EXPECT_TRUE(constraints->fCritical);
  BYTE usage[2] = {1, 1};
  EXPECT_TRUE(CertGetIntendedKeyUsage(X509_ASN_ENCODING, knave->pCertInfo, usage, 2));
  EXPECT_EQ(CERT_DIGITAL_SIGNATURE_KEY_USAGE | CERT_KEY_AGREEMENT_KEY_USAGE, usage[0]);
  EXPECT_EQ(0, usage[1]);
  const Context plain = Context(CertDuplicateCertificateContext(server_certificate()));
  CERT_INFO without = *plain->pCertInfo;
  without.cExtension = 0;
  EXPECT_FALSE(CertGetIntendedKeyUsage(X509_ASN_ENCODING, &without, usage, 2));
  EXPECT_EQ(0u, opensspi_get_last_error());
  EXPECT_EQ(0, CertVerifyTimeValidity(nullptr, knave->pCertInfo));
  FILETIME early = info.NotBefore, late = info.NotAfter;
  --early.dwHighDateTime;
  ++late.dwHighDateTime;
  EXPECT_EQ(-1, CertVerifyTimeValidity(&early, knave->pCertInfo));
  EXPECT_EQ(1, CertVerifyTimeValidity(&late, knave->pCertInfo));
}

}  // namespace
}  // namespace caller
