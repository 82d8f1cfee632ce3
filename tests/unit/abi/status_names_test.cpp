// The words for status codes.
#include "abi/status_names.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace opensspi::abi {
namespace {

TEST(StatusNames, KnowsCodes) {
  EXPECT_STREQ(words_of_status(0x8009030C).name, "SEC_E_LOGON_DENIED");
  EXPECT_STREQ(words_of_status(0).name, "SEC_E_OK");
  EXPECT_STREQ(words_of_status(0x00090317).name, "SEC_I_CONTEXT_EXPIRED");
  EXPECT_STREQ(words_of_status(0x80090317).name, "SEC_E_CONTEXT_EXPIRED");
  EXPECT_STREQ(words_of_nt_status(0xC000006A).name, "STATUS_WRONG_PASSWORD");
}

TEST(StatusNames, SaysWhenItKnowsNone) {
  EXPECT_STREQ(words_of_status(0x80090344).name, "unknown status");
  EXPECT_STREQ(words_of_status(0x80090344).text, "");
  EXPECT_STREQ(words_of_nt_status(1).name, "unknown status");
}

TEST(StatusNames, EveryCodeHasItsOwnSentence) {
  std::set<std::string> texts;
  int codes = 0;
#define OPENSSPI_STATUS(name, value, text) \
  ++codes;                                 \
  EXPECT_TRUE(texts.insert(text).second) << #name;
#include "abi/status_codes.inc"
#undef OPENSSPI_STATUS
  EXPECT_EQ(codes, 95);
}

}  // namespace
}  // namespace opensspi::abi
