// wincrypt.h while memory runs out: each allocation of the library fails once, and each time the
// call says E_OUTOFMEMORY and leaves nothing behind.
#include "abi/support.h"
#include "support/failing_new.h"

namespace caller {
namespace {

void expect_told(const std::function<bool()>& body) {
  opensspi::test::expect_each_to_be_told<DWORD>(
      static_cast<DWORD>(E_OUTOFMEMORY), ERROR_SUCCESS,
      [&] { return body() ? DWORD{ERROR_SUCCESS} : opensspi_get_last_error(); });
}

TEST(WincryptAllocations, OfContexts) {
  const PCCERT_CONTEXT server = server_certificate();
  expect_told([&] {
    const PCCERT_CONTEXT context = CertCreateCertificateContext(
        X509_ASN_ENCODING, server->pbCertEncoded, server->cbCertEncoded);
    return context != nullptr && CertFreeCertificateContext(context);
  });
}

TEST(WincryptAllocations, OfProperties) {
  const PCCERT_CONTEXT server = server_certificate();
  BYTE name[64] = {'n', 0, 0, 0};
  const CRYPT_DATA_BLOB blob{sizeof name, name};
  expect_told([&] {
    return CertSetCertificateContextProperty(server, CERT_FRIENDLY_NAME_PROP_ID, 0, &blob) != FALSE;
  });
  for (const DWORD id : {DWORD{CERT_SHA1_HASH_PROP_ID}, DWORD{CERT_KEY_PROV_INFO_PROP_ID},
                         DWORD{CERT_FRIENDLY_NAME_PROP_ID}}) {
    BYTE value[512];
    expect_told([&] {
      DWORD size = sizeof value;
      return CertGetCertificateContextProperty(server, id, value, &size) != FALSE;
    });
  }
}

TEST(WincryptAllocations, OfStores) {
  expect_told([] {
    const HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
    return store != nullptr && CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG);
  });
  const HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
  for (const DWORD disposition : {CERT_STORE_ADD_ALWAYS, CERT_STORE_ADD_USE_EXISTING,
                                  CERT_STORE_ADD_REPLACE_EXISTING_INHERIT_PROPERTIES})
    expect_told([&] {
      return CertAddCertificateContextToStore(store, server_certificate(), disposition, nullptr) !=
             FALSE;
    });
  for (const auto& [type, parameter] :
       {std::pair<DWORD, const void*>{CERT_FIND_SUBJECT_STR_A, "wonderland"},
        {CERT_FIND_SUBJECT_NAME, &server_certificate()->pCertInfo->Subject},
        {CERT_FIND_EXISTING, server_certificate()}})
    expect_told([&] {
      const PCCERT_CONTEXT found =
          CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, type, parameter, nullptr);
      return found != nullptr && CertFreeCertificateContext(found);
    });
  EXPECT_TRUE(CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG)) << "no reference was lost";
}

TEST(WincryptAllocations, OfChains) {
  CERT_CHAIN_PARA parameters{};
  parameters.cbSize = sizeof parameters;
  PCCERT_CHAIN_CONTEXT chain = nullptr;
  expect_told([&] {
    if (!CertGetCertificateChain(nullptr, server_certificate(), nullptr, nullptr, &parameters, 0,
                                 nullptr, &chain))
      return false;
    CertFreeCertificateChain(chain);
    return true;
  });
  SEC_WCHAR host[] = u"server.wonderland.example.of.some.length";
  SSL_EXTRA_CERT_CHAIN_POLICY_PARA extra{};
  extra.cbSize = sizeof extra;
  extra.dwAuthType = AUTHTYPE_SERVER;
  extra.pwszServerName = host;
  CERT_CHAIN_POLICY_PARA para{sizeof para, 0, &extra};
  CERT_CHAIN_POLICY_STATUS status{};
  status.cbSize = sizeof status;
  ASSERT_TRUE(CertGetCertificateChain(nullptr, server_certificate(), nullptr, nullptr, &parameters,
                                      0, nullptr, &chain));
  expect_told([&] {
    return CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain, &para, &status) != FALSE;
  });
  CertFreeCertificateChain(chain);
}

}  // namespace
}  // namespace caller
