// Certificates that OpenSSL takes and that are not as RFC 5280 has them.
#include "abi/certificate_info.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "abi/certificates.h"
#include "support/certificates.h"

namespace opensspi::abi {
namespace {

// A certificate whose notAfter is this UTCTime of 13 characters.
Bytes ending_at(std::string_view time) {
  Bytes der = test::server_of(test::KeyKind::Ec).certificate_der();
  constexpr std::uint8_t kUtcTime[] = {0x17, 13};
  const auto before = std::ranges::search(der, kUtcTime).end();
  const auto after =
      std::ranges::search(before, der.end(), std::begin(kUtcTime), std::end(kUtcTime));
  std::ranges::copy(time, after.end());
  return der;
}

TEST(CertificateInfo, ReadsTimes) {
  const Bytes der = ending_at("241231235959Z");
  CertificateInfo info;
  ASSERT_TRUE(info.read(der));
  const FILETIME& time = info.get()->NotAfter;  // 1735689599 in Unix time
  EXPECT_EQ(std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime, 133801631990000000u);
}

TEST(CertificateInfo, RefusesWhatIsNoTime) {
  for (const char* time :
       {"250101999999Z", "250101240000Z", "250101006000Z", "250101000060Z", "251301000000Z",
        "250230000000Z", "2501010000000", "250101000000z", "25010100000Z0", "2501010000+1Z"}) {
    const Bytes der = ending_at(time);
    const auto certificate = x509::Certificate::from_der(der);
    ASSERT_TRUE(certificate) << "OpenSSL has to take it";
    CertificateInfo info;
    const auto read = info.read(der);
    ASSERT_FALSE(read) << time;
    EXPECT_EQ(read.error().value, static_cast<std::uint32_t>(CRYPT_E_ASN1_ERROR));
    x509::KeyPair pair;
    pair.chain.push_back(*certificate);
    EXPECT_FALSE(new_certificate_context(pair));
  }
}

}  // namespace
}  // namespace opensspi::abi
