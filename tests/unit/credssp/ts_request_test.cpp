// TSRequest: the ASN.1 of [MS-CSSP] 2.2.1, and what real programs sent.
#include "credssp/ts_request.h"

#include <gtest/gtest.h>

#include <string>

#include "support/vectors.h"

namespace opensspi::credssp {
namespace {

using test::to_hex;
using test::Vectors;

std::string fields_of(const TsRequest& request) {
  std::string fields = "version";
  if (!request.nego_tokens.empty()) fields += " negoTokens";
  if (request.auth_info) fields += " authInfo";
  if (request.pub_key_auth) fields += " pubKeyAuth";
  if (request.error_code) fields += " errorCode";
  if (request.client_nonce) fields += " clientNonce";
  return fields;
}

TEST(TsRequest, ReadsAndRewritesWhatRealProgramsSent) {
  std::vector<Vectors> messages = Vectors::sections("credssp/ts_request_captures.txt");
  ASSERT_EQ(messages.size(), 28U);
  for (Vectors& vectors : messages) {
    SCOPED_TRACE(vectors.title());
    const Bytes der = vectors.bytes("Message");
    const auto request = TsRequest::parse(der);
    ASSERT_TRUE(request) << request.error().why;
    EXPECT_EQ(request->version, 6U);
    EXPECT_EQ(fields_of(*request), vectors.text("Fields"));
    if (vectors.has("NegoToken")) {
      ASSERT_EQ(request->nego_tokens.size(), 1U);
      EXPECT_EQ(request->nego_tokens[0].size(), vectors.number("NegoToken"));
    }
    if (vectors.has("PubKeyAuth")) {
      EXPECT_EQ(request->pub_key_auth->size(), vectors.number("PubKeyAuth"));
    }
    if (vectors.has("AuthInfo")) {
      EXPECT_EQ(request->auth_info->size(), vectors.number("AuthInfo"));
    }
    if (vectors.has("ErrorCode")) {
      EXPECT_EQ(*request->error_code, vectors.number("ErrorCode"));
    }
    EXPECT_EQ(to_hex(request->write()), to_hex(der));
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(TsRequest, TakesLooseEncodingsAndRefusesWrongOnes) {
  for (Vectors& vectors : Vectors::sections("credssp/ts_request.txt")) {
    SCOPED_TRACE(vectors.title());
    const Bytes der = vectors.bytes("Message");
    const auto request = TsRequest::parse(der);
    if (vectors.has("Refused")) {
      ASSERT_FALSE(request) << vectors.text("Refused");
      EXPECT_EQ(request.error().status, Status::InvalidToken);
      continue;
    }
    ASSERT_TRUE(request) << request.error().why;
    if (vectors.has("ErrorCode")) {
      EXPECT_EQ(request->error_code, vectors.number("ErrorCode"));
    } else {
      EXPECT_FALSE(request->error_code);
    }
    EXPECT_EQ(request->write() == der, vectors.text("Canonical") == "yes");
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(TsRequest, ReadsAllNegoTokens) {
  TsRequest request;
  request.nego_tokens = {{0x41}, {0x42, 0x43}};
  const auto read = TsRequest::parse(request.write());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->nego_tokens, request.nego_tokens);
}

TEST(TsRequest, CutAnywhereIsRefused) {
  for (Vectors& vectors : Vectors::sections("credssp/ts_request_captures.txt")) {
    const Bytes der = vectors.bytes("Message");
    for (std::size_t size = 0; size < der.size(); ++size) {
      ASSERT_FALSE(TsRequest::parse(ByteView(der).first(size))) << vectors.title() << " " << size;
    }
  }
}

TEST(TsRequest, IsRefusedAboveItsLargestSize) {
  TsRequest request;
  request.auth_info = Bytes(kMaxTsRequest - 20);
  const Bytes largest = request.write();
  EXPECT_LE(largest.size(), kMaxTsRequest);
  EXPECT_TRUE(TsRequest::parse(largest));
  request.auth_info = Bytes(kMaxTsRequest);
  EXPECT_FALSE(TsRequest::parse(request.write()));
}

}  // namespace
}  // namespace opensspi::credssp
