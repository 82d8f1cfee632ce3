// KERB-TGT-REQUEST and KERB-TGT-REPLY: as they are written, with and without what is optional.
#include "kerberos/tgt_messages.h"

#include <gtest/gtest.h>

#include "kerberos/gss_token.h"
#include "support/vectors.h"

namespace opensspi::kerberos {
namespace {

using test::from_hex;
using test::to_hex;

TEST(TgtRequest, NamesTheServer) {
  const TgtRequest request{2, {"HTTP", "web"}, "R.T"};
  const Bytes message = request.write();
  EXPECT_EQ(
      to_hex(message),
      "3029a003020105a103020110a2163014a003020102a10d300b1b04485454501b03776562a3051b03522e54");
  const auto parsed = TgtRequest::parse(message);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->name_type, 2U);
  EXPECT_EQ(parsed->server_name, request.server_name);
  EXPECT_EQ(parsed->realm, "R.T");
}

TEST(TgtRequest, MayNameNobody) {
  const Bytes message = TgtRequest().write();
  EXPECT_EQ(to_hex(message), "300aa003020105a103020110");
  const auto parsed = TgtRequest::parse(message);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->server_name.empty());
}

TEST(TgtRequest, IsNotEverything) {
  const Bytes whole = TgtRequest{2, {"HTTP", "web"}, "R.T"}.write();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(TgtRequest::parse(ByteView(whole).first(size))) << size;
  }
  for (const char* hex : {"300aa003020104a103020110",       // another version
                          "300aa003020105a103020111",       // a reply
                          "300aa003020105a10302011000"}) {  // something behind it
    EXPECT_FALSE(TgtRequest::parse(from_hex(hex))) << hex;
  }
}

// xfreerdp 3.15 and its server.
TEST(UserToUser, IsReadAsFreeRdpSpeaksIt) {
  auto messages = test::Vectors::sections("spnego/captures.txt");
  for (const std::size_t logon : {0U, 4U}) {
    const auto token_of = [&](std::size_t number) {
      return messages.at(logon + number).bytes(number == 0 ? "MechToken" : "ResponseToken");
    };
    constexpr TokenId kIds[] = {TokenId::TgtReq, TokenId::TgtRep, TokenId::ApReq, TokenId::ApRep};
    for (std::size_t number = 0; number < std::size(kIds); ++number) {
      const Bytes bytes = token_of(number);
      const auto token = parse_gss_token(bytes);
      ASSERT_TRUE(token) << token.error().why;
      EXPECT_TRUE(equal(token->oid, oid::kUserToUser));
      EXPECT_EQ(token->id, kIds[number]);
    }
    const Bytes asked = token_of(0), shown = token_of(1);
    const auto request = TgtRequest::parse(parse_gss_token(asked)->message);
    ASSERT_TRUE(request) << request.error().why;
    EXPECT_EQ(request->server_name, (std::vector<std::string>{"TERMSRV", "srv1"}));
    EXPECT_EQ(request->realm, "");
    const auto ticket = parse_tgt_reply(parse_gss_token(shown)->message);
    ASSERT_TRUE(ticket) << ticket.error().why;
    // Ours are theirs.
    EXPECT_EQ(to_hex(write_gss_token({oid::kUserToUser, TokenId::TgtReq, request->write()})),
              to_hex(asked));
    EXPECT_EQ(to_hex(write_tgt_reply(*ticket)), to_hex(parse_gss_token(shown)->message));
  }
}

TEST(TgtReply, HoldsATicket) {
  const Bytes ticket = from_hex("6103020105");
  const Bytes message = write_tgt_reply(ticket);
  EXPECT_EQ(to_hex(message), "3011a003020105a103020111a2056103020105");
  const auto parsed = parse_tgt_reply(message);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_hex(*parsed), to_hex(ticket));
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(parse_tgt_reply(ByteView(message).first(size))) << size;
  }
  EXPECT_FALSE(parse_tgt_reply(write_tgt_reply(from_hex("3003020105"))));
  EXPECT_FALSE(parse_tgt_reply(write_tgt_reply({})));
}

}  // namespace
}  // namespace opensspi::kerberos
