// CertFindChainInStore: a client's certificate for the authorities that a server names.
#define CERT_CHAIN_FIND_BY_ISSUER_PARA_HAS_EXTRA_FIELDS
#include "chains.h"

namespace caller {
namespace {

using Names = std::vector<std::string>;

// Servers of Trusted, of Stranger and self-signed; the last one alone has its key.
class FindChain : public Chains {
 protected:
  FindChain() {
    for (const char* name : {"client", "strange", "good"})
      EXPECT_TRUE(CertAddCertificateContextToStore(store_.get(), certificate(name).get(),
                                                   CERT_STORE_ADD_NEW, nullptr));
    const Context own(from_pem(self_signed().certificate, self_signed().key));
    EXPECT_TRUE(
        CertAddCertificateContextToStore(store_.get(), own.get(), CERT_STORE_ADD_NEW, nullptr));
    by_.cbSize = sizeof by_;
  }

  Names found(DWORD flags = CERT_CHAIN_FIND_BY_ISSUER_NO_KEY_FLAG) {
    Names names;
    for (PCCERT_CHAIN_CONTEXT at = nullptr;
         (at = CertFindChainInStore(store_.get(), X509_ASN_ENCODING, flags,
                                    CERT_CHAIN_FIND_BY_ISSUER, &by_, at)) != nullptr;)
      names.push_back(display_name(at->rgpChain[0]->rgpElement[0]->pCertContext));
    EXPECT_ERROR(CRYPT_E_NOT_FOUND);
    return names;
  }

  Store store_{CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr)};
  CERT_CHAIN_FIND_BY_ISSUER_PARA by_{};
};

TEST_F(FindChain, OfAnythingWithAKey) {
  EXPECT_EQ(Names{"server.wonderland.example"}, found(0));
  EXPECT_EQ((Names{"client", "strange", "good", "server.wonderland.example"}), found());
  by_.dwKeySpec = AT_SIGNATURE;
  EXPECT_EQ(Names{}, found());
  by_.dwKeySpec = AT_KEYEXCHANGE;
  EXPECT_EQ(Names{"server.wonderland.example"}, found());
}

TEST_F(FindChain, OfAUse) {
  by_.pszUsageIdentifier = szOID_PKIX_KP_CLIENT_AUTH;
  EXPECT_EQ(Names{"client"}, found());
}

TEST_F(FindChain, OfIssuers) {
  const Context good = certificate("good"), strange = certificate("strange");
  CERT_NAME_BLOB issuers[] = {strange->pCertInfo->Issuer, good->pCertInfo->Issuer};
  DWORD chain_index = 7, element_index = 7;
  by_.rgIssuer = issuers;
  by_.pdwIssuerChainIndex = &chain_index;
  by_.pdwIssuerElementIndex = &element_index;
  by_.cIssuer = 1;
  EXPECT_EQ(Names{"strange"}, found());
  EXPECT_EQ(0u, chain_index);
  EXPECT_EQ(0u, element_index);
  by_.cIssuer = 2;
  EXPECT_EQ((Names{"client", "strange", "good"}), found());
}

// The authority of the authority counts too, and it is in the chain.
TEST_F(FindChain, OfAnIssuerFurtherUp) {
  for (const char* name : {"Mail.der", "under_mail"})
    ASSERT_TRUE(CertAddCertificateContextToStore(store_.get(), certificate(name).get(),
                                                 CERT_STORE_ADD_NEW, nullptr));
  const Context good = certificate("good");
  DWORD element_index = 7;
  by_.rgIssuer = &good->pCertInfo->Issuer;
  by_.cIssuer = 1;
  by_.pdwIssuerElementIndex = &element_index;
  EXPECT_EQ((Names{"client", "good", "Mail", "under_mail"}), found());
  EXPECT_EQ(1u, element_index);
  EXPECT_EQ((Names{"client", "good", "Mail"}), found(CERT_CHAIN_FIND_BY_ISSUER_NO_KEY_FLAG |
                                                     CERT_CHAIN_FIND_BY_ISSUER_CACHE_ONLY_FLAG));
}

TEST_F(FindChain, ThatTheCallerTakes) {
  by_.pfnFindCallback = [](PCCERT_CONTEXT context, void* wanted) -> BOOL {
    return display_name(context) == static_cast<const char*>(wanted) ? TRUE : FALSE;
  };
  char wanted[] = "good";
  by_.pvFindArg = wanted;
  EXPECT_EQ(Names{"good"}, found());
}

TEST_F(FindChain, RefusesWhatItDoesNotKnow) {
  const auto refused = [&](DWORD flags, DWORD type, const void* parameter) {
    EXPECT_EQ(nullptr, CertFindChainInStore(store_.get(), X509_ASN_ENCODING, flags, type, parameter,
                                            nullptr));
    EXPECT_ERROR(E_INVALIDARG);
  };
  refused(0x100, CERT_CHAIN_FIND_BY_ISSUER, &by_);
  refused(0, 2, &by_);
  refused(0, CERT_CHAIN_FIND_BY_ISSUER, nullptr);
  by_.cIssuer = 1;
  refused(0, CERT_CHAIN_FIND_BY_ISSUER, &by_);
  by_.cIssuer = 0;
  by_.cbSize = 4;
  refused(0, CERT_CHAIN_FIND_BY_ISSUER, &by_);
}

}  // namespace
}  // namespace caller
