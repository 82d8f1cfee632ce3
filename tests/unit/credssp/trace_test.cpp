// The words for what goes over the wire.
#include "credssp/trace.h"

#include <gtest/gtest.h>

#include <string>

#include "support/hex.h"

namespace opensspi::credssp {
namespace {

using test::from_hex;

TsRequest with_token(std::string_view hex) {
  TsRequest request;
  request.nego_tokens.push_back(from_hex(hex));
  return request;
}

TEST(Trace, NamesTlsFlights) {
  EXPECT_STREQ(describe_tls({}), "");
  EXPECT_STREQ(describe_tls(from_hex("160301000401000000")), "TLS ClientHello");
  EXPECT_STREQ(describe_tls(from_hex("160303000402000000")), "TLS ServerHello");
  EXPECT_STREQ(describe_tls(from_hex("160303000410000000")), "TLS ClientKeyExchange");
  EXPECT_STREQ(describe_tls(from_hex("140303000101")), "TLS Finished");
  EXPECT_STREQ(describe_tls(from_hex("1703030001ff")), "TLS Finished");
  EXPECT_STREQ(describe_tls(from_hex("15030300020231")), "TLS alert");
  EXPECT_STREQ(describe_tls(from_hex("16")), "TLS handshake");
  EXPECT_STREQ(describe_tls(from_hex("474554")), "no TLS");
}

TEST(Trace, NamesTsRequests) {
  TsRequest request = with_token("4e544c4d53535000 02000000");
  EXPECT_STREQ(describe(request, false), "TSRequest: CHALLENGE_MESSAGE");
  request = with_token("4e544c4d53535000 03000000");
  request.pub_key_auth.emplace();
  EXPECT_STREQ(describe(request, false), "TSRequest: AUTHENTICATE_MESSAGE, pubKeyAuth");
  EXPECT_STREQ(describe(with_token("4e544c4d53535000 01000000"), true),
               "TLS Finished; TSRequest: NEGOTIATE_MESSAGE");
  EXPECT_STREQ(describe(with_token("6003"), false), "TSRequest: NegTokenInit");
  EXPECT_STREQ(describe(with_token("a103"), false), "TSRequest: NegTokenResp");
  EXPECT_STREQ(describe(with_token(""), false), "TSRequest: negoToken");
  request = {};
  EXPECT_STREQ(describe(request, false), "TSRequest: empty");
  request.pub_key_auth.emplace();
  EXPECT_STREQ(describe(request, false), "TSRequest: pubKeyAuth");
  request.error_code = 1;
  EXPECT_STREQ(describe(request, false), "TSRequest: errorCode");
  request = {};
  request.auth_info.emplace();
  EXPECT_STREQ(describe(request, false), "TSRequest: authInfo");
}

}  // namespace
}  // namespace opensspi::credssp
