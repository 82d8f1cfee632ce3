// CertGetCertificateChain, and what CertVerifyCertificateChainPolicy makes of it.
#include "chains.h"

namespace caller {
namespace {

TEST_F(Chains, OfATrustedServerIsGood) {
  const Context good = certificate("good");
  const Chain chain(build(good, szOID_PKIX_KP_SERVER_AUTH));
  EXPECT_EQ(0u, chain->TrustStatus.dwErrorStatus);
  ASSERT_EQ(1u, chain->cChain);
  ASSERT_EQ(2u, chain->rgpChain[0]->cElement);
  EXPECT_EQ(good.get(), chain.element(0).pCertContext);
  EXPECT_EQ("Trusted", display_name(chain.element(1).pCertContext));
  EXPECT_EQ(DWORD{CERT_TRUST_IS_SELF_SIGNED},
            chain.element(1).TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED);
  EXPECT_EQ(0u, chain.element(0).TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED);
  EXPECT_VERDICT(0, -1, -1, verdict(chain));
  EXPECT_VERDICT(0, -1, -1, verdict(chain, {.host = u"192.0.2.1"}));
  EXPECT_VERDICT(0, -1, -1, verdict(chain, {.host = nullptr}));
}

TEST_F(Chains, AnotherHostIsNoMatch) {
  const Chain chain(build(certificate("good")));
  EXPECT_VERDICT(CERT_E_CN_NO_MATCH, 0, 0, verdict(chain, {.host = u"other.example"}));
  EXPECT_VERDICT(CERT_E_CN_NO_MATCH, 0, 0, verdict(chain, {.host = u""}));
  EXPECT_VERDICT(
      0, -1, -1,
      verdict(chain, {.checks = SECURITY_FLAG_IGNORE_CERT_CN_INVALID, .host = u"other.example"}));
}

TEST_F(Chains, StrangersAreUntrusted) {
  const Context strange = certificate("strange");
  {
    const Chain chain(build(strange));
    EXPECT_EQ(DWORD{CERT_TRUST_IS_PARTIAL_CHAIN}, chain->TrustStatus.dwErrorStatus);
    EXPECT_VERDICT(CERT_E_CHAINING, 0, -1, verdict(chain));
  }
  const Store store(CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr));
  ASSERT_TRUE(CertAddCertificateContextToStore(store.get(), certificate("root").get(),
                                               CERT_STORE_ADD_NEW, nullptr));
  const Chain chain(build(strange, nullptr, store.get()));
  EXPECT_EQ(DWORD{CERT_TRUST_IS_UNTRUSTED_ROOT}, chain->TrustStatus.dwErrorStatus);
  EXPECT_EQ(0u, chain.element(0).TrustStatus.dwErrorStatus);
  EXPECT_EQ(DWORD{CERT_TRUST_IS_UNTRUSTED_ROOT}, chain.element(1).TrustStatus.dwErrorStatus);
  EXPECT_VERDICT(CERT_E_UNTRUSTEDROOT, 0, 1, verdict(chain));
  EXPECT_VERDICT(0, -1, -1, verdict(chain, {.checks = SECURITY_FLAG_IGNORE_UNKNOWN_CA}));
  EXPECT_VERDICT(0, -1, -1, verdict(chain, {.flags = CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG}));
  EXPECT_VERDICT(CERT_E_CN_NO_MATCH, 0, 0,
                 verdict(chain, {.checks = SECURITY_FLAG_IGNORE_UNKNOWN_CA, .host = u"x.example"}));
}

TEST_F(Chains, TimeIsWhatTheCallerSays) {
  const Context good = certificate("good");
  FILETIME time = good->pCertInfo->NotAfter;
  ++time.dwHighDateTime;  // seven minutes
  const Chain expired(build(good, nullptr, nullptr, 0, &time));
  EXPECT_VERDICT(CERT_E_EXPIRED, 0, 0, verdict(expired));
  EXPECT_VERDICT(0, -1, -1, verdict(expired, {.checks = SECURITY_FLAG_IGNORE_CERT_DATE_INVALID}));
  time = good->pCertInfo->NotBefore;
  ++time.dwHighDateTime;
  const Chain during(build(good, nullptr, nullptr, 0, &time));
  EXPECT_VERDICT(0, -1, -1, verdict(during));
  time.dwHighDateTime -= 1000;  // five days
  const Chain before(build(good, nullptr, nullptr, 0, &time));
  EXPECT_VERDICT(CERT_E_EXPIRED, 0, 0, verdict(before));
}

TEST_F(Chains, UsesAreHeldTo) {
  const Context client = certificate("client");
  const Chain as_server(build(client, szOID_PKIX_KP_SERVER_AUTH));
  EXPECT_EQ(DWORD{CERT_TRUST_IS_NOT_VALID_FOR_USAGE}, as_server->TrustStatus.dwErrorStatus);
  EXPECT_VERDICT(CERT_E_WRONG_USAGE, 0, 0, verdict(as_server));
  const Chain as_anything(build(client));
  EXPECT_EQ(0u, as_anything->TrustStatus.dwErrorStatus);
  EXPECT_VERDICT(CERT_E_WRONG_USAGE, 0, 0, verdict(as_anything));
  EXPECT_VERDICT(0, -1, -1, verdict(as_anything, {.auth_type = AUTHTYPE_CLIENT}));
  EXPECT_VERDICT(0, -1, -1, verdict(as_anything, {.checks = SECURITY_FLAG_IGNORE_WRONG_USAGE}));
}

TEST_F(Chains, RevocationCannotBeAsked) {
  const Chain chain(
      build(certificate("good"), nullptr, nullptr, CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT));
  constexpr DWORD kUnknown =
      CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION;
  EXPECT_EQ(kUnknown, chain->TrustStatus.dwErrorStatus);
  EXPECT_EQ(kUnknown, chain.element(0).TrustStatus.dwErrorStatus);
  EXPECT_EQ(0u, chain.element(1).TrustStatus.dwErrorStatus);
  EXPECT_VERDICT(CRYPT_E_REVOCATION_OFFLINE, 0, 0, verdict(chain));
  EXPECT_VERDICT(0, -1, -1, verdict(chain, {.checks = SECURITY_FLAG_IGNORE_REVOCATION}));
  EXPECT_VERDICT(0, -1, -1,
                 verdict(chain, {.flags = CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS}));
  EXPECT_VERDICT(CRYPT_E_REVOCATION_OFFLINE, 0, 0,
                 verdict(chain, {.flags = CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG}));
}

TEST_F(Chains, BasePolicyLooksAtNoName) {
  const Chain chain(build(certificate("good")));
  CERT_CHAIN_POLICY_STATUS status{};
  status.cbSize = sizeof status;
  EXPECT_TRUE(
      CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_BASE, chain.get(), nullptr, &status));
  EXPECT_EQ(0u, status.dwError);
}

TEST_F(Chains, BadArgumentsAreRefused) {
  const Context good = certificate("good");
  CERT_CHAIN_PARA parameters{};
  parameters.cbSize = sizeof parameters;
  PCCERT_CHAIN_CONTEXT none = nullptr;
  const auto refused = [&](HCERTCHAINENGINE engine, PCCERT_CONTEXT context, HCERTSTORE store,
                           PCERT_CHAIN_PARA para, void* reserved, PCCERT_CHAIN_CONTEXT* out) {
    EXPECT_FALSE(CertGetCertificateChain(engine, context, nullptr, store, para, 0, reserved, out));
    EXPECT_ERROR(E_INVALIDARG);
    EXPECT_EQ(nullptr, none);
  };
  refused(nullptr, nullptr, nullptr, &parameters, nullptr, &none);
  refused(nullptr, good.get(), nullptr, nullptr, nullptr, &none);
  refused(nullptr, good.get(), nullptr, &parameters, nullptr, nullptr);
  refused(nullptr, good.get(), nullptr, &parameters, &none, &none);
  refused(nullptr, good.get(), &none, &parameters, nullptr, &none);
  refused(&none, good.get(), nullptr, &parameters, nullptr, &none);
  --parameters.cbSize;
  refused(nullptr, good.get(), nullptr, &parameters, nullptr, &none);

  const Chain chain(build(good));
  CERT_CHAIN_POLICY_PARA para{sizeof para, 0, nullptr};
  CERT_CHAIN_POLICY_STATUS status{};
  status.cbSize = sizeof status;
  const auto unchecked = [&](LPCSTR policy, PCCERT_CHAIN_CONTEXT what,
                             PCERT_CHAIN_POLICY_STATUS out, DWORD error) {
    EXPECT_FALSE(CertVerifyCertificateChainPolicy(policy, what, &para, out));
    EXPECT_EQ(error, opensspi_get_last_error());
  };
  unchecked(CERT_CHAIN_POLICY_EV, chain.get(), &status, ERROR_FILE_NOT_FOUND);
  unchecked(CERT_CHAIN_POLICY_SSL, nullptr, &status, static_cast<DWORD>(E_INVALIDARG));
  unchecked(CERT_CHAIN_POLICY_SSL, chain.get(), nullptr, static_cast<DWORD>(E_INVALIDARG));
  status.cbSize = 4;
  unchecked(CERT_CHAIN_POLICY_SSL, chain.get(), &status, static_cast<DWORD>(E_INVALIDARG));
  status.cbSize = sizeof status;
  SSL_EXTRA_CERT_CHAIN_POLICY_PARA extra{};
  extra.cbSize = sizeof extra;
  para.pvExtraPolicyPara = &extra;  // its dwAuthType is nobody's
  unchecked(CERT_CHAIN_POLICY_SSL, chain.get(), &status, static_cast<DWORD>(E_INVALIDARG));
}

TEST_F(Chains, AreCounted) {
  const PCCERT_CHAIN_CONTEXT chain = build(certificate("good"));
  EXPECT_EQ(chain, CertDuplicateCertificateChain(chain));
  CertFreeCertificateChain(chain);
  EXPECT_EQ("good", display_name(chain->rgpChain[0]->rgpElement[0]->pCertContext))
      << "the chain keeps its certificates";
  CertFreeCertificateChain(chain);
  EXPECT_EQ(nullptr, CertDuplicateCertificateChain(chain));
  CertFreeCertificateChain(chain);
  CertFreeCertificateChain(nullptr);
}

}  // namespace
}  // namespace caller
