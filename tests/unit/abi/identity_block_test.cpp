// Identities in one block (EX2): what is written, what is read, and that nothing is read beyond.
// Blocks lie in heap buffers of their exact size, so that the sanitizers see a read past the end.
#include "abi/identity_block.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "abi/auth_identity.h"
#include "abi/identity_cipher.h"
#include "abi/packed_credentials.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

using Header = SEC_WINNT_AUTH_IDENTITY_EX2;

Bytes utf16(std::string_view text) {
  return utf8_to_utf16le(text).value();
}

IdentityParts juergen() {
  IdentityParts parts;
  parts.user = utf16("J\u00fcrgen");
  parts.domain = utf16("WORK");
  parts.password = SecretBytes(utf16("p\u00e4ss"));
  parts.package_list = utf16("!kerberos");
  parts.flags = SEC_WINNT_AUTH_IDENTITY_ONLY;
  return parts;
}

// The structure, and the room when it is asked for.
Bytes bytes_of(const IdentityParts& parts, std::size_t room = 0) {
  const auto block = write_identity_block(parts).value();
  const ByteView all = identity_block_at(block.get()).value();
  return copy(all.first(all.size() - kIdentityRoom + room));
}

Header header_of(ByteView block) {
  Header header;
  std::memcpy(&header, block.data(), sizeof header);
  return header;
}

void put_header(Bytes& block, const Header& header) {
  std::memcpy(block.data(), &header, sizeof header);
}

void expect_same(const IdentityParts& a, const IdentityParts& b) {
  EXPECT_EQ(a.user, b.user);
  EXPECT_EQ(a.domain, b.domain);
  ASSERT_EQ(a.password.has_value(), b.password.has_value());
  if (a.password) {
    EXPECT_TRUE(equal(a.password->expose(), b.password->expose()));
  }
  EXPECT_TRUE(equal(a.packed.expose(), b.packed.expose()));
  EXPECT_EQ(a.package_list, b.package_list);
  EXPECT_EQ(a.flags, b.flags);
}

// The whole reading, as Acquire and the Sspi functions have it.
Status status_of(ByteView block) {
  const auto parts = read_identity_block(block);
  return parts ? Status::Ok : parts.error().status;
}

TEST(IdentityBlock, RoundTrip) {
  const Bytes block = bytes_of(juergen());
  const Header header = header_of(block);
  EXPECT_EQ(header.Version, 0x201u);
  EXPECT_EQ(header.cbHeaderLength, 48);
  EXPECT_EQ(header.cbStructureLength, block.size());
  expect_same(read_identity_block(block).value(), juergen());
}

TEST(IdentityBlock, NullAndEmptyAreToldApart) {
  IdentityParts parts;
  parts.domain = Bytes();
  const Bytes block = bytes_of(parts);
  EXPECT_EQ(header_of(block).Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_USER,
            ULONG{SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_USER});
  expect_same(read_identity_block(block).value(), parts);
}

TEST(IdentityBlock, PartsThatNeverFitAreNotPacked) {
  IdentityParts parts;
  parts.user = Bytes(0xFFFE);
  EXPECT_TRUE(write_identity_block(parts));
  parts.user = Bytes(0x10000);
  EXPECT_EQ(write_identity_block(parts).error().status, Status::CannotPack);
  IdentityParts secret;
  secret.password = SecretBytes(0xFFFE);  // and the header of packed credentials
  EXPECT_EQ(write_identity_block(secret).error().status, Status::CannotPack);
}

TEST(IdentityBlock, EveryCutIsMalformed) {
  const Bytes block = bytes_of(juergen());
  for (std::size_t size = 0; size < block.size(); ++size) {
    Bytes cut(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(size));
    cut.shrink_to_fit();
    EXPECT_EQ(status_of(cut), Status::InvalidToken) << size;
    if (size < sizeof(Header)) continue;
    // And one that says itself that it is so short. Behind the last part come but zeros.
    Header header = header_of(cut);
    header.cbStructureLength = static_cast<ULONG>(size);
    put_header(cut, header);
    const bool all_there = size >= header.PackageListOffset + header.PackageListLength;
    EXPECT_EQ(status_of(cut), all_there ? Status::Ok : Status::InvalidToken) << size;
  }
}

TEST(IdentityBlock, NoFlippedByteReadsBeyond) {
  for (const bool encrypted : {false, true}) {
    Bytes block = bytes_of(juergen(), kIdentityRoom);
    if (encrypted) {
      ASSERT_TRUE(encrypt_identity_block(block));
    }
    for (std::size_t at = 0; at < block.size(); ++at)
      for (const int mask : {0x01, 0x10, 0x80, 0xFF}) {
        Bytes changed = block;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
        (void)read_identity_block(changed);
        (void)encrypt_identity_block(changed);
        (void)decrypt_identity_block(changed);
      }
  }
}

// By its address alone: but for the words that say what it is and how long.
TEST(IdentityBlock, NoFlippedByteReadsBeyondWithoutASize) {
  const Bytes block = bytes_of(juergen(), kIdentityRoom);
  for (std::size_t at = offsetof(Header, UserOffset); at < block.size(); ++at)
    for (const int mask : {0x01, 0x10, 0x80, 0xFF}) {
      Bytes changed = block;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
      (void)read_auth_identity(changed.data());
      erase_identity(changed.data());
    }
}

TEST(IdentityBlock, HeadersThatContradictThemselves) {
  const Bytes block = bytes_of(juergen());
  const auto status_with = [&](auto change) {
    Bytes changed = block;
    Header header = header_of(block);
    change(header);
    put_header(changed, header);
    return status_of(changed);
  };
  EXPECT_EQ(status_with([](Header& h) { h.Version = 0x202; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.cbHeaderLength = 47; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.cbStructureLength = 40; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.cbStructureLength = 0xCCCCCCCC; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.UserLength = 3; }), Status::InvalidToken) << "odd";
  EXPECT_EQ(status_with([](Header& h) { h.PackageListLength = 1; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.UserOffset = 4; }), Status::InvalidToken) << "header";
  EXPECT_EQ(status_with([](Header& h) { h.UserOffset = 0; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.DomainOffset = 0xFFFFFFFF; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.PackedCredentialsLength = 27; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Header& h) { h.Flags |= 0x10; }), Status::InvalidToken) << "no room";
  EXPECT_EQ(status_with([](Header& h) { h.Flags |= 0x20; }), Status::UnknownCredentials);
  EXPECT_EQ(status_with([](Header& h) { h.Flags |= 0x80; }), Status::UnknownCredentials);
  EXPECT_EQ(status_with([](Header& h) {
              h.UserOffset = 0;
              h.UserLength = 0;
            }),
            Status::Ok);
}

TEST(IdentityBlock, NeedNotBeAligned) {
  const Bytes block = bytes_of(juergen());
  Bytes shifted(block.size() + 1);
  std::memcpy(shifted.data() + 1, block.data(), block.size());
  const auto data = read_auth_identity(shifted.data() + 1);
  ASSERT_TRUE(data) << data.error().why;
  EXPECT_EQ(data->identity->user, "J\u00fcrgen");
}

TEST(IdentityCipher, HidesAndGivesBack) {
  const Bytes clear = bytes_of(juergen(), kIdentityRoom);
  Bytes block = clear;
  ASSERT_TRUE(encrypt_identity_block(block));
  EXPECT_NE(header_of(block).Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED, 0u);
  for (const Bytes& text : {utf16("J\u00fcrgen"), utf16("p\u00e4ss")})
    EXPECT_EQ(std::search(block.begin(), block.end(), text.begin(), text.end()), block.end());
  expect_same(read_identity_block(block).value(), juergen());

  Bytes again = block;
  ASSERT_TRUE(encrypt_identity_block(again));
  EXPECT_EQ(again, block) << "encrypted once";
  ASSERT_TRUE(decrypt_identity_block(block));
  EXPECT_EQ(block, clear);
  ASSERT_TRUE(decrypt_identity_block(block));
  EXPECT_EQ(block, clear);
}

TEST(IdentityCipher, TwoIdentitiesShareNoKeyStream) {
  IdentityParts other = juergen();
  other.password = SecretBytes(utf16("p\u00e4st"));
  Bytes a = bytes_of(juergen(), kIdentityRoom), b = bytes_of(other, kIdentityRoom);
  const std::size_t before_the_end = a.size() - kIdentityRoom - 40;
  ASSERT_EQ(a[before_the_end], b[before_the_end]);
  ASSERT_TRUE(encrypt_identity_block(a));
  ASSERT_TRUE(encrypt_identity_block(b));
  EXPECT_FALSE(std::equal(a.begin() + sizeof(Header), a.begin() + sizeof(Header) + 16,
                          b.begin() + sizeof(Header)));
}

TEST(IdentityCipher, FindsEveryChange) {
  Bytes block = bytes_of(juergen(), kIdentityRoom);
  ASSERT_TRUE(encrypt_identity_block(block));
  for (std::size_t at = sizeof(Header); at < block.size(); ++at) {
    Bytes changed = block;
    changed[at] ^= 1;
    const Bytes before = changed;
    const auto decrypted = decrypt_identity_block(changed);
    ASSERT_FALSE(decrypted) << at;
    EXPECT_EQ(decrypted.error().status, Status::DecryptFailure);
    EXPECT_EQ(changed, before) << "it stays as it was";
  }
}

TEST(IdentityCipher, NeedsRoom) {
  Bytes block = bytes_of(juergen());
  EXPECT_EQ(encrypt_identity_block(block).error().status, Status::InvalidParameter);
  Bytes roomy = bytes_of(juergen(), kIdentityRoom);
  Header header = header_of(roomy);
  header.Flags &= ~ULONG{SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED};
  put_header(roomy, header);
  EXPECT_EQ(encrypt_identity_block(roomy).error().status, Status::InvalidParameter);
}

}  // namespace
}  // namespace opensspi::abi
