// Names with what C strings cannot have.
#include "x509/names.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace opensspi {
namespace {

// A Name with one CN of this string type and contents.
Bytes name_with(std::uint8_t type, std::string_view contents) {
  Bytes value = {type, static_cast<std::uint8_t>(contents.size())};
  append(value, view(contents));
  const auto wrap = [](std::uint8_t tag, const Bytes& inside) {
    Bytes out = {tag, static_cast<std::uint8_t>(inside.size())};
    append(out, inside);
    return out;
  };
  Bytes attribute = {0x06, 0x03, 0x55, 0x04, 0x03};
  append(attribute, value);
  return wrap(0x30, wrap(0x31, wrap(0x30, attribute)));
}

std::string common_name(std::uint8_t type, std::string_view contents) {
  const auto name = x509::read_name(name_with(type, contents));
  return name && name->size() == 1 && (*name)[0].oid == "2.5.4.3" ? (*name)[0].value : "?";
}

constexpr std::uint8_t kBitString = 0x03, kUtf8String = 0x0C, kPrintable = 0x13, kT61 = 0x14,
                       kBmp = 0x1E;

TEST(ReadName, TurnsEveryKindOfStringIntoUtf8) {
  EXPECT_EQ(common_name(kUtf8String, "\xE2\x99\xA5"), "\xE2\x99\xA5");
  EXPECT_EQ(common_name(kPrintable, "Knave"), "Knave");
  EXPECT_EQ(common_name(kT61, "\xE4"), "\xC3\xA4");
  EXPECT_EQ(common_name(kBmp, std::string_view("\x26\x65", 2)), "\xE2\x99\xA5");
  EXPECT_EQ(common_name(kBitString, std::string_view("\0\xFF", 2)), "\xC3\xBF")
      << "what is no text is Latin-1";
  EXPECT_EQ(common_name(kUtf8String, "\xFF"), "?") << "no name at all";
}

// CVE-2009-2408: "good.example\0.evil.example" is not good.example.
TEST(ReadName, LetsNoZeroThrough) {
  EXPECT_EQ(common_name(kUtf8String, std::string_view("good\0evil", 9)),
            "good\xEF\xBF\xBD"
            "evil");
}

TEST(ReadName, RefusesWhatIsNone) {
  EXPECT_FALSE(x509::read_name({}));
  EXPECT_FALSE(x509::read_name(Bytes{0x30, 0x05, 1}));
  Bytes behind = name_with(kPrintable, "Knave");
  behind.push_back(0);
  EXPECT_FALSE(x509::read_name(behind));
  EXPECT_TRUE(x509::read_name(Bytes{0x30, 0x00})->empty());
}

}  // namespace
}  // namespace opensspi
