// What cannot be relied on any more: short keys, MD5 and SHA-1.
#include <gtest/gtest.h>
#include <openssl/objects.h>

#include "support/certificates.h"
#include "x509/chain.h"

namespace opensspi {
namespace {

namespace error = x509::trust_error;
using test::Issued;
using test::KeyKind;

x509::Certificate certificate(const Issued& issued) {
  return x509::Certificate::from_der(issued.certificate_der()).value();
}

struct Weakness {
  const char* name;
  KeyKind key;
  const char* digest;
};
constexpr Weakness kWeaknesses[] = {{"MD5", KeyKind::Rsa, "MD5"},
                                    {"SHA-1", KeyKind::Rsa, "SHA1"},
                                    {"RSA-512", KeyKind::Rsa512, "SHA256"},
                                    {"RSA-1024", KeyKind::Rsa1024, "SHA256"}};

class WeakChain : public ::testing::Test {
 protected:
  Issued root_ = rsa_root();

  static const Issued& rsa_root() {  // there is no ECDSA with MD5
    static const Issued root =
        test::issue({.common_name = "Root",
                     .key = KeyKind::Rsa,
                     .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
    return root;
  }
  // The chain of the first, through the others, to the root.
  x509::Chain build(const Issued& leaf, const std::vector<const Issued*>& issuers = {}) {
    x509::ChainRequest request;
    for (const Issued* issuer : issuers) request.issuers.push_back(certificate(*issuer));
    const auto root = certificate(root_);
    return x509::build_chain(certificate(leaf), request, x509::TrustStore::of({&root, 1}));
  }
  static std::vector<bool> weak(const x509::Chain& chain) {
    std::vector<bool> weak;
    for (const auto& element : chain.elements)
      weak.push_back((element.errors & error::kHasWeakSignature) != 0);
    return weak;
  }
};

TEST_F(WeakChain, LeavesAreRefused) {
  for (const Weakness& weakness : kWeaknesses) {
    const Issued leaf =
        test::issue({.key = weakness.key, .issuer = &root_, .digest = weakness.digest});
    const x509::Chain chain = build(leaf);
    EXPECT_EQ(chain.errors, error::kHasWeakSignature) << weakness.name;
    EXPECT_EQ(weak(chain), (std::vector<bool>{true, false})) << weakness.name;
  }
}

TEST_F(WeakChain, IntermediatesAreRefused) {
  for (const Weakness& weakness : kWeaknesses) {
    const Issued middle = test::issue({.common_name = "Middle",
                                       .key = weakness.key,
                                       .issuer = &root_,
                                       .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}},
                                       .digest = weakness.digest});
    const x509::Chain chain = build(test::issue({.issuer = &middle}), {&middle});
    EXPECT_EQ(chain.errors, error::kHasWeakSignature) << weakness.name;
    EXPECT_EQ(weak(chain), (std::vector<bool>{false, true, false})) << weakness.name;
  }
}

// Old RDP servers have one: who trusts the certificate itself does not rely on its signature.
TEST_F(WeakChain, ATrustedServersOwnSignatureMayBeOld) {
  root_ = test::issue({.key = KeyKind::Rsa, .digest = "SHA1"});
  EXPECT_EQ(build(root_).errors, 0u);
}

TEST_F(WeakChain, AnAuthoritysOwnSignatureMayBeOld) {
  root_ = test::issue({.common_name = "Old Root",
                       .key = KeyKind::Rsa,
                       .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}},
                       .digest = "SHA1"});
  EXPECT_EQ(build(test::issue({.issuer = &root_})).errors, 0u);
}

}  // namespace
}  // namespace opensspi
