// Verdicts on chains, with a store of the test's own.
#include "x509/trust.h"

#include <gtest/gtest.h>
#include <openssl/objects.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "support/certificates.h"
#include "x509/files.h"
#include "x509/native.h"

namespace opensspi {
namespace {

namespace error = x509::trust_error;
namespace info = x509::trust_info;
using test::Issued;

const std::vector<std::pair<int, std::string>> kServerName = {
    {NID_subject_alt_name, "DNS:server.example,IP:192.0.2.1,IP:2001:db8::1"}};

class Trust : public ::testing::Test {
 protected:
  Trust() {
    std::filesystem::create_directories(folder_);
    write(folder_ / "bundle.pem", root_);
    char name[16];
    std::snprintf(name, sizeof name, "%08lx.0",
                  X509_NAME_hash_ex(X509_get_subject_name(hashed_root_.x509.get()), nullptr,
                                    nullptr, nullptr));
    write(folder_ / name, hashed_root_);
  }
  ~Trust() override { std::filesystem::remove_all(folder_); }

  static void write(const std::filesystem::path& path, const Issued& issued) {
    const Bytes pem = issued.certificate_pem();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(pem.data()), static_cast<long>(pem.size()));
  }

  x509::TrustStatus judge(std::initializer_list<const Issued*> chain,
                          std::string_view host = "server.example") {
    std::vector<x509::Certificate> certificates;
    for (const Issued* issued : chain) {
      certificates.push_back(x509::Certificate::from_der(issued->certificate_der()).value());
    }
    return x509::judge(certificates, host, store());
  }

  x509::TrustStore store() {
    return x509::TrustStore::open(folder_.string(), (folder_ / "bundle.pem").string());
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("opensspi-trust-" + std::to_string(::getpid()));
  Issued root_ = test::issue_authority("Root");
  Issued hashed_root_ = test::issue_authority("Hashed Root");
};

TEST_F(Trust, TrustsAChainToARootOfTheBundleOrTheDirectory) {
  for (const Issued* root : {&root_, &hashed_root_}) {
    const Issued server = test::issue({.issuer = root, .extensions = kServerName});
    const x509::TrustStatus status = judge({&server});
    EXPECT_EQ(status.errors, 0U);
    EXPECT_EQ(status.info, info::kHasNameMatchIssuer);
    EXPECT_TRUE(status.name_matches);
  }
}

TEST_F(Trust, NeedsTheIntermediates) {
  const Issued middle = test::issue({.common_name = "Middle",
                                     .issuer = &root_,
                                     .extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                                                    {NID_subject_key_identifier, "hash"}}});
  auto extensions = kServerName;
  extensions.emplace_back(NID_authority_key_identifier, "keyid:always");
  const Issued server = test::issue({.issuer = &middle, .extensions = extensions});
  EXPECT_EQ(judge({&server, &middle}).errors, 0U);
  EXPECT_EQ(judge({&server, &middle}).info, info::kHasKeyMatchIssuer);
  EXPECT_EQ(judge({&server}).errors, error::kPartialChain);
  EXPECT_EQ(judge({&server}).info, 0U);
}

TEST_F(Trust, GoesThroughTheUsersStoreOfIssuers) {
  const Issued middle = test::issue_authority("Middle", &root_);
  const Issued server = test::issue({.issuer = &middle});
  const auto issuers = folder_ / "opensspi" / "certificates" / "ca";
  std::filesystem::create_directories(issuers);
  ::setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
  EXPECT_EQ(judge({&server}).errors, error::kPartialChain);
  write(issuers / "middle.pem", middle);
  EXPECT_EQ(judge({&server}).errors, 0U);
  ::unsetenv("XDG_CONFIG_HOME");
}

TEST_F(Trust, UsesWhatWasPresentedWithTheCertificate) {
  const Issued middle = test::issue({.common_name = "Middle",
                                     .issuer = &root_,
                                     .extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
  const Issued server = test::issue({.issuer = &middle});
  const auto alone = [](const Issued& issued) {
    return x509::Certificate::from_der(issued.certificate_der()).value();
  };
  X509_up_ref(server.x509.get());
  const auto certificate =
      x509::certificate_of(x509::OwnedX509(server.x509.get()), {alone(middle)}).value();
  EXPECT_EQ(x509::judge({&certificate, 1}, "server.example", store()).errors, 0U);
}

TEST_F(Trust, SelfSignedIsUntrustedUnlessTheStoreHasIt) {
  const Issued server = test::issue({.extensions = kServerName});
  EXPECT_EQ(judge({&server}).errors, error::kUntrustedRoot);
  EXPECT_EQ(judge({&server}).info, info::kSelfSigned | info::kHasNameMatchIssuer);
  write(folder_ / "bundle.pem", server);
  EXPECT_EQ(judge({&server}).errors, 0U);
  EXPECT_EQ(judge({&server}).info,
            info::kSelfSigned | info::kHasNameMatchIssuer | info::kPeerTrusted);
}

TEST_F(Trust, AForeignRootInTheChainIsUntrusted) {
  const Issued foreign = test::issue_authority("Foreign");
  const Issued server = test::issue({.issuer = &foreign});
  EXPECT_EQ(judge({&server, &foreign}).errors, error::kUntrustedRoot);
}

TEST_F(Trust, TellsTimeUsageAndSignature) {
  const Issued old = test::issue({.issuer = &root_, .first_day = -9, .last_day = -1});
  EXPECT_EQ(judge({&old}).errors, error::kNotTimeValid);
  const Issued early = test::issue({.issuer = &root_, .first_day = 1});
  EXPECT_EQ(judge({&early}).errors, error::kNotTimeValid);
  const Issued client =
      test::issue({.issuer = &root_, .extensions = {{NID_ext_key_usage, "clientAuth"}}});
  EXPECT_EQ(judge({&client}).errors, error::kNotValidForUsage);
  Issued impostor = test::issue_authority("Root");  // the same name, another key
  const Issued forged = test::issue({.issuer = &impostor});
  EXPECT_EQ(judge({&forged}).errors, error::kNotSignatureValid);
}

TEST_F(Trust, TellsWrongAuthoritiesAndCriticalExtensions) {
  const Issued no_authority = test::issue({.common_name = "Plain", .issuer = &root_});
  const Issued server = test::issue({.issuer = &no_authority});
  EXPECT_NE(judge({&server, &no_authority}).errors, 0U);
  const Issued critical = test::issue(
      {.issuer = &root_, .extensions = {{NID_netscape_comment, "critical,what is this"}}});
  EXPECT_EQ(judge({&critical}).errors, error::kHasNotSupportedCriticalExt);
}

TEST_F(Trust, SeveralFaultsAreToldTogether) {
  const Issued server = test::issue(
      {.extensions = {{NID_ext_key_usage, "clientAuth"}}, .first_day = -9, .last_day = -1});
  EXPECT_EQ(judge({&server}).errors,
            error::kUntrustedRoot | error::kNotTimeValid | error::kNotValidForUsage);
}

TEST_F(Trust, ADamagedPartOfABundleDoesNotCostTheRest) {
  const Bytes pem = root_.certificate_pem();
  std::ofstream(folder_ / "bundle.pem")
      << "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
      << std::string(pem.begin(), pem.end());
  const Issued server = test::issue({.issuer = &root_});
  EXPECT_EQ(judge({&server}).errors, 0U);
  EXPECT_EQ(x509::certificates_of_file(folder_ / "bundle.pem")->size(), 1U);
}

TEST_F(Trust, NothingIsNotTrusted) {
  EXPECT_EQ(x509::judge({}, "server.example", store()).errors, error::kPartialChain);
}

TEST_F(Trust, AnAbsentStoreTrustsNobody) {
  const Issued server = test::issue({.issuer = &root_});
  const auto certificate = x509::Certificate::from_der(server.certificate_der()).value();
  const x509::TrustStore empty = x509::TrustStore::open("/nonexistent", "/nonexistent/file");
  EXPECT_EQ(x509::judge({&certificate, 1}, "server.example", empty).errors, error::kPartialChain);
}

}  // namespace
}  // namespace opensspi
