// What an EX2 identity proves itself with.
#include "abi/packed_credentials.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "abi/auth_identity.h"
#include "abi/identity_block.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

using Packed = SEC_WINNT_AUTH_PACKED_CREDENTIALS;
using Extended = SEC_WINNT_AUTH_PACKED_CREDENTIALS_EX;

template <class T>
void put(Bytes& bytes, std::size_t at, const T& structure) {
  if (bytes.size() < at + sizeof structure) bytes.resize(at + sizeof structure);
  std::memcpy(bytes.data() + at, &structure, sizeof structure);
}

Bytes secret() {
  return utf8_to_utf16le("p\u00e4ss").value();
}

Bytes packed(const GUID& type, ByteView data) {
  Packed header{};
  header.cbHeaderLength = sizeof header;
  header.cbStructureLength = static_cast<USHORT>(sizeof header + data.size());
  header.AuthData.CredType = type;
  header.AuthData.CredData = {sizeof header, static_cast<USHORT>(data.size())};
  Bytes out;
  put(out, 0, header);
  append(out, data);
  out.shrink_to_fit();
  return out;
}

Bytes extended(ByteView inner, ULONG flags = 0, USHORT packages = 0) {
  Extended header{};
  header.cbHeaderLength = sizeof header;
  header.Flags = flags;
  header.PackedCredentials = {sizeof header, static_cast<USHORT>(inner.size())};
  header.PackageList = {sizeof header, packages};
  Bytes out;
  put(out, 0, header);
  append(out, inner);
  out.shrink_to_fit();
  return out;
}

Status status_of(ByteView bytes) {
  const auto credentials = read_packed_credentials(bytes);
  return credentials ? Status::Ok : credentials.error().status;
}

TEST(PackedCredentials, Password) {
  const Bytes bytes = packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, secret());
  const auto credentials = read_packed_credentials(bytes);
  ASSERT_TRUE(credentials) << credentials.error().why;
  EXPECT_TRUE(credentials->is_password());
  EXPECT_TRUE(equal(credentials->password, secret()));
}

TEST(PackedCredentials, WhatIsWrittenIsRead) {
  Bytes bytes(packed_password_size(secret().size()));
  write_packed_password(secret(), bytes);
  EXPECT_EQ(bytes, packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, secret()));
}

// Random passwords, as machines have them, mean nothing but themselves.
TEST(PackedCredentials, PasswordsThatLookLikeVectorsStayPasswords) {
  Bytes password(sizeof(SEC_WINNT_AUTH_BYTE_VECTOR) + 4);
  put(password, 0, SEC_WINNT_AUTH_BYTE_VECTOR{sizeof(Packed) + 8, 4});
  const Bytes bytes = packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, password);
  EXPECT_TRUE(equal(read_packed_credentials(bytes)->password, password));
}

TEST(PackedCredentials, ExtendedForm) {
  const Bytes inner = packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, secret());
  const Bytes outer = extended(inner);
  const auto credentials = read_packed_credentials(outer);
  ASSERT_TRUE(credentials) << credentials.error().why;
  EXPECT_TRUE(equal(credentials->password, secret()));
  // What would be lost is not taken for a mere password.
  EXPECT_FALSE(read_packed_credentials(extended(inner, 1))->is_password());
  EXPECT_FALSE(read_packed_credentials(extended(inner, 0, 2))->is_password());
  EXPECT_EQ(status_of(extended(inner, 0, 0x7FFF)), Status::InvalidToken);
  EXPECT_EQ(status_of(extended(outer)), Status::InvalidToken) << "one in another";
}

TEST(PackedCredentials, EveryCutAndEveryFlippedByteStaysInside) {
  for (const Bytes& bytes : {packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, secret()),
                             extended(packed(SEC_WINNT_AUTH_DATA_TYPE_CERT, secret()))}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(status_of(cut), Status::InvalidToken) << size;
    }
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (const int mask : {0x01, 0x10, 0xFF}) {
        Bytes changed = bytes;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
        (void)read_packed_credentials(changed);
        (void)no_password(changed);
      }
  }
}

TEST(PackedCredentials, APasswordHasAnEvenNumberOfBytes) {
  EXPECT_EQ(status_of(packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, Bytes(3))), Status::InvalidToken);
  EXPECT_EQ(status_of(packed(SEC_WINNT_AUTH_DATA_TYPE_PASSWORD, {})), Status::Ok);
}

// Acquire refuses other kinds in words that name them; the other functions carry them along.
TEST(PackedCredentials, OtherKindsAreNamed) {
  struct {
    const GUID& type;
    const char* word;
  } const rows[] = {{SEC_WINNT_AUTH_DATA_TYPE_CERT, "certificate"},
                    {SEC_WINNT_AUTH_DATA_TYPE_CREDMAN_CERT, "Credential Manager"},
                    {SEC_WINNT_AUTH_DATA_TYPE_NGC, "Windows Hello"},
                    {SEC_WINNT_AUTH_DATA_TYPE_FIDO, "FIDO"},
                    {SEC_WINNT_AUTH_DATA_TYPE_KEYTAB, "keytab"},
                    {SEC_WINNT_AUTH_DATA_TYPE_DELEGATION_TOKEN, "delegation token"},
                    {SEC_WINNT_AUTH_DATA_TYPE_CSP_DATA, "smart card"},
                    {SEC_WINNT_AUTH_DATA_TYPE_SMARTCARD_CONTEXTS, "smart card"},
                    {CREDUIWIN_STRUCTURE_TYPE_SSPIPFC, "unknown kind"}};
  for (const auto& row : rows) {
    IdentityParts parts;
    parts.user = utf8_to_utf16le("alice").value();
    parts.packed = SecretBytes(packed(row.type, Bytes{1, 2, 3}));
    const auto block = write_identity_block(parts).value();
    const auto data = read_auth_identity(block.get());
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().status, Status::UnknownCredentials);
    EXPECT_NE(std::string(data.error().why).find(row.word), std::string::npos) << data.error().why;
    EXPECT_TRUE(equal(read_identity(block.get())->packed.expose(), parts.packed.expose()));
  }
}

}  // namespace
}  // namespace opensspi::abi
