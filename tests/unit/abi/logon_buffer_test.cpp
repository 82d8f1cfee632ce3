// Packed KERB_INTERACTIVE_LOGON buffers.
#include "abi/logon_buffer.h"

#include <gtest/gtest.h>

#include <cstring>

#include "abi/auth_data.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

Bytes utf16(std::string_view text) {
  return utf8_to_utf16le(text).value();
}

Bytes buffer() {
  const Bytes domain = utf16("WORK"), user = utf16("J\u00fcrgen"), password = utf16("p\u00e4ss");
  const LogonStrings strings{domain, user, password};
  Bytes out(logon_buffer_size(strings).value());
  write_logon_buffer(strings, out);
  return out;
}

KERB_INTERACTIVE_LOGON logon_of(ByteView bytes) {
  KERB_INTERACTIVE_LOGON logon;
  std::memcpy(&logon, bytes.data(), sizeof logon);
  return logon;
}

Status status_of(ByteView bytes) {
  const auto parts = read_logon_buffer(bytes);
  return parts ? Status::Ok : parts.error().status;
}

TEST(LogonBuffer, RoundTrip) {
  const Bytes bytes = buffer();
  EXPECT_TRUE(is_logon_buffer(bytes.data()));
  for (const auto& parts : {read_logon_buffer(bytes), read_logon_buffer_at(bytes.data())}) {
    ASSERT_TRUE(parts) << parts.error().why;
    EXPECT_EQ(parts->domain, utf16("WORK"));
    EXPECT_EQ(parts->user, utf16("J\u00fcrgen"));
    EXPECT_TRUE(equal(parts->password->expose(), utf16("p\u00e4ss")));
  }
}

TEST(LogonBuffer, EveryCutIsMalformed) {
  const Bytes bytes = buffer();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(status_of(cut), Status::InvalidToken) << size;
  }
}

TEST(LogonBuffer, NoFlippedByteReadsBeyond) {
  const Bytes bytes = buffer();
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int mask : {0x01, 0x10, 0x80, 0xFF}) {
      Bytes changed = bytes;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
      (void)read_logon_buffer(changed);
    }
}

TEST(LogonBuffer, KindsOfLogons) {
  Bytes bytes = buffer();
  bytes[0] = KerbWorkstationUnlockLogon;
  EXPECT_EQ(status_of(bytes), Status::Ok);
  for (const auto kind :
       {KerbCertificateLogon, KerbSmartCardLogon, KerbTicketLogon, KerbS4ULogon}) {
    bytes[0] = static_cast<std::uint8_t>(kind);
    EXPECT_EQ(status_of(bytes), Status::UnknownCredentials) << kind;
  }
}

TEST(LogonBuffer, RefusesStringsThatLieElsewhere) {
  const Bytes bytes = buffer();
  using Logon = KERB_INTERACTIVE_LOGON;
  const auto expect_malformed = [&](auto change) {
    Bytes changed = bytes;
    Logon logon = logon_of(bytes);
    change(logon);
    std::memcpy(changed.data(), &logon, sizeof logon);
    EXPECT_EQ(status_of(changed), Status::InvalidToken);
    EXPECT_EQ(read_logon_buffer_at(changed.data()).error().status, Status::InvalidToken);
  };
  expect_malformed([](Logon& logon) { logon.UserName.Length = 3; });
  expect_malformed([](Logon& logon) { logon.UserName.Buffer = reinterpret_cast<PWSTR>(8); });
  // Pointers, as in a logon that is not packed.
  SEC_WCHAR text[] = u"alice and more of them";
  expect_malformed([&](Logon& logon) { logon.UserName.Buffer = text; });
}

TEST(LogonBuffer, StringsThatNeverFitAreNotPacked) {
  const Bytes most(0xFFFE), more(0x10000);
  EXPECT_TRUE(logon_buffer_size({{}, most, most}));
  EXPECT_EQ(logon_buffer_size({{}, more, {}}).error().status, Status::CannotPack);
}

// CREDSSP_CRED with a submit buffer, as programs bring it that asked a person for credentials.
TEST(LogonBuffer, IsTakenByCredSspAsASubmitBuffer) {
  Bytes bytes = buffer();
  CREDSSP_CRED cred{};
  cred.pSpnegoCred = bytes.data();
  for (const auto type : {CredsspSubmitBufferBoth, CredsspSubmitBufferBothOld}) {
    cred.Type = type;
    const auto data = read_auth_data(AuthDataKind::CredSsp, CredentialUse::Outbound, &cred, {});
    ASSERT_TRUE(data) << data.error().why;
    EXPECT_EQ(data->identity->user, "J\u00fcrgen");
    EXPECT_EQ(data->identity->domain, "WORK");
    EXPECT_TRUE(equal(data->identity->password()->expose(), utf16("p\u00e4ss")));
  }
  bytes[0] = KerbCertificateLogon;
  const auto refused = read_auth_data(AuthDataKind::CredSsp, CredentialUse::Outbound, &cred, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, Status::UnknownCredentials);
}

}  // namespace
}  // namespace opensspi::abi
