// SPNEGO messages: published and captured ones, and what no message may be.
#include "negotiate/tokens.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "support/hex.h"
#include "support/vectors.h"

namespace opensspi::negotiate {
namespace {

using test::from_hex;
using test::to_hex;
using test::Vectors;

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

void check_init(Vectors& vectors, ByteView token) {
  const auto init = parse_neg_token_init(token);
  ASSERT_TRUE(init) << init.error().why;
  std::vector<std::string> mech_types;
  for (const ByteView oid : init->mech_types) mech_types.push_back(to_hex(oid));
  EXPECT_EQ(mech_types, words(vectors.text("MechTypes")));
  EXPECT_EQ(to_hex(init->mech_token.value()), vectors.text("MechToken"));
  EXPECT_EQ(init->neg_hints.has_value(), vectors.has("HintName"));
  if (init->neg_hints) {
    EXPECT_TRUE(equal(init->neg_hints->hint_name.value(), view(vectors.text("HintName"))));
    EXPECT_FALSE(init->neg_hints->hint_address);
  }
  EXPECT_FALSE(init->mech_list_mic);
  EXPECT_EQ(to_hex(write_mech_types(init->mech_types)), to_hex(init->mech_types_der));
  EXPECT_EQ(to_hex(write(*init)), to_hex(token));
}

void check_resp(Vectors& vectors, ByteView token) {
  const auto resp = parse_neg_token_resp(token);
  ASSERT_TRUE(resp) << resp.error().why;
  ASSERT_EQ(resp->neg_state.has_value(), vectors.has("NegState"));
  if (resp->neg_state) {
    EXPECT_EQ(static_cast<unsigned>(*resp->neg_state), vectors.number("NegState"));
  }
  ASSERT_EQ(resp->supported_mech.has_value(), vectors.has("SupportedMech"));
  if (resp->supported_mech) {
    EXPECT_EQ(to_hex(*resp->supported_mech), vectors.text("SupportedMech"));
  }
  EXPECT_EQ(to_hex(resp->response_token.value()), vectors.text("ResponseToken"));
  EXPECT_FALSE(resp->mech_list_mic);
  EXPECT_EQ(to_hex(write(*resp)), to_hex(token));
}

class SpnegoVectors : public testing::TestWithParam<const char*> {};

TEST_P(SpnegoVectors, ParseAndAreWrittenTheSame) {
  for (Vectors& vectors : Vectors::sections(GetParam())) {
    SCOPED_TRACE(vectors.title());
    const Bytes token = vectors.bytes("Token");
    const bool is_resp = vectors.text("Kind") == "NegTokenResp";
    EXPECT_EQ(classify(token).kind,
              is_resp ? FirstToken::Kind::NegTokenResp : FirstToken::Kind::NegTokenInit);
    is_resp ? check_resp(vectors, token) : check_init(vectors, token);
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST_P(SpnegoVectors, AreRefusedWhenCut) {
  for (Vectors& vectors : Vectors::sections(GetParam())) {
    SCOPED_TRACE(vectors.title());
    const Bytes token = vectors.bytes("Token");
    for (std::size_t size = 0; size < token.size(); ++size) {
      const ByteView cut = ByteView(token).first(size);
      EXPECT_FALSE(parse_neg_token_init(cut)) << size;
      EXPECT_FALSE(parse_neg_token_resp(cut)) << size;
    }
    Bytes longer = token;
    longer.push_back(0);
    EXPECT_FALSE(parse_neg_token_init(longer));
    EXPECT_FALSE(parse_neg_token_resp(longer));
  }
}

INSTANTIATE_TEST_SUITE_P(All, SpnegoVectors,
                         testing::Values("spnego/ms_spng.txt", "spnego/captures.txt"));

TEST(MechTypes, AreTheBytesThatTheMicCovers) {
  const std::vector<ByteView> ntlm = {oid::kNtlm};
  EXPECT_EQ(to_hex(write_mech_types(ntlm)), "300c060a2b06010401823702020a");
}

TEST(NegTokenInit, IsTakenWithoutTheGssHeader) {
  const Bytes bare = from_hex("a012 3010 a00e 300c 060a2b06010401823702020a");
  EXPECT_EQ(classify(bare).kind, FirstToken::Kind::NegTokenInit);
  const auto init = parse_neg_token_init(bare);
  ASSERT_TRUE(init) << init.error().why;
  ASSERT_EQ(init->mech_types.size(), 1U);
  EXPECT_TRUE(equal(init->mech_types[0], oid::kNtlm));
  EXPECT_FALSE(init->mech_token);
}

TEST(NegTokenInit, KeepsTheListAsItWasWritten) {
  // Every length here is longer than it need be.
  const Bytes loose = from_hex("a08116 308113 a08110 30810d 06810a2b06010401823702020a");
  const auto init = parse_neg_token_init(loose);
  ASSERT_TRUE(init) << init.error().why;
  EXPECT_EQ(to_hex(init->mech_types_der), "30810d06810a2b06010401823702020a");
}

TEST(NegTokenInit, IgnoresReqFlags) {
  const Bytes token = from_hex("a018 3016 a004 3002 0600 a104 03020640 a203 040161 a303 040162");
  const auto init = parse_neg_token_init(token);
  ASSERT_TRUE(init) << init.error().why;
  EXPECT_EQ(to_hex(init->mech_token.value()), "61");
  EXPECT_EQ(to_hex(init->mech_list_mic.value()), "62");
}

TEST(NegTokenInit2, HasItsMicBehindTheHints) {
  NegTokenInit init;
  const Bytes mic = {1, 2, 3};
  init.neg_hints = NegHints{view(kHintName), std::nullopt};
  init.mech_list_mic = mic;
  const Bytes token = write(init);
  const auto parsed = parse_neg_token_init(token);
  ASSERT_TRUE(parsed) << parsed.error().why;
  EXPECT_TRUE(parsed->mech_types.empty());
  EXPECT_TRUE(equal(parsed->neg_hints.value().hint_name.value(), view(kHintName)));
  EXPECT_TRUE(equal(parsed->mech_list_mic.value(), mic));
}

TEST(NegTokenResp, HoldsEachFieldOrNone) {
  const auto empty = parse_neg_token_resp(from_hex("a102 3000"));
  ASSERT_TRUE(empty) << empty.error().why;
  EXPECT_FALSE(empty->neg_state || empty->supported_mech || empty->response_token ||
               empty->mech_list_mic);
  NegTokenResp all;
  const Bytes response_token = {1}, mic = {2, 3};
  all.neg_state = NegState::RequestMic;
  all.supported_mech = oid::kNtlm;
  all.response_token = response_token;
  all.mech_list_mic = mic;
  EXPECT_EQ(to_hex(write(all)),
            "a120301e"
            "a0030a0103"
            "a10c060a2b06010401823702020a"
            "a203040101"
            "a30404020203");
}

TEST(NegTokenResp, MayGrowAtItsEnd) {
  EXPECT_TRUE(parse_neg_token_resp(from_hex("a10c 300a a0030a0100 a403020105")));
}

TEST(NegTokenResp, IsRefusedWhenMalformed) {
  const std::vector<std::pair<const char*, const char*>> malformed = {
      {"no negState of that number", "a107 3005 a0030a0104"},
      {"negState of two octets", "a108 3006 a0040a020000"},
      {"negState as INTEGER", "a107 3005 a003020100"},
      {"fields out of order", "a10c 300a a203040161 a0030a0100"},
      {"the same field twice", "a10c 300a a0030a0100 a0030a0100"},
      {"something behind a field's element", "a109 3007 a0050a0100 0500"},
      {"something behind the SEQUENCE", "a109 3005 a0030a0100 0500"},
      {"indefinite length", "a180 3005 a0030a0100 0000"},
      {"a NegTokenInit", "a002 3000"},
      {"an unknown field between the known", "a10c 300a a403020105 a0030a0100"},
  };
  for (const auto& [what, hex] : malformed) {
    const auto resp = parse_neg_token_resp(from_hex(hex));
    ASSERT_FALSE(resp) << what;
    EXPECT_EQ(resp.error().status, Status::InvalidToken) << what;
  }
}

TEST(NegTokenInit, IsRefusedWhenMalformed) {
  const std::vector<std::pair<const char*, const char*>> malformed = {
      {"another mechanism's GSS token", "600d 06062b0601050503 a003 3001 00"},
      {"something in the list that is no OID", "a008 3006 a004 3002 0400"},
      {"a list that is a SET", "a008 3006 a004 3102 0600"},
      {"something behind the GSS token", "600c 06062b0601050502 a002 3000 00"},
      {"hints of the wrong type", "a008 3006 a304 3002 1b00"},
  };
  for (const auto& [what, hex] : malformed) {
    EXPECT_FALSE(parse_neg_token_init(from_hex(hex))) << what;
  }
}

TEST(Classify, TellsFirstTokensApart) {
  using Kind = FirstToken::Kind;
  const auto kind = [](const char* hex) { return classify(from_hex(hex)).kind; };
  EXPECT_EQ(kind("6008 06062b0601050502"), Kind::NegTokenInit);
  EXPECT_EQ(kind("a000"), Kind::NegTokenInit);
  EXPECT_EQ(kind("a100"), Kind::NegTokenResp);
  EXPECT_EQ(kind(""), Kind::Unknown);
  EXPECT_EQ(kind("60"), Kind::Unknown);
  EXPECT_EQ(kind("6003 020100"), Kind::Unknown);
  EXPECT_EQ(kind("4e544c4d535350"), Kind::Unknown);  // "NTLMSSP" without its zero
  EXPECT_EQ(kind("3003020106"), Kind::Unknown);

  const FirstToken ntlm = classify(from_hex("4e544c4d53535000 01000000"));
  EXPECT_EQ(ntlm.kind, Kind::BareMechanism);
  EXPECT_TRUE(equal(ntlm.mechanism, oid::kNtlm));

  // rdesktop's: a Kerberos AP-REQ with its GSS header and no SPNEGO.
  const Bytes kerberos = from_hex("600d 06092a864886f712010202 0100");
  EXPECT_EQ(classify(kerberos).kind, Kind::BareMechanism);
  EXPECT_TRUE(equal(classify(kerberos).mechanism, oid::kKerberos));
}

}  // namespace
}  // namespace opensspi::negotiate
