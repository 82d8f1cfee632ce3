// What certificates may be used for, alone and below others.
#include "x509/usages.h"

#include <gtest/gtest.h>
#include <openssl/objects.h>

#include "support/certificates.h"
#include "x509/chain.h"

namespace opensspi {
namespace {

namespace error = x509::trust_error;
using test::Issued;
using Listed = std::vector<std::string>;

constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";
constexpr const char* kEmail = "1.3.6.1.5.5.7.3.4";

x509::Certificate certificate(const Issued& issued) {
  return x509::Certificate::from_der(issued.certificate_der()).value();
}

test::Recipe with_usage(const char* usage) {
  test::Recipe recipe;
  if (usage != nullptr) recipe.extensions = {{NID_ext_key_usage, usage}};
  return recipe;
}

x509::Certificate of_usage(const char* usage) {
  return certificate(test::issue(with_usage(usage)));
}

TEST(Usages, AreRead) {
  EXPECT_EQ(x509::usages_of(of_usage(nullptr)), std::nullopt);
  EXPECT_EQ(x509::usages_of(of_usage("serverAuth,emailProtection")), Listed({kServerAuth, kEmail}));
  const auto any = of_usage("anyExtendedKeyUsage,serverAuth");
  EXPECT_EQ(x509::usages_of(any), std::nullopt);
  EXPECT_EQ(x509::extended_key_usage(any), Listed({"2.5.29.37.0", kServerAuth}));
  const auto malformed =
      certificate(test::issue({.extensions = {{NID_ext_key_usage, "DER:0403010203"}}}));
  EXPECT_EQ(x509::usages_of(malformed), Listed());
}

TEST(Usages, AreAllowedOrNot) {
  EXPECT_TRUE(x509::allows(std::nullopt, kServerAuth));
  EXPECT_TRUE(x509::allows(Listed{kEmail, kServerAuth}, kServerAuth));
  EXPECT_FALSE(x509::allows(Listed{kEmail}, kServerAuth));
  EXPECT_FALSE(x509::allows(Listed{}, kServerAuth));
}

TEST(Usages, HaveInCommon) {
  const x509::Usages all, server = Listed{kServerAuth}, both = Listed{kServerAuth, kClientAuth};
  EXPECT_EQ(x509::common(all, all), all);
  EXPECT_EQ(x509::common(all, server), server);
  EXPECT_EQ(x509::common(server, all), server);
  EXPECT_EQ(x509::common(both, server), server);
  EXPECT_EQ(x509::common(server, Listed{kEmail}), Listed());
}

struct Uses {
  const char *leaf, *middle, *root;
};

class ChainUsages : public ::testing::Test {
 protected:
  static Issued authority(const char* name, const Issued* issuer, const char* usage) {
    test::Recipe recipe = with_usage(usage);
    recipe.common_name = name;
    recipe.issuer = issuer;
    recipe.extensions.emplace_back(NID_basic_constraints, "critical,CA:TRUE");
    return test::issue(recipe);
  }

  x509::Chain build(const Uses& uses, const char* key_usage = nullptr) {
    const Issued root = authority("Root", nullptr, uses.root);
    const Issued middle = authority("Middle", &root, uses.middle);
    test::Recipe leaf = with_usage(uses.leaf);
    leaf.issuer = &middle;
    if (key_usage != nullptr) leaf.extensions.emplace_back(NID_key_usage, key_usage);
    request_.issuers = {certificate(middle)};
    const auto trusted = certificate(root);
    return x509::build_chain(certificate(test::issue(leaf)), request_,
                             x509::TrustStore::of({&trusted, 1}));
  }
  static std::vector<std::uint32_t> faults(const x509::Chain& chain) {
    std::vector<std::uint32_t> faults;
    for (const auto& element : chain.elements) faults.push_back(element.errors);
    return faults;
  }
  static std::vector<std::uint32_t> wrong_at(std::size_t element) {
    std::vector<std::uint32_t> faults(3);
    faults[element] = error::kNotValidForUsage;
    return faults;
  }

  x509::ChainRequest request_;
};

TEST_F(ChainUsages, AreThoseThatAllAllow) {
  const x509::Chain chain = build({"serverAuth,clientAuth", "serverAuth,emailProtection", nullptr});
  EXPECT_EQ(chain.elements[0].usages, Listed({kServerAuth}));
  EXPECT_EQ(chain.elements[1].usages, Listed({kServerAuth, kEmail}));
  EXPECT_EQ(chain.elements[2].usages, std::nullopt);
  EXPECT_EQ(x509::refusing(chain, kServerAuth), std::nullopt);
  EXPECT_EQ(x509::refusing(chain, kEmail), 0u);
  EXPECT_EQ(x509::refusing(chain, kClientAuth), 1u);
}

TEST_F(ChainUsages, OfTlsAreHeldToByEveryCertificate) {
  request_.tls = x509::Usage::ServerAuthentication;
  EXPECT_EQ(build({"serverAuth", "serverAuth,clientAuth", nullptr}).errors, 0u);
  EXPECT_EQ(build({nullptr, nullptr, nullptr}).errors, 0u);
  EXPECT_EQ(faults(build({"clientAuth", nullptr, nullptr})), wrong_at(0));
  EXPECT_EQ(faults(build({"serverAuth", "emailProtection", nullptr})), wrong_at(1));
  EXPECT_EQ(faults(build({"serverAuth", nullptr, "emailProtection"})), wrong_at(2));
  request_.tls = x509::Usage::ClientAuthentication;
  EXPECT_EQ(build({"clientAuth", nullptr, nullptr}).errors, 0u);
  EXPECT_EQ(faults(build({"serverAuth", nullptr, nullptr})), wrong_at(0));
}

TEST_F(ChainUsages, AnyIsEveryUse) {
  for (const auto usage : {x509::Usage::ServerAuthentication, x509::Usage::ClientAuthentication}) {
    request_.tls = usage;
    EXPECT_EQ(build({"anyExtendedKeyUsage", "anyExtendedKeyUsage", nullptr}).errors, 0u);
  }
}

TEST_F(ChainUsages, OneOfThoseThatAreAskedMustBeAllowedByAll) {
  request_.usages = {kServerAuth, kClientAuth};
  request_.any_usage = true;
  EXPECT_EQ(build({"serverAuth,clientAuth", "clientAuth", nullptr}).errors, 0u);
  EXPECT_EQ(faults(build({"serverAuth", "clientAuth", nullptr})), wrong_at(0));
  request_.usages.clear();
  EXPECT_EQ(build({"serverAuth", "clientAuth", nullptr}).errors, 0u);
}

TEST_F(ChainUsages, TheKeyMustBeForTls) {
  struct Case {
    const char* key_usage;
    bool server, client;
  };
  for (const Case& one : {Case{"digitalSignature", true, true},
                          {"keyEncipherment", true, false},
                          {"keyAgreement", true, true},
                          {"cRLSign", false, false}}) {
    request_.tls = x509::Usage::ServerAuthentication;
    EXPECT_EQ(build({}, one.key_usage).errors == 0, one.server) << one.key_usage;
    request_.tls = x509::Usage::ClientAuthentication;
    EXPECT_EQ(build({}, one.key_usage).errors == 0, one.client) << one.key_usage;
  }
}

}  // namespace
}  // namespace opensspi
