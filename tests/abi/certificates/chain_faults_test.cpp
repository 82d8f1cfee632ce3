// What CertGetCertificateChain finds wrong with certificates that were made to be wrong.
#include "chains.h"

namespace caller {
namespace {

constexpr DWORD kAll = 0xFFFFFFFF;  // checks and flags that forgive

TEST_F(Chains, ForgeriesAreNotForgiven) {
  const Chain chain(build(certificate("bad_good")));
  EXPECT_VERDICT(TRUST_E_CERT_SIGNATURE, 0, 0, verdict(chain, {.checks = kAll, .flags = kAll}));
}

TEST_F(Chains, ForgedSelfSignedOnesAreNotForgiven) {
  const Chain alone(build(certificate("bad_self")));
  EXPECT_EQ(DWORD{CERT_TRUST_IS_UNTRUSTED_ROOT | CERT_TRUST_IS_NOT_SIGNATURE_VALID},
            alone->TrustStatus.dwErrorStatus);
  EXPECT_EQ(0u, alone.element(0).TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED);
  EXPECT_VERDICT(TRUST_E_CERT_SIGNATURE, 0, 0, verdict(alone, {.checks = kAll, .flags = kAll}));

  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  ASSERT_TRUE(CertAddCertificateContextToStore(store.get(), certificate("bad_root").get(),
                                               CERT_STORE_ADD_NEW, nullptr));
  const Chain chain(build(certificate("strange"), nullptr, store.get()));
  EXPECT_VERDICT(TRUST_E_CERT_SIGNATURE, 0, 1, verdict(chain, {.checks = kAll, .flags = kAll}));
}

TEST_F(Chains, OfWeakSignaturesAndKeysAreRefused) {
  for (const char* weak : {"sha1", "small"}) {
    const Chain chain(build(certificate(weak), szOID_PKIX_KP_SERVER_AUTH));
    EXPECT_EQ(DWORD{CERT_TRUST_HAS_WEAK_SIGNATURE}, chain->TrustStatus.dwErrorStatus) << weak;
    EXPECT_EQ(DWORD{CERT_TRUST_HAS_WEAK_SIGNATURE}, chain.element(0).TrustStatus.dwErrorStatus);
    EXPECT_EQ(0u, chain.element(1).TrustStatus.dwErrorStatus);
    EXPECT_VERDICT(TRUST_E_CERT_SIGNATURE, 0, 0, verdict(chain));
    EXPECT_VERDICT(0, -1, -1,
                   verdict(chain, {.flags = CERT_CHAIN_POLICY_IGNORE_WEAK_SIGNATURE_FLAG}));
  }
}

std::vector<std::string> usages_of(const CERT_CHAIN_ELEMENT& element) {
  const CERT_ENHKEY_USAGE& usage = *element.pApplicationUsage;
  return {usage.rgpszUsageIdentifier, usage.rgpszUsageIdentifier + usage.cUsageIdentifier};
}

TEST_F(Chains, WhoseAuthorityIsForAnotherUseAreRefused) {
  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  ASSERT_TRUE(CertAddCertificateContextToStore(store.get(), certificate("Mail.der").get(),
                                               CERT_STORE_ADD_NEW, nullptr));
  const Chain chain(build(certificate("under_mail"), nullptr, store.get()));
  EXPECT_EQ(0u, chain->TrustStatus.dwErrorStatus) << "nothing was asked";
  EXPECT_EQ(std::vector<std::string>(), usages_of(chain.element(0)));
  EXPECT_EQ(std::vector<std::string>{szOID_PKIX_KP_EMAIL_PROTECTION}, usages_of(chain.element(1)));
  EXPECT_EQ(nullptr, chain.element(2).pApplicationUsage);
  EXPECT_VERDICT(CERT_E_WRONG_USAGE, 0, 1, verdict(chain));
  const Chain asked(build(certificate("under_mail"), szOID_PKIX_KP_SERVER_AUTH, store.get()));
  EXPECT_VERDICT(CERT_E_WRONG_USAGE, 0, 1, verdict(asked));
}

TEST_F(Chains, OfEveryUseAreGood) {
  const Chain chain(build(certificate("any"), szOID_PKIX_KP_SERVER_AUTH));
  EXPECT_EQ(nullptr, chain.element(0).pApplicationUsage);
  EXPECT_VERDICT(0, -1, -1, verdict(chain));
}

TEST_F(Chains, KeepTheirCertificatesWhenAStoreIsClosedByForce) {
  HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
  PCCERT_CONTEXT good = nullptr;
  ASSERT_TRUE(CertAddCertificateContextToStore(store, certificate("good").get(), CERT_STORE_ADD_NEW,
                                               &good));
  PCCERT_CONTEXT kept = nullptr;
  {
    CERT_CHAIN_PARA parameters{};
    parameters.cbSize = sizeof parameters;
    PCCERT_CHAIN_CONTEXT built = nullptr;
    ASSERT_TRUE(
        CertGetCertificateChain(nullptr, good, nullptr, nullptr, &parameters, 0, nullptr, &built));
    const Chain chain(built);
    EXPECT_TRUE(CertCloseStore(store, CERT_CLOSE_STORE_FORCE_FLAG));
    kept = chain.element(0).pCertContext;
    EXPECT_EQ("good", display_name(kept));
    EXPECT_VERDICT(0, -1, -1, verdict(chain));
    EXPECT_FALSE(CertFreeCertificateContext(kept)) << "it is the chain's";
    EXPECT_EQ(kept, CertDuplicateCertificateContext(kept));
    EXPECT_TRUE(CertFreeCertificateContext(kept));
  }
  EXPECT_EQ(nullptr, CertDuplicateCertificateContext(kept));
}

TEST_F(Chains, ForgiveUnknownRevocationByPlace) {
  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  ASSERT_TRUE(CertAddCertificateContextToStore(store.get(), certificate("Mail.der").get(),
                                               CERT_STORE_ADD_NEW, nullptr));
  constexpr DWORD kEnd = CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG,
                  kCa = CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG,
                  kRoot = CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG;
  const auto element = [&](DWORD checked, DWORD forgiven) {
    const Chain chain(build(certificate("under_mail"), nullptr, store.get(), checked));
    const auto status =
        verdict(chain, {.checks = SECURITY_FLAG_IGNORE_WRONG_USAGE, .flags = forgiven});
    EXPECT_EQ(status.lElementIndex < 0 ? 0u : static_cast<DWORD>(CRYPT_E_REVOCATION_OFFLINE),
              status.dwError);
    return status.lElementIndex;
  };
  EXPECT_EQ(-1, element(CERT_CHAIN_REVOCATION_CHECK_END_CERT, kEnd));
  EXPECT_EQ(0, element(CERT_CHAIN_REVOCATION_CHECK_END_CERT, kCa | kRoot));
  EXPECT_EQ(-1, element(CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT, kEnd | kCa));
  EXPECT_EQ(-1, element(CERT_CHAIN_REVOCATION_CHECK_CHAIN, kEnd | kCa | kRoot));
  EXPECT_EQ(0, element(CERT_CHAIN_REVOCATION_CHECK_CHAIN, kCa | kRoot));
  EXPECT_EQ(1, element(CERT_CHAIN_REVOCATION_CHECK_CHAIN, kEnd | kRoot));
  EXPECT_EQ(2, element(CERT_CHAIN_REVOCATION_CHECK_CHAIN, kEnd | kCa));
}

}  // namespace
}  // namespace caller
