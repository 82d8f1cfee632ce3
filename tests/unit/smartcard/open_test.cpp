// Choosing a certificate on made-up cards, and what is wrong with them; keys in memory.
#include "smartcard/open.h"

#include <gtest/gtest.h>
#include <openssl/objects.h>
#include <p11-kit/pkcs11.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include "base/utf16.h"
#include "support/certificates.h"
#include "support/fake_readers.h"

namespace opensspi::smartcard {
namespace {

const FileTime kNow = file_time_of_unix(time(nullptr));
constexpr char kLogon[] = "clientAuth,1.3.6.1.4.1.311.20.2.2";

test::Issued issue(const std::string& upn, const char* usage = kLogon, int last_day = 30) {
  return test::issue(
      {.extensions = {{NID_ext_key_usage, usage},
                      {NID_subject_alt_name, "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:" + upn}},
       .first_day = -10,
       .last_day = last_day});
}

test::FakeCertificate on_card(const std::string& label, const std::string& id,
                              const test::Issued& issued) {
  return {label, id, issued.certificate_der()};
}

class Cards : public testing::Test {
 protected:
  Cards() {
    put_in({.reader = "Reader 0",
            .label = "Card A",
            .pin = "1234",
            .certificates = {on_card("alice", "\x01", alice_)}});
  }

  test::FakeCard& put_in(test::FakeCard card) {
    card.flags |= CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED;
    return readers_->cards.emplace_back(std::move(card));
  }
  test::FakeCard& card() { return readers_->cards.front(); }

  Result<CardLogon> open() { return smartcard::open(FAKE_PKCS11, identity_, kNow); }
  SmartCard& asked() { return std::get<SmartCard>(identity_.secret); }

  void expect_refused(Status status, std::uint32_t nt_status) {
    const auto logon = open();
    ASSERT_FALSE(logon);
    EXPECT_EQ(logon.error().status, status) << logon.error().why;
    EXPECT_EQ(logon.error().nt_status, nt_status) << logon.error().why;
    EXPECT_EQ(readers_->opened, readers_->closed);
  }

  static Identity card_holder(std::string_view pin) {
    Identity identity;
    SmartCard card;
    card.pin = *secret_utf8_to_utf16le(view(pin));
    identity.secret = std::move(card);
    return identity;
  }

  const test::Issued alice_ = issue("alice@example.test");
  test::FakeReaders* const readers_ = &test::fake_readers();
  Identity identity_ = card_holder("1234");
};

TEST_F(Cards, SayWhereTheKeyIs) {
  const auto logon = open();
  ASSERT_TRUE(logon) << logon.error().why;
  EXPECT_EQ(logon->user, "alice@example.test");
  EXPECT_EQ(logon->identity, "PKCS11:module_name=" FAKE_PKCS11 ":slotid=1:token=Card A:certid=01");
  EXPECT_TRUE(equal(logon->pin.expose(), view("1234")));
  EXPECT_EQ(card().logins, 1);
  // The plugin opens the module itself.
  EXPECT_EQ(readers_->opened, 1);
  EXPECT_EQ(readers_->closed, 1);
}

TEST_F(Cards, AWrongPinIsShownOnce) {
  identity_ = card_holder("9999");
  expect_refused(Status::LogonDenied, nt_status::kSmartcardWrongPin);
  EXPECT_EQ(card().logins, 1);
}

TEST_F(Cards, WhatTheCardSaysOfAPin) {
  struct Row {
    unsigned long code;
    Status status;
    std::uint32_t nt_status;
  };
  for (const auto& [code, status, nt_status] : {
           Row{CKR_PIN_LEN_RANGE, Status::LogonDenied, nt_status::kSmartcardWrongPin},
           Row{CKR_PIN_INVALID, Status::LogonDenied, nt_status::kSmartcardWrongPin},
           Row{CKR_PIN_LOCKED, Status::LogonDenied, nt_status::kSmartcardCardBlocked},
           Row{CKR_PIN_EXPIRED, Status::LogonDenied, nt_status::kPasswordExpired},
           Row{CKR_USER_ALREADY_LOGGED_IN, Status::UnsupportedFunction, 0},
           Row{CKR_DEVICE_REMOVED, Status::NoCredentials, nt_status::kSmartcardIoError},
           Row{CKR_FUNCTION_FAILED, Status::LogonDenied, nt_status::kSmartcardIoError},
           Row{CKR_HOST_MEMORY, Status::InsufficientMemory, 0},
       }) {
    card().login_code = code;
    expect_refused(status, nt_status);
  }
}

TEST_F(Cards, ALockedOneIsShownNoPin) {
  card().flags |= CKF_USER_PIN_LOCKED;
  expect_refused(Status::LogonDenied, nt_status::kSmartcardCardBlocked);
  EXPECT_EQ(card().logins, 0);
}

TEST_F(Cards, WithoutAPin) {
  asked().pin = SecretBytes();
  expect_refused(Status::NoCredentials, 0);
  card().flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  ASSERT_TRUE(open());
  card().flags = CKF_TOKEN_INITIALIZED;
  ASSERT_TRUE(open());
  EXPECT_TRUE(open()->pin.empty());
  EXPECT_EQ(card().logins, 0);
}

TEST_F(Cards, AreNotThere) {
  card().flags = 0;  // a token that nobody has made a card of
  expect_refused(Status::NoCredentials, nt_status::kSmartcardNoCard);
  readers_->cards.clear();
  expect_refused(Status::NoCredentials, nt_status::kSmartcardNoCard);
  readers_->broken = true;
  expect_refused(Status::NoCredentials, nt_status::kSmartcardIoError);
}

TEST_F(Cards, HaveNoSuchCertificate) {
  card().certificates = {{"not a certificate", "\x02", {1, 2, 3}}};
  expect_refused(Status::NoCredentials, nt_status::kSmartcardNoCertificate);
}

TEST_F(Cards, ABrokenOneDoesNotStandInTheWay) {
  put_in({.reader = "Reader 1", .label = "Card B", .broken = true});
  EXPECT_TRUE(open());
  card().broken = true;
  expect_refused(Status::NoCredentials, nt_status::kSmartcardIoError);
}

TEST_F(Cards, ACertificateThatHasExpiredCostsNoPin) {
  card().certificates = {on_card("old", "\x01", issue("alice@example.test", kLogon, -1))};
  expect_refused(Status::SmartcardCertExpired, nt_status::kSmartcardCertExpired);
  EXPECT_EQ(card().logins, 0);
}

TEST_F(Cards, NamesChooseAmongThem) {
  put_in({.reader = "Reader 1",
          .label = "Card B",
          .pin = "1234",
          .certificates = {on_card("signing", "\xAB", issue("alice@example.test", "clientAuth")),
                           on_card("bob", "\xCD\xEF", issue("bob@example.test"))}});
  const auto chosen = [&](auto&& set) {
    identity_ = card_holder("1234");
    set(identity_);
    const auto logon = open();
    return logon ? logon->identity.substr(logon->identity.find(":slotid")) : logon.error().why;
  };
  const auto card_of = [](Identity& identity) -> SmartCard& {
    return std::get<SmartCard>(identity.secret);
  };
  EXPECT_EQ(chosen([](Identity&) {}), ":slotid=1:token=Card A:certid=01");
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).reader_name = "reader 1"; }),
            ":slotid=2:token=Card B:certid=cdef");
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).card_name = "Card B"; }),
            ":slotid=2:token=Card B:certid=cdef");
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).container_name = "signing"; }),
            ":slotid=2:token=Card B:certid=ab");
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).container_name = "CDEF"; }),
            ":slotid=2:token=Card B:certid=cdef");
  EXPECT_EQ(chosen([](Identity& i) { i.user = "bob"; }), ":slotid=2:token=Card B:certid=cdef");
  EXPECT_EQ(chosen([](Identity& i) { i.user = "BOB@example.test"; }),
            ":slotid=2:token=Card B:certid=cdef");
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).reader_name = "Reader 2"; }),
            "the smart card is not in its reader");
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).container_name = "key"; }),
            "the smart card has no such certificate");
  // What a peer may have said names no code to load.
  EXPECT_EQ(chosen([&](Identity& i) { card_of(i).csp_name = "/nowhere.so"; }),
            ":slotid=1:token=Card A:certid=01");
}

TEST_F(Cards, WithoutANameTheOneForLoggingOn) {
  const test::Issued nameless = test::issue(
      {.extensions = {{NID_ext_key_usage, "clientAuth"}}, .first_day = -10, .last_day = 30});
  card().certificates.insert(card().certificates.begin(), on_card("device", "\x02", nameless));
  const auto logon = open();
  ASSERT_TRUE(logon) << logon.error().why;
  EXPECT_EQ(logon->user, "alice@example.test");
}

TEST_F(Cards, AHashChoosesExactly) {
  asked().certificate_hash =
      x509::Certificate::from_der(alice_.certificate_der())->sha1_thumbprint().value();
  EXPECT_TRUE(open());
  asked().certificate_hash.front() ^= 1;
  expect_refused(Status::NoCredentials, nt_status::kSmartcardNoCertificate);
}

TEST_F(Cards, ALabelWithAColonIsNotSaid) {
  card().label = "a:b";
  EXPECT_EQ(open()->identity, "PKCS11:module_name=" FAKE_PKCS11 ":slotid=1:certid=01");
}

TEST_F(Cards, AreOpenedByOneAtATime) {
  auto first = open();
  ASSERT_TRUE(first);
  std::atomic<bool> begun = false;
  auto second = std::async(std::launch::async, [&] {
    begun = true;
    return open().has_value();
  });
  while (!begun) std::this_thread::yield();
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  EXPECT_EQ(readers_->opened, 1);
  first = fail(Status::InternalError, "");
  EXPECT_TRUE(second.get());
}

TEST_F(Cards, OfAProgramThatHasThemOpenAreLeftAlone) {
  readers_->open_already = true;
  expect_refused(Status::UnsupportedFunction, 0);
}

TEST_F(Cards, NeedAModule) {
  for (const char* module : {"", "/nowhere/module.so"}) {
    const auto logon = smartcard::open(module, identity_, kNow);
    ASSERT_FALSE(logon);
    EXPECT_EQ(logon.error().status, Status::UnsupportedFunction);
  }
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Keys, LieInFilesInMemory) {
  const test::Issued issued = issue("alice@example.test");
  Identity identity;
  identity.secret.emplace<SmartCard>().key_pair =
      std::make_shared<const x509::KeyPair>(issued.key_pair());
  std::string key_path;
  {
    const auto logon = smartcard::open("", identity, kNow);
    ASSERT_TRUE(logon) << logon.error().why;
    EXPECT_EQ(logon->user, "alice@example.test");
    EXPECT_TRUE(logon->pin.empty());
    ASSERT_EQ(logon->identity.substr(0, 5), "FILE:");
    const std::size_t comma = logon->identity.find(',');
    key_path = logon->identity.substr(comma + 1);
    const std::string certificate = contents(logon->identity.substr(5, comma - 5));
    EXPECT_EQ(view(certificate).size(), issued.certificate_pem().size());
    EXPECT_TRUE(x509::PrivateKey::from_pem(view(contents(key_path)), {}));
  }
  EXPECT_EQ(contents(key_path), "");
}

TEST(Keys, ThatCannotLogOn) {
  Identity identity;
  const auto status_of = [&](x509::KeyPair pair) {
    identity.secret.emplace<SmartCard>().key_pair =
        std::make_shared<const x509::KeyPair>(std::move(pair));
    const auto logon = smartcard::open("", identity, kNow);
    return logon ? Status::Ok : logon.error().status;
  };
  EXPECT_EQ(status_of(issue("a@b", kLogon, -1).key_pair()), Status::SmartcardCertExpired);
  x509::KeyPair without_key = issue("a@b").key_pair();
  without_key.key.reset();
  EXPECT_EQ(status_of(std::move(without_key)), Status::NoCredentials);
}

}  // namespace
}  // namespace opensspi::smartcard
