// Credentials in the place of user names, in both directions.
#include "abi/marshalled_credential.h"

#include <gtest/gtest.h>

#include "support/vectors.h"

namespace opensspi::abi {
namespace {

TEST(MarshalledCredential, IsAsWindowsWritesIt) {
  for (test::Vectors& vector : test::Vectors::sections("abi/marshalled_credentials.txt")) {
    const std::string text = vector.text("Text");
    const auto read = read_marshalled(text);
    ASSERT_TRUE(read) << text;
    if (const auto* certificate = std::get_if<CertificateHash>(&*read)) {
      EXPECT_EQ(certificate->sha1, vector.bytes("Certificate"));
    } else {
      EXPECT_EQ(std::get<UserNameTarget>(*read).user, vector.text("User"));
    }
    EXPECT_EQ(write_marshalled(*read).value(), text);
    EXPECT_TRUE(vector.all_consumed());
  }
}

// Those of Wine's tests that Windows refuses, and cut and changed ones.
TEST(MarshalledCredential, IsRefusedWhenItIsNone) {
  for (const char* text : {"winetest",
                           "",
                           "@@",
                           "@@A",
                           "@@AA",
                           "@@B",
                           "@@BB",
                           "@@BBB",
                           "@@C",
                           "@@CC",
                           "@@D",
                           "@@DDD",
                           "@@BAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                           "@@BAAAAAAAAAAAAAAAAAAAAAAAAAA",
                           "@@BAAAAAAAAAAAAAAAAAAAAAAAAAA+",
                           "@@BAAAAAAAAAAAAAAAAAAAAAAAAAA:",
                           "@@CCAAAAA0B",
                           "@@CCAAAAA0BAA",
                           "@@C-----D0BA",
                           "@@CBAAAAA0B",
                           "@@CCAAAAAAgN",
                           "@BAAA"}) {
    EXPECT_FALSE(read_marshalled(text)) << text;
  }
}

TEST(MarshalledCredential, WritesNoHashOfAnotherSize) {
  for (const std::size_t size : {0U, 19U, 21U, 32U}) {
    EXPECT_EQ(write_marshalled(CertificateHash{Bytes(size)}).error().status,
              Status::InvalidParameter);
  }
}

}  // namespace
}  // namespace opensspi::abi
