#include "base/utf16.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <string>
#include <vector>

#include "crypto/digest.h"
#include "support/vectors.h"

namespace opensspi {
namespace {

using test::from_hex;
using test::to_hex;
using test::Vectors;

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Utf16, ConvertsWellFormedTextBothWays) {
  Vectors vectors("base/utf16_well_formed.txt");
  for (const char* name :
       {"Empty", "Ascii", "Latin", "Euro", "LastBeforeSurrogates", "FirstAfterSurrogates",
        "LastOfBmp", "FirstSupplementary", "Emoji", "LastOfUnicode", "Mixed", "Nul"}) {
    SCOPED_TRACE(name);
    const Bytes utf8 = vectors.bytes(std::string(name) + ".utf8");
    const Bytes utf16le = vectors.bytes(std::string(name) + ".utf16le");
    const auto wide = utf8_to_utf16le(text_of(utf8));
    const auto narrow = utf16le_to_utf8(utf16le);
    ASSERT_TRUE(wide && narrow);
    EXPECT_EQ(to_hex(*wide), to_hex(utf16le));
    EXPECT_EQ(to_hex(view(*narrow)), to_hex(utf8));
    const auto units = utf8_to_utf16(text_of(utf8));
    ASSERT_TRUE(units);
    EXPECT_EQ(units->size(), utf16le.size() / 2);
    EXPECT_EQ(utf16_to_utf8(*units), *narrow);
    EXPECT_EQ(to_hex(secret_utf8_to_utf16le(utf8)->expose()), to_hex(utf16le));
    EXPECT_EQ(to_hex(secret_utf16le_to_utf8(utf16le)->expose()), to_hex(utf8));
  }
  EXPECT_TRUE(vectors.all_consumed());
}

TEST(Utf16, RefusesUtf8ThatIsNotWellFormed) {
  for (const char* hex :
       {"80",          "bf",          "41 80",          "c3",       "c3 41",
        "e2 82",       "e2 82 41",    "f0 9f 98",       "c0 80",    "c1 bf",
        "e0 80 af",    "f0 80 80 af", "ed a0 80",       "ed bf bf", "ed a0 bd ed b8 80",
        "f4 90 80 80", "f5 80 80 80", "f8 88 80 80 80", "fe",       "ff",
        "41 ff 42"}) {
    SCOPED_TRACE(hex);
    const Bytes utf8 = from_hex(hex);
    const auto wide = utf8_to_utf16le(text_of(utf8));
    ASSERT_FALSE(wide);
    EXPECT_EQ(wide.error().status, Status::InvalidToken);
    EXPECT_FALSE(utf8_to_utf16(text_of(utf8)));
    EXPECT_FALSE(secret_utf8_to_utf16le(utf8));
  }
}

TEST(Utf16, RefusesUtf16ThatIsNotWellFormed) {
  for (const char* hex : {"41", "4100 42", "00d8", "00dc", "00d8 4100", "00d8 00d8", "4100 00d8",
                          "00dc 00d8", "00d8 00dc 00dc", "ffdb", "ffdf"}) {
    SCOPED_TRACE(hex);
    const Bytes utf16le = from_hex(hex);
    const auto narrow = utf16le_to_utf8(utf16le);
    ASSERT_FALSE(narrow);
    EXPECT_EQ(narrow.error().status, Status::InvalidToken);
    EXPECT_FALSE(secret_utf16le_to_utf8(utf16le));
  }
  EXPECT_FALSE(utf16_to_utf8(std::u16string(1, char16_t{0xD800})));
  EXPECT_FALSE(utf16_to_utf8(std::u16string(1, char16_t{0xDC00})));
}

TEST(Utf16, EveryCharacterGoesThereAndBack) {
  for (std::uint32_t character = 0; character <= 0x10FFFF; ++character) {
    std::u16string text;
    if (character >= 0x10000) {
      text.push_back(static_cast<char16_t>(0xD7C0 + (character >> 10)));
      text.push_back(static_cast<char16_t>(0xDC00 + (character & 0x3FF)));
    } else {
      text.push_back(static_cast<char16_t>(character));
    }
    const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
    const auto utf8 = utf16_to_utf8(text);
    ASSERT_EQ(utf8.has_value(), !is_surrogate) << std::hex << character;
    if (utf8) {
      ASSERT_EQ(utf8_to_utf16(*utf8), text) << std::hex << character;
    }
  }
}

// [MS-UCODEREF] 3.1.5.3 and NTFS share the table; the MD5 is that of Windows 8's $UpCase file.
TEST(Upper, IsWindowsTable) {
  Vectors vectors("base/upcase.txt");
  Bytes table;
  for (std::uint32_t unit = 0; unit < 0x10000; ++unit) {
    const char16_t mapped = upper(static_cast<char16_t>(unit));
    table.push_back(static_cast<std::uint8_t>(mapped & 0xFF));
    table.push_back(static_cast<std::uint8_t>(mapped >> 8));
  }
  EXPECT_EQ(to_hex(crypto::md5({table})), vectors.text("UpCase.md5"));
  EXPECT_TRUE(vectors.all_consumed());
}

// Windows made its table of Unicode 5.1 and has left it so.
bool is_younger_than_the_table(std::uint32_t character) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(character), age);
  return age[0] > 5 || (age[0] == 5 && age[1] > 1);
}

// Every other difference from Unicode's simple mapping is a row with its reason, and every row is
// a difference.
TEST(Upper, IsUnicodesSimpleMappingButForTheListedDifferences) {
  Vectors differences("base/upcase_differences.txt");
  for (std::uint32_t unit = 0; unit < 0x10000; ++unit) {
    const std::uint32_t mapped = upper(static_cast<char16_t>(unit));
    const auto unicode = static_cast<std::uint32_t>(u_toupper(static_cast<UChar32>(unit)));
    const std::string name =
        to_hex(Bytes{static_cast<std::uint8_t>(unit >> 8), static_cast<std::uint8_t>(unit)});
    const bool is_listed = differences.has(name);
    if (is_listed) {
      EXPECT_FALSE(differences.text(name).empty()) << "no reason for U+" << name;
    }
    if (is_listed || is_younger_than_the_table(unit) || is_younger_than_the_table(unicode)) {
      EXPECT_EQ(mapped, unit) << "U+" << name;
      EXPECT_TRUE(!is_listed || mapped != unicode) << "U+" << name << " is no difference";
    } else {
      EXPECT_EQ(mapped, unicode) << "U+" << name;
    }
  }
  EXPECT_TRUE(differences.all_consumed());
}

TEST(Upper, MapsUnitByUnit) {
  EXPECT_EQ(upper(std::u16string_view(u"Us\u00e9r stra\u00dfe \u0451 \u03c2")),
            u"US\u00c9R STRA\u00dfE \u0401 \u03c2");
  EXPECT_EQ(upper(char16_t{0xD801}), char16_t{0xD801});
}

TEST(SameName, ComparesWithoutCase) {
  EXPECT_TRUE(same_name("", ""));
  EXPECT_TRUE(same_name("Negotiate", "NEGOTIATE"));
  EXPECT_TRUE(same_name("J\xC3\xBCrgen", "j\xC3\x9Crgen"));
  EXPECT_FALSE(same_name("user", "user2"));
  EXPECT_FALSE(same_name("user2", "user"));
  EXPECT_FALSE(same_name("user", ""));
  // U+0131, the dotless i, is another letter than i.
  EXPECT_FALSE(same_name("admin", "adm\xC4\xB1n"));
  // Not text, so not a name; only ever the same as itself.
  EXPECT_FALSE(
      same_name("\xFF"
                "a",
                "\xFF"
                "A"));
}

}  // namespace
}  // namespace opensspi
