// Chains with the faults of each certificate, and the order of issuers.
#include "x509/chain.h"

#include <gtest/gtest.h>
#include <openssl/objects.h>

#include "support/certificates.h"

namespace opensspi {
namespace {

namespace error = x509::trust_error;
using test::Issued;

constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";

x509::Certificate certificate(const Issued& issued) {
  return x509::Certificate::from_der(issued.certificate_der()).value();
}

class ChainTest : public ::testing::Test {
 protected:
  ChainTest() { request_.issuers = {certificate(root_), certificate(middle_)}; }

  Issued root_ = test::issue_authority("Root");
  Issued middle_ = test::issue({.common_name = "Middle",
                                .issuer = &root_,
                                .extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                                               {NID_key_usage, "critical,keyCertSign"},
                                               {NID_ext_key_usage, "serverAuth"}}});
  Issued leaf_ = test::issue(
      {.issuer = &middle_, .extensions = {{NID_ext_key_usage, "serverAuth,clientAuth"}}});
  x509::TrustStore nobody_ = x509::TrustStore::open("", "");
  x509::ChainRequest request_;

  x509::Chain build() { return x509::build_chain(certificate(leaf_), request_, nobody_); }
};

TEST_F(ChainTest, FaultsStandAtTheirCertificate) {
  const x509::Chain chain = build();
  ASSERT_EQ(chain.elements.size(), 3u);
  EXPECT_EQ(chain.errors, error::kUntrustedRoot);
  EXPECT_EQ(chain.elements[0].errors, 0u);
  EXPECT_EQ(chain.elements[1].errors, 0u);
  EXPECT_EQ(chain.elements[2].errors, error::kUntrustedRoot);
  EXPECT_EQ(chain.elements[1].certificate.subject_name(), "CN=Middle");
}

TEST_F(ChainTest, EveryCertificateMustAllowTheUse) {
  request_.usages = {kServerAuth};
  EXPECT_EQ(build().errors, error::kUntrustedRoot);
  request_.usages = {kServerAuth, kClientAuth};
  const x509::Chain chain = build();
  EXPECT_EQ(chain.elements[0].errors, 0u);
  EXPECT_EQ(chain.elements[1].errors, error::kNotValidForUsage);
  EXPECT_EQ(chain.errors, error::kUntrustedRoot | error::kNotValidForUsage);
  request_.any_usage = true;
  EXPECT_EQ(build().errors, error::kUntrustedRoot);
}

TEST_F(ChainTest, TimeIsTheCallers) {
  request_.time = 1;  // 1970
  const x509::Chain chain = build();
  for (const auto& element : chain.elements)
    EXPECT_EQ(element.errors & error::kNotTimeValid, error::kNotTimeValid);
}

TEST_F(ChainTest, RevocationIsUnknownWhereItIsAsked) {
  using Revocation = x509::ChainRequest::Revocation;
  constexpr std::uint32_t kUnknown = error::kRevocationStatusUnknown | error::kOfflineRevocation;
  const auto asked = [&](Revocation revocation) {
    request_.revocation = revocation;
    std::vector<bool> unknown;
    for (const auto& element : build().elements)
      unknown.push_back((element.errors & kUnknown) == kUnknown);
    return unknown;
  };
  EXPECT_EQ(asked(Revocation::None), (std::vector<bool>{false, false, false}));
  EXPECT_EQ(asked(Revocation::EndCertificate), (std::vector<bool>{true, false, false}));
  EXPECT_EQ(asked(Revocation::Chain), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(asked(Revocation::ChainWithoutRoot), (std::vector<bool>{true, true, false}));
}

TEST_F(ChainTest, MissingIssuersArePartial) {
  request_.issuers.clear();
  const x509::Chain chain = build();
  EXPECT_EQ(chain.elements.size(), 1u);
  EXPECT_EQ(chain.errors, error::kPartialChain);
  EXPECT_EQ(chain.elements[0].errors, 0u) << "it is the chain's as a whole";
}

TEST_F(ChainTest, IssuersFollowInOrder) {
  const auto chain = x509::with_issuers(
      certificate(leaf_),
      {certificate(root_), certificate(test::issue_authority("Stranger")), certificate(middle_)});
  ASSERT_EQ(chain.size(), 3u);
  EXPECT_EQ(chain[1].subject_name(), "CN=Middle");
  EXPECT_EQ(chain[2].subject_name(), "CN=Root");
}

// The renewed authority has the old one's name, another key, and its certificates name no key.
class RenewedAuthority : public ::testing::Test {
 protected:
  static Issued authority(const Issued* issuer, int last_day) {
    return test::issue({.common_name = issuer == nullptr ? "Root" : "Middle",
                        .issuer = issuer,
                        .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}},
                        .last_day = last_day});
  }
  static x509::TrustStore trust(const std::vector<x509::Certificate>& roots) {
    return x509::TrustStore::of(roots);
  }

  Issued old_root_ = authority(nullptr, 10), new_root_ = authority(nullptr, 30);
  Issued old_middle_ = authority(&old_root_, 10), new_middle_ = authority(&old_root_, 30);
  std::vector<x509::Certificate> middles_ = {certificate(old_middle_), certificate(new_middle_)};
};

TEST_F(RenewedAuthority, TheIntermediateThatSignedIsFound) {
  for (const Issued* middle : {&old_middle_, &new_middle_}) {
    const Issued leaf = test::issue({.issuer = middle});
    const x509::Chain chain = x509::build_chain(certificate(leaf), {.issuers = middles_},
                                                trust({certificate(old_root_)}));
    EXPECT_EQ(chain.errors, 0u);
    ASSERT_EQ(chain.elements.size(), 3u);
    EXPECT_EQ(chain.elements[1].certificate.der(), middle->certificate_der());
    const auto ordered = x509::with_issuers(certificate(leaf), middles_);
    ASSERT_EQ(ordered.size(), 2u);
    EXPECT_EQ(ordered[1].der(), middle->certificate_der());
  }
}

TEST_F(RenewedAuthority, TheRootThatSignedIsFound) {
  const auto roots = trust({certificate(old_root_), certificate(new_root_)});
  for (const Issued* root : {&old_root_, &new_root_}) {
    const x509::Chain chain =
        x509::build_chain(certificate(test::issue({.issuer = root})), {}, roots);
    EXPECT_EQ(chain.errors, 0u);
    ASSERT_EQ(chain.elements.size(), 2u);
    EXPECT_EQ(chain.elements[1].certificate.der(), root->certificate_der());
  }
}

TEST_F(RenewedAuthority, WhatNeitherSignedIsAForgery) {
  const Issued impostor = authority(&old_root_, 30);
  const x509::Chain chain =
      x509::build_chain(certificate(test::issue({.issuer = &impostor})), {.issuers = middles_},
                        trust({certificate(old_root_)}));
  EXPECT_EQ(chain.errors, error::kNotSignatureValid);
}

TEST_F(RenewedAuthority, ASelfSignedOneIsTheLast) {
  const auto chain = x509::with_issuers(certificate(old_root_), {certificate(old_root_)});
  EXPECT_EQ(chain.size(), 1u);
}

TEST_F(ChainTest, SignaturesAreTold) {
  EXPECT_TRUE(x509::is_signed_by(certificate(leaf_), certificate(middle_)));
  EXPECT_FALSE(x509::is_signed_by(certificate(leaf_), certificate(root_)));
  EXPECT_TRUE(x509::is_self_signed(certificate(root_)));
  EXPECT_FALSE(x509::is_self_signed(certificate(leaf_)));
}

// Whoever names itself as its issuer has signed itself, or is a forgery.
TEST_F(ChainTest, BrokenSignaturesOfTheirOwnAreTold) {
  const auto forged_server =
      x509::Certificate::from_der(test::forged(test::server_of(test::KeyKind::Ec))).value();
  const x509::Chain alone = x509::build_chain(forged_server, {}, nobody_);
  EXPECT_EQ(alone.errors, error::kUntrustedRoot | error::kNotSignatureValid);
  EXPECT_EQ(alone.elements[0].info, 0u);

  request_.issuers[0] = x509::Certificate::from_der(test::forged(root_)).value();
  const x509::Chain chain = build();
  ASSERT_EQ(chain.elements.size(), 3u);
  EXPECT_EQ(chain.elements[2].errors, error::kUntrustedRoot | error::kNotSignatureValid);
  EXPECT_EQ(chain.elements[2].info, 0u);
}

}  // namespace
}  // namespace opensspi
