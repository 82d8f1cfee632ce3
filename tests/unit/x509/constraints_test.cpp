// What authorities may issue: RFC 5280 4.2.1.9 (basicConstraints) and 4.2.1.10 (nameConstraints).
#include <gtest/gtest.h>
#include <openssl/objects.h>

#include "support/certificates.h"
#include "x509/chain.h"

namespace opensspi {
namespace {

namespace error = x509::trust_error;
using test::Issued;
using Extensions = std::vector<std::pair<int, std::string>>;

x509::Certificate certificate(const Issued& issued) {
  return x509::Certificate::from_der(issued.certificate_der()).value();
}

class Constraints : public ::testing::Test {
 protected:
  // The faults of the chain root, `upper`, `lower`, server; where both are and what they have.
  std::vector<std::uint32_t> judge(const Extensions& upper, const Extensions& lower,
                                   const char* name = "DNS:server.example") {
    const Issued first =
        test::issue({.common_name = "Upper", .issuer = &root_, .extensions = upper});
    const Issued second =
        test::issue({.common_name = "Lower", .issuer = &first, .extensions = lower});
    const Issued server =
        test::issue({.issuer = &second, .extensions = {{NID_subject_alt_name, name}}});
    x509::ChainRequest request;
    request.issuers = {certificate(second), certificate(first)};
    const auto root = certificate(root_);
    const x509::Chain chain =
        x509::build_chain(certificate(server), request, x509::TrustStore::of({&root, 1}));
    std::vector<std::uint32_t> faults;
    for (const auto& element : chain.elements) faults.push_back(element.errors);
    return faults;
  }

  static inline const Extensions kAuthority = {{NID_basic_constraints, "critical,CA:TRUE"}};
  static Extensions authority_with(int nid, const char* value) {
    Extensions extensions = kAuthority;
    extensions.emplace_back(nid, value);
    return extensions;
  }
  static std::vector<std::uint32_t> fault_at(std::size_t element, std::uint32_t bit) {
    std::vector<std::uint32_t> faults(4);
    faults[element] = bit;
    return faults;
  }

  Issued root_ = test::issue_authority("Root");
  const std::vector<std::uint32_t> good_ = std::vector<std::uint32_t>(4);
};

TEST_F(Constraints, ThreeAuthoritiesAreAChain) {
  EXPECT_EQ(judge(kAuthority, kAuthority), good_);
}

TEST_F(Constraints, ThePathMayNotBeLonger) {
  const auto path = [](const char* length) {
    return Extensions{{NID_basic_constraints, std::string("critical,CA:TRUE,pathlen:") + length}};
  };
  EXPECT_EQ(judge(path("1"), path("0")), good_);
  EXPECT_EQ(judge(path("0"), kAuthority), fault_at(2, error::kInvalidBasicConstraints));
}

TEST_F(Constraints, WhoIsNoAuthorityIssuesNothing) {
  const std::uint32_t fault = error::kInvalidBasicConstraints;
  EXPECT_EQ(judge(kAuthority, {}), fault_at(1, fault));
  EXPECT_EQ(judge(kAuthority, {{NID_key_usage, "keyCertSign,digitalSignature"}}),
            fault_at(1, fault));
  EXPECT_EQ(judge(kAuthority, {{NID_basic_constraints, "critical,CA:FALSE"}}), fault_at(1, fault));
  EXPECT_EQ(judge({{NID_basic_constraints, "critical,CA:FALSE"}}, kAuthority), fault_at(2, fault));
}

TEST_F(Constraints, AKeyThatMayNotSignCertificatesIssuesNone) {
  const auto faults = judge(kAuthority, authority_with(NID_key_usage, "digitalSignature"));
  EXPECT_EQ(faults, fault_at(1, error::kNotValidForUsage | error::kInvalidBasicConstraints));
}

TEST_F(Constraints, NamesMustBePermittedAndNotExcluded) {
  const auto names = [](const char* value) { return authority_with(NID_name_constraints, value); };
  const auto permitted = names("critical,permitted;DNS:example");
  EXPECT_EQ(judge(permitted, kAuthority), good_);
  EXPECT_EQ(judge(permitted, kAuthority, "DNS:server.test"),
            fault_at(0, error::kHasNotPermittedNameConstraint));
  EXPECT_EQ(judge(permitted, kAuthority, "DNS:server.example,DNS:server.test"),
            fault_at(0, error::kHasNotPermittedNameConstraint));
  const auto excluded = names("critical,excluded;DNS:server.example");
  EXPECT_EQ(judge(kAuthority, excluded, "DNS:other.example"), good_);
  EXPECT_EQ(judge(kAuthority, excluded), fault_at(0, error::kHasExcludedNameConstraint));
}

}  // namespace
}  // namespace opensspi
