// NTSTATUS in the e-data of KRB-ERRORs. The bytes are made by hand, after [MS-KILE] 2.2.1 and 2.2.2
// and RFC 4120 5.2.7.
#include "kerberos/extended_error.h"

#include <gtest/gtest.h>

#include <string>

#include "support/hex.h"

namespace opensspi::kerberos {
namespace {

using test::from_hex;

const std::string kLockedOut = "340200C0 00000000 01000000";  // STATUS_ACCOUNT_LOCKED_OUT
const std::string kData = "3015 A103 020103 A20E 040C" + kLockedOut;

TEST(ExtendedError, OfKerbErrorData) {
  EXPECT_EQ(extended_status(from_hex(kData)), 0xC0000234);
}

// Behind PA-ETYPE-INFO2 with one empty entry.
TEST(ExtendedError, OfMethodData) {
  EXPECT_EQ(extended_status(from_hex("3017" + kData)), 0xC0000234);
  EXPECT_EQ(extended_status(from_hex("3026 300D A103 020113 A206 0404 30023000" + kData)),
            0xC0000234);
}

TEST(ExtendedError, IsNotReadOutOfAnythingElse) {
  const std::string others[] = {
      "",
      "3000",
      "3005 A103 020103",                                            // no data-value
      "3015 A103 020102 A20E 040C" + kLockedOut,                     // another type
      "3015 A103 020103 A20E 040C 340200C0 00000000 00000000",       // not for clients
      "3015 A103 020103 A20E 040C 00000000 00000000 01000000",       // STATUS_SUCCESS
      "3015 A103 020103 A20E 040C 340200 00 00000000 01000000",      // of severity success
      "3017 3015 A103 020103 A20E 040C 45584150 4C450000 616C6963",  // a salt of that size
      "3014 A103 020103 A20D 040B 340200C0 00000000 010000",         // cut
      "3016 A103 020103 A20F 040D" + kLockedOut + "00",              // longer
      kData + "00",
      "3017 A103 020103 A20E 040C" + kLockedOut + "0500",
      "3080",
  };
  for (const std::string& other : others) {
    EXPECT_EQ(extended_status(from_hex(other)), std::nullopt) << other;
  }
  const Bytes whole = from_hex(kData);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(extended_status(ByteView(whole).first(size)), std::nullopt) << size;
  }
}

}  // namespace
}  // namespace opensspi::kerberos
