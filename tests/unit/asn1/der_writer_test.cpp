#include "asn1/der_writer.h"

#include <gtest/gtest.h>

#include "support/freed_memory.h"
#include "support/hex.h"

namespace opensspi::asn1 {
namespace {

using test::from_hex;
using test::to_hex;

TEST(DerWriter, WritesMinimalIntegers) {
  const std::pair<std::uint32_t, const char*> cases[] = {
      {0, "020100"},
      {6, "020106"},
      {0x7F, "02017f"},
      {0x80, "02020080"},
      {0xFF, "020200ff"},
      {0x100, "02020100"},
      {0x7FFF, "02027fff"},
      {0x8000, "0203008000"},
      {0x7FFFFF, "02037fffff"},
      {0x800000, "020400800000"},
      {0x7FFFFFFF, "02047fffffff"},
      {0xC000006D, "020500c000006d"},
  };
  for (const auto& [value, der] : cases) {
    EXPECT_EQ(to_hex(DerWriter().integer(value).view()), der);
  }
  EXPECT_EQ(to_hex(DerWriter().integer(1, tag::kEnumerated).view()), "0a0101");
}

// [MS-CSSP] 2.2.1: errorCode is an NTSTATUS; four octets is what readers of 32-bit numbers take.
TEST(DerWriter, WritesErrorCodesAsFourOctets) {
  EXPECT_EQ(to_hex(DerWriter().integer_four_octets(0xC000006D).view()), "0204c000006d");
  EXPECT_EQ(to_hex(DerWriter().integer_four_octets(1).view()), "020400000001");
}

TEST(DerWriter, WritesLengthsInTheFewestOctets) {
  const std::pair<std::size_t, const char*> cases[] = {
      {0, "0400"},
      {1, "0401"},
      {0x7F, "047f"},
      {0x80, "048180"},
      {0xFF, "0481ff"},
      {0x100, "04820100"},
      {0xFFFF, "0482ffff"},
      {0x10000, "0483010000"},
      {0x1000000, "048401000000"},
  };
  for (const auto& [size, header] : cases) {
    const Bytes contents(size, 0xAB);
    DerWriter out;
    out.octet_string(contents);
    const std::size_t header_size = out.view().size() - size;
    EXPECT_EQ(to_hex(out.view().first(header_size)), header);
    EXPECT_TRUE(equal(out.view().subspan(header_size), contents));
  }
}

TEST(DerWriter, NestsAndTakes) {
  DerWriter out;
  out.nest(tag::kSequence, [](DerWriter& sequence) {
    sequence.nest(tag::context(0), [](DerWriter& field) { field.integer(6); });
    sequence.nest(tag::context(1), [](DerWriter& field) { field.octet_string(view("hi")); });
    sequence.oid(from_hex("2b0601050502")).raw(from_hex("0500"));
  });
  EXPECT_EQ(to_hex(out.view()),
            "3015a003020106a10404026869"
            "06062b0601050502"
            "0500");
  const Bytes whole = copy(out.view());
  EXPECT_EQ(out.take(), whole);
  EXPECT_TRUE(out.empty());
}

TEST(DerWriter, LeavesNoUnerasedBufferBehind) {
  // Longer than any growth step, so that no block holds a part of it only.
  Bytes password(24);
  for (std::size_t i = 0; i < password.size(); ++i) {
    password[i] = static_cast<std::uint8_t>(0x5C ^ (29 * i));
  }
  const test::FreedMemory freed(password);
  {
    DerWriter out;
    out.nest(tag::kSequence, [&](DerWriter& sequence) {
      for (std::size_t i = 0; i < 50; ++i) sequence.octet_string(password).raw(Bytes(i, 0));
    });
    EXPECT_GT(out.view().size(), 2000u);
  }
  EXPECT_EQ(freed.num_blocks_with_pattern(), 0);
  {
    Bytes taken = DerWriter().octet_string(password).take();
    asm volatile("" : : "r"(taken.data()) : "memory");
  }
  EXPECT_EQ(freed.num_blocks_with_pattern(), 1) << "what was taken is the caller's to erase";
}

}  // namespace
}  // namespace opensspi::asn1
