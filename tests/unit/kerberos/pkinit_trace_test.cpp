// What traces of MIT krb5 1.20.1 say of PKINIT.
#include "kerberos/pkinit_trace.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace opensspi::kerberos {
namespace {

PkinitTrace read(std::initializer_list<std::string_view> messages) {
  PkinitTrace trace;
  for (const std::string_view message : messages) {
    trace.read("[3700] 1795714708.680106: " + std::string(message) + '\n');
  }
  return trace;
}

constexpr std::string_view kOffer =
    "Processing preauth types: PA-PK-AS-REQ (16), PA-FX-FAST (136), PA-ENC-TIMESTAMP (2)";

TEST(PkinitTrace, OfALogon) {
  const PkinitTrace trace = read({kOffer, "Preauth module pkinit (147) (info) returned: 0/Success",
                                  "Preauth module pkinit (16) (real) returned: 0/Success",
                                  "Preauth module pkinit (17) (real) returned: 0/Success"});
  EXPECT_TRUE(trace.offered());
  EXPECT_TRUE(trace.plugin());
  EXPECT_EQ(trace.failure(), 0);
  EXPECT_FALSE(trace.expired());
}

TEST(PkinitTrace, OfAKdcWithoutCertificates) {
  const PkinitTrace trace = read(
      {"Processing preauth types: PA-ETYPE-INFO2 (19), PA-ENC-TIMESTAMP (2)",
       "Preauth module encrypted_timestamp (2) (real) returned: -1765328254/Cannot read password"});
  EXPECT_FALSE(trace.offered());
  EXPECT_FALSE(trace.plugin());
  EXPECT_EQ(trace.failure(), 0);
}

TEST(PkinitTrace, OfAMachineWithoutThePlugin) {
  EXPECT_FALSE(read({kOffer}).plugin());
  EXPECT_TRUE(read({kOffer}).offered());
}

TEST(PkinitTrace, KeepsTheFirstFailure) {
  const PkinitTrace trace =
      read({kOffer,
            "Preauth module pkinit (17) (real) returned: -1765328313/Cert verification failed: "
            "certificate has expired",
            "Preauth module pkinit (16) (real) returned: -1765328360/Preauthentication failed"});
  EXPECT_EQ(trace.failure(), -1765328313);
  EXPECT_TRUE(trace.expired());
}

TEST(PkinitTrace, OfACertificateThatIsNotTrustedHere) {
  const PkinitTrace trace =
      read({kOffer,
            "PKINIT OpenSSL error: Failed to verify own certificate (depth 0): unable to get local "
            "issuer certificate",
            "Preauth module pkinit (16) (real) returned: -1765328360/Failed to verify own "
            "certificate (depth 0): unable to get local issuer certificate"});
  EXPECT_EQ(trace.failure(), -1765328360);
  EXPECT_TRUE(trace.own_untrusted());
  EXPECT_FALSE(trace.expired());
}

TEST(PkinitTrace, IsNotMisledByWhatItCannotRead) {
  PkinitTrace trace =
      read({"", "Preauth module pkinit (", "Preauth module pkinit (16) (real)",
            "Preauth module pkinit (16) (real) returned: ",
            "Preauth module pkinit (16) (real) returned: x/y"});
  trace.read(kOffer.substr(0, 10));
  trace.read("");
  EXPECT_FALSE(trace.offered());
  EXPECT_EQ(trace.failure(), 0);
}

}  // namespace
}  // namespace opensspi::kerberos
