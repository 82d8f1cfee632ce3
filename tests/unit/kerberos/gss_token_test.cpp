// The frame of RFC 2743 3.1: what is written is read, and what is no frame is refused.
#include "kerberos/gss_token.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace opensspi::kerberos {
namespace {

using test::from_hex;
using test::to_hex;

TEST(GssToken, HasOidIdAndMessage) {
  const Bytes message{1, 2, 3};
  const Bytes token = write_gss_token({oid::kKerberos, TokenId::ApRep, message});
  EXPECT_EQ(to_hex(token), "601006092a864886f7120102020200010203");
  const auto parsed = parse_gss_token(token);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(equal(parsed->oid, oid::kKerberos));
  EXPECT_EQ(parsed->id, TokenId::ApRep);
  EXPECT_EQ(copy(parsed->message), message);
}

TEST(GssToken, MayBeOfEachMechanismAndLong) {
  const Bytes message(70'000, 'm');
  for (const ByteView mechanism :
       {ByteView(oid::kKerberos), ByteView(oid::kMicrosoftKerberos), ByteView(oid::kUserToUser)}) {
    const Bytes token = write_gss_token({mechanism, TokenId::TgtReq, message});
    const auto parsed = parse_gss_token(token);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(equal(parsed->oid, mechanism));
    EXPECT_EQ(copy(parsed->message), message);
  }
}

TEST(GssToken, IsNotEverything) {
  for (const char* hex : {"", "60", "6000", "600b06092a864886f712010202",  // no TOK_ID
                          "600c06092a864886f71201020201",                  // half of one
                          "600e060a2b060104018237020 20a0100",             // NTLM
                          "601006092a864886f712010202020001020304",        // bytes behind it
                          "611006092a864886f7120102020200010203", "6e03010203",
                          "601106092a864886f7120102020200010203"}) {
    const auto parsed = parse_gss_token(from_hex(hex));
    ASSERT_FALSE(parsed) << hex;
    EXPECT_EQ(parsed.error().status, Status::InvalidToken) << hex;
  }
}

}  // namespace
}  // namespace opensspi::kerberos
