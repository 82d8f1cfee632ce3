// What CertGetCertificateChain finds wrong with certificates that were made to be wrong.
#include "chains.h"

namespace caller {
namespace {

TEST_F(Chains, OfWeakSignaturesAndKeysAreRefused) {
  for (const char* weak : {"sha1", "small"}) {
    const Chain chain(build(certificate(weak), szOID_PKIX_KP_SERVER_AUTH));
    EXPECT_EQ(DWORD{CERT_TRUST_HAS_WEAK_SIGNATURE}, chain->TrustStatus.dwErrorStatus) << weak;
    EXPECT_EQ(DWORD{CERT_TRUST_HAS_WEAK_SIGNATURE}, chain.element(0).TrustStatus.dwErrorStatus);
    EXPECT_EQ(0u, chain.element(1).TrustStatus.dwErrorStatus);
    EXPECT_VERDICT(TRUST_E_CERT_SIGNATURE, 0, 0, verdict(chain));
  }
}

}  // namespace
}  // namespace caller
