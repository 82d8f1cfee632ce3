#include "asn1/der_reader.h"

#include <gtest/gtest.h>

#include "asn1/der_writer.h"
#include "support/hex.h"

namespace opensspi::asn1 {
namespace {

using test::from_hex;
using test::to_hex;

TEST(DerReader, ReadsElementsInTurn) {
  const Bytes der = from_hex("3015 a003020106 a10404026869 0606 2b0601050502 0500");
  DerReader in(der);
  EXPECT_TRUE(in.next_is(tag::kSequence));
  DerReader sequence = in.enter(tag::kSequence);
  EXPECT_EQ(sequence.peek(), tag::context(0));
  DerReader version = sequence.enter(tag::context(0));
  EXPECT_EQ(version.u32(), 6u);
  EXPECT_TRUE(version.finish("version"));
  EXPECT_EQ(to_hex(sequence.element_with_header(tag::context(1))), "a10404026869");
  EXPECT_EQ(to_hex(sequence.element(tag::kOid)), "2b0601050502");
  EXPECT_EQ(to_hex(sequence.rest()), "0500");
  EXPECT_FALSE(sequence.finish("one is left"));
  sequence.skip();
  EXPECT_TRUE(sequence.empty());
  EXPECT_EQ(sequence.peek(), std::nullopt);
  EXPECT_TRUE(sequence.finish("sequence"));
  EXPECT_TRUE(in.finish("whole"));
}

TEST(DerReader, ReadsNumbers) {
  const std::pair<const char*, std::uint32_t> cases[] = {
      {"020100", 0},
      {"02017f", 0x7F},
      {"020180", 0xFFFFFF80},
      {"02020080", 0x80},
      {"0202ff7f", 0xFFFFFF7F},
      {"0203010000", 0x10000},
      {"0204c000006d", 0xC000006D},
      {"020500c000006d", 0xC000006D},
      {"02047fffffff", 0x7FFFFFFF},
      {"0204ffffffff", 0xFFFFFFFF},
      {"020400000001", 1},
      {"02050000000001", 1},
  };
  for (const auto& [hex, value] : cases) {
    SCOPED_TRACE(hex);
    const Bytes der = from_hex(hex);
    DerReader in(der);
    EXPECT_EQ(in.u32(), value);
    EXPECT_TRUE(in.finish("number"));
  }
  const Bytes enumerated = from_hex("0a0102");
  EXPECT_EQ(DerReader(enumerated).u32(tag::kEnumerated), 2u);
}

TEST(DerReader, RefusesNumbersBeyond32Bits) {
  for (const char* hex : {"0200", "020501c000006d", "0205ffc000006d", "0206000000000001",
                          "02080000000000000001", "0a0101"}) {
    SCOPED_TRACE(hex);
    const Bytes der = from_hex(hex);
    DerReader in(der);
    EXPECT_EQ(in.u32(), 0u);
    EXPECT_FALSE(in.finish("number"));
  }
}

// rdesktop writes 30 82 00 9c where DER has 30 81 9c.
TEST(DerReader, TakesLengthsThatAreNotMinimal) {
  for (const char* hex : {"0402aabb", "048102aabb", "04820002aabb", "048400000002aabb",
                          "0488 0000000000000002 aabb", "048a 00000000000000000002 aabb"}) {
    SCOPED_TRACE(hex);
    const Bytes der = from_hex(hex);
    DerReader in(der);
    EXPECT_EQ(to_hex(in.octet_string()), "aabb");
    EXPECT_TRUE(in.finish("string"));
    EXPECT_EQ(element_size(der, 100), der.size());
  }
}

TEST(DerReader, RefusesWhatIsNoHeader) {
  const char* const cases[] = {
      "0480aabb0000",               // indefinite length
      "04ff",                       // reserved
      "1f0100",                     // tag numbers in further octets
      "bf8101 00",                  //
      "0484 80000001",              // over 2^31
      "0485 0100000000",            //
      "0488 ffffffffffffffff",      // would wrap around
      "0489 010000000000000000",    //
      "048a 01000000000000000002",  //
  };
  for (const char* hex : cases) {
    SCOPED_TRACE(hex);
    const Bytes der = from_hex(hex);
    DerReader in(der);
    in.skip();
    EXPECT_FALSE(in.ok());
    const auto size = element_size(der, SIZE_MAX);
    ASSERT_FALSE(size);
    EXPECT_EQ(size.error().status, Status::InvalidToken);
  }
}

TEST(DerReader, FailureSticks) {
  const Bytes der = from_hex("020101 020102");
  DerReader in(der);
  EXPECT_TRUE(in.octet_string().empty());
  EXPECT_FALSE(in.ok());
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(in.peek(), std::nullopt);
  EXPECT_EQ(in.u32(), 0u) << "the number that is there is not read after a failure";
  EXPECT_TRUE(in.element_with_header(tag::kInteger).empty());
  const auto verdict = in.finish("no string");
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().status, Status::InvalidToken);
  EXPECT_STREQ(verdict.error().why, "no string");

  DerReader rejected(der);
  rejected.reject();
  EXPECT_EQ(rejected.u32(), 0u);
  EXPECT_FALSE(rejected.ok());
}

TEST(DerReader, FailsAtTheEnd) {
  DerReader by_skip({});
  by_skip.skip();
  EXPECT_FALSE(by_skip.ok());
  DerReader by_element({});
  by_element.element(tag::kInteger);
  EXPECT_FALSE(by_element.ok());
  EXPECT_TRUE(DerReader({}).finish("nothing is nothing"));
}

TEST(DerReader, RefusesElementsThatAreCut) {
  const Bytes whole = from_hex("30820006 0204c000006d");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    DerReader in(ByteView(whole).first(size));
    in.element(tag::kSequence);
    EXPECT_FALSE(in.ok()) << size << " bytes";
  }
}

TEST(ElementSize, WaitsForTheHeader) {
  const Bytes whole = from_hex("308301 0000");
  for (std::size_t size = 0; size < 5; ++size) {
    const auto answer = element_size(ByteView(whole).first(size), 1 << 20);
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, std::nullopt) << size << " bytes";
  }
  EXPECT_EQ(element_size(whole, 1 << 20), std::size_t{5 + 0x10000});
}

TEST(ElementSize, KeepsTheLimit) {
  const Bytes start = from_hex("3003");
  EXPECT_EQ(element_size(start, 5), std::size_t{5});
  EXPECT_FALSE(element_size(start, 4));
  EXPECT_FALSE(element_size(from_hex("30847fffffff"), 1 << 20));
  EXPECT_EQ(element_size(from_hex("308480000000"), SIZE_MAX), std::size_t{6 + 0x80000000});
}

TEST(DerReader, ReadsWhatTheWriterWrites) {
  for (const std::size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    const Bytes contents(size, 0x3C);
    DerWriter out;
    out.nest(tag::application(0), [&](DerWriter& inner) { inner.octet_string(contents); });
    DerReader in(out.view());
    DerReader inner = in.enter(tag::application(0));
    EXPECT_TRUE(equal(inner.octet_string(), contents));
    EXPECT_TRUE(inner.finish("inner"));
    EXPECT_TRUE(in.finish("whole"));
    EXPECT_EQ(element_size(out.view().first(std::min<std::size_t>(out.view().size(), 6)), SIZE_MAX),
              out.view().size());
  }
}

}  // namespace
}  // namespace opensspi::asn1
