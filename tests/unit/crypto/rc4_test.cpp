#include "crypto/rc4.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

#include "support/vectors.h"

namespace opensspi::crypto {
namespace {

using test::from_hex;
using test::to_hex;
using test::Vectors;

static_assert(!std::is_copy_constructible_v<Rc4>);

Bytes key_stream(Rc4& cipher, std::size_t size) {
  Bytes zeros(size);
  cipher.apply(zeros);
  return zeros;
}

TEST(Rc4, KeyStreamsOfRfc6229) {
  for (Vectors& vectors : Vectors::sections("crypto/rc4.txt")) {
    SCOPED_TRACE(vectors.title());
    Rc4 cipher(vectors.bytes("Key"));
    const Bytes stream = key_stream(cipher, 4112);
    for (const unsigned offset : {0u, 16u, 240u, 256u, 496u, 512u, 752u, 768u, 1008u, 1024u, 1520u,
                                  1536u, 2032u, 2048u, 3056u, 3072u, 4080u, 4096u}) {
      EXPECT_EQ(to_hex(ByteView(stream).subspan(offset, 16)), vectors.text(std::to_string(offset)));
    }
    EXPECT_TRUE(vectors.all_consumed());
  }
}

TEST(Rc4, GoesOnWhereItWas) {
  Rc4 at_once(from_hex("0102030405"));
  Rc4 in_parts(from_hex("0102030405"));
  const Bytes whole = key_stream(at_once, 300);
  Bytes parts;
  for (const std::size_t size : {0u, 1u, 255u, 44u}) append(parts, key_stream(in_parts, size));
  EXPECT_EQ(to_hex(parts), to_hex(whole));
}

TEST(Rc4, DecryptsIntoAnotherBuffer) {
  const Bytes plain = from_hex("00112233445566778899");
  Bytes sealed(plain.size() + 2, 0xEE);
  Rc4(from_hex("aa")).apply(plain, sealed);
  EXPECT_EQ(to_hex(ByteView(sealed).last(2)), "eeee") << "not written beyond the input's size";
  Bytes opened(plain.size());
  Rc4(from_hex("aa")).apply(ByteView(sealed).first(plain.size()), opened);
  EXPECT_EQ(to_hex(opened), to_hex(plain));
}

TEST(Rc4, ClonesAreApart) {
  Rc4 cipher(from_hex("0102030405"));
  key_stream(cipher, 5);
  Rc4 saved = cipher.clone();
  const Bytes next = key_stream(cipher, 20);
  EXPECT_EQ(to_hex(key_stream(saved, 20)), to_hex(next)) << "the position is cloned too";
  Rc4 moved = std::move(saved);
  EXPECT_EQ(to_hex(key_stream(moved, 20)), to_hex(key_stream(cipher, 20)));
}

TEST(Rc4, TakesKeysOfAnyLengthUpTo256) {
  const Bytes longest(256, 0x5A);
  Rc4 cipher(longest);
  Rc4 of_one(from_hex("5a"));
  // A key is repeated to 256 bytes, so these are the same.
  EXPECT_EQ(to_hex(key_stream(cipher, 32)), to_hex(key_stream(of_one, 32)));
}

}  // namespace
}  // namespace opensspi::crypto
