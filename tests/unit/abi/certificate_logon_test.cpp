// Packed KERB_CERTIFICATE_LOGON and KERB_SMART_CARD_LOGON buffers.
#include "abi/certificate_logon.h"

#include <gtest/gtest.h>

#include <cstring>

#include "abi/auth_data.h"
#include "abi/windows_names.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::abi {
namespace {

using Logon = KERB_CERTIFICATE_LOGON;

Identity card_holder() {
  Identity identity;
  identity.user = "J\u00fcrgen";
  identity.domain = "WORK";
  SmartCard card;
  card.pin = SecretBytes(utf8_to_utf16le("12345678").value());
  card.key_spec = 2;
  card.reader_name = "Reader 0";
  card.container_name = "key \u2665";
  card.csp_name = "Provider";
  identity.secret = std::move(card);
  return identity;
}

Bytes buffer() {
  const Identity identity = card_holder();
  return copy(write_certificate_logon(identity, *identity.smart_card()).value().expose());
}

void expect_card_holder(const Result<Identity>& read) {
  ASSERT_TRUE(read) << read.error().why;
  const Identity wanted = card_holder();
  EXPECT_EQ(read->user, wanted.user);
  EXPECT_EQ(read->domain, wanted.domain);
  const SmartCard* card = read->smart_card();
  ASSERT_NE(card, nullptr);
  EXPECT_TRUE(equal(card->pin.expose(), wanted.smart_card()->pin.expose()));
  EXPECT_EQ(card->key_spec, 2u);
  EXPECT_EQ(card->card_name, "");
  EXPECT_EQ(card->reader_name, "Reader 0");
  EXPECT_EQ(card->container_name, "key \u2665");
  EXPECT_EQ(card->csp_name, "Provider");
}

Status status_of(ByteView bytes) {
  const auto read = read_certificate_logon(bytes);
  return read ? Status::Ok : read.error().status;
}

template <class Change>
Bytes changed_logon(Change change) {
  Bytes bytes = buffer();
  Logon logon;
  std::memcpy(&logon, bytes.data(), sizeof logon);
  change(logon);
  std::memcpy(bytes.data(), &logon, sizeof logon);
  return bytes;
}

TEST(CertificateLogon, RoundTrip) {
  const Bytes bytes = buffer();
  EXPECT_TRUE(is_certificate_logon(bytes.data()));
  expect_card_holder(read_certificate_logon(bytes));
  expect_card_holder(read_certificate_logon_at(bytes.data()));
}

// The offsets of the names count characters from bBuffer, whose first four bytes are reserved.
TEST(CertificateLogon, CspInfoHasItsDocumentedLayout) {
  const Bytes bytes = buffer();
  Logon logon;
  std::memcpy(&logon, bytes.data(), sizeof logon);
  EXPECT_EQ(logon.MessageType, KerbCertificateLogon);
  const ByteView csp =
      ByteView(bytes).subspan(reinterpret_cast<std::uintptr_t>(logon.CspData), logon.CspDataLength);
  Writer expected;
  expected.u32_le(static_cast<std::uint32_t>(csp.size())).u32_le(1).zeros(12).u32_le(2);
  expected.u32_le(2).u32_le(3).u32_le(12).u32_le(18).zeros(4);
  for (const char* name : {"", "Reader 0", "key \u2665", "Provider"})
    expected.bytes(utf8_to_utf16le(name).value()).zeros(2);
  EXPECT_EQ(copy(csp), expected.take());
}

TEST(CertificateLogon, SmartCardLogonHasThePinAlone) {
  KERB_SMART_CARD_LOGON logon{};
  logon.MessageType = KerbSmartCardLogon;
  const Bytes pin = utf8_to_utf16le("1234").value();
  logon.Pin.Length = logon.Pin.MaximumLength = static_cast<USHORT>(pin.size());
  logon.Pin.Buffer = reinterpret_cast<PWSTR>(sizeof logon);
  Bytes bytes(sizeof logon);
  std::memcpy(bytes.data(), &logon, sizeof logon);
  append(bytes, pin);
  EXPECT_TRUE(is_certificate_logon(bytes.data()));
  const auto read = read_certificate_logon_at(bytes.data());
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(read->user, "");
  EXPECT_TRUE(equal(read->smart_card()->pin.expose(), pin));
}

TEST(CertificateLogon, EveryCutIsMalformed) {
  const Bytes bytes = buffer();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(status_of(cut), Status::InvalidToken) << size;
  }
}

TEST(CertificateLogon, NoFlippedByteReadsBeyond) {
  const Bytes bytes = buffer();
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int mask : {0x01, 0x10, 0x80, 0xFF}) {
      Bytes changed = bytes;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
      (void)read_certificate_logon(changed);
    }
}

TEST(CertificateLogon, RefusesPartsThatLieElsewhere) {
  const auto status_with = [](auto change) { return status_of(changed_logon(change)); };
  EXPECT_EQ(status_with([](Logon& logon) { logon.UserName.Length = 3; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Logon& logon) { logon.Pin.Buffer = reinterpret_cast<PWSTR>(8); }),
            Status::InvalidToken);
  EXPECT_EQ(status_with([](Logon& logon) { logon.CspDataLength -= 2; }), Status::InvalidToken);
  EXPECT_EQ(status_with([](Logon& logon) { logon.CspDataLength = 0xFFFFFFFF; }),
            Status::InvalidToken);
  EXPECT_EQ(status_with([](Logon& logon) {
              logon.Flags = KERB_CERTIFICATE_LOGON_FLAG_USE_CERTIFICATE_INFO;
            }),
            Status::UnknownCredentials);
}

TEST(CertificateLogon, WithPointersIsNotPacked) {
  SEC_WCHAR text[] = u"alice";
  const Bytes bytes = changed_logon([&](Logon& logon) { logon.UserName.Buffer = text; });
  EXPECT_EQ(read_certificate_logon_at(bytes.data()).error().status, Status::InvalidToken);
}

TEST(CertificateLogon, NamesThatNeverFitAreNotPacked) {
  Identity identity = card_holder();
  identity.user.assign(0x8000, 'a');
  EXPECT_EQ(write_certificate_logon(identity, *identity.smart_card()).error().status,
            Status::CannotPack);
}

TEST(CertificateLogon, IsTakenByCredSsp) {
  Bytes bytes = buffer();
  CREDSSP_CRED cred{};
  cred.pSpnegoCred = bytes.data();
  const auto read = [&](CREDSPP_SUBMIT_TYPE type) {
    cred.Type = type;
    return read_auth_data(AuthDataKind::CredSsp, CredentialUse::Outbound, &cred, {});
  };
  for (const auto type :
       {CredsspCertificateCreds, CredsspSubmitBufferBoth, CredsspSubmitBufferBothOld}) {
    const auto data = read(type);
    ASSERT_TRUE(data) << data.error().why;
    ASSERT_NE(data->identity->smart_card(), nullptr);
    EXPECT_EQ(data->identity->smart_card()->reader_name, "Reader 0");
  }
  bytes = changed_logon([](Logon& logon) { logon.CspDataLength -= 2; });
  cred.pSpnegoCred = bytes.data();
  EXPECT_EQ(read(CredsspCertificateCreds).error().status, Status::UnknownCredentials);
  // What lies between the members is nobody's.
  bytes = buffer();
  bytes[4] = 0xCC;
  cred.pSpnegoCred = bytes.data();
  EXPECT_TRUE(read(CredsspCertificateCreds));
  bytes = changed_logon([](Logon& logon) { logon.MessageType = KerbInteractiveLogon; });
  cred.pSpnegoCred = bytes.data();
  EXPECT_EQ(read(CredsspCertificateCreds).error().status, Status::UnknownCredentials);
}

}  // namespace
}  // namespace opensspi::abi
