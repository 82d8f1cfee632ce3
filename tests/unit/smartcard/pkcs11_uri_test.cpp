// RFC 7512: what URIs say, and those that say nothing.
#include "smartcard/pkcs11_uri.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace opensspi::smartcard {
namespace {

Pkcs11Uri parsed(std::string_view text) {
  auto uri = Pkcs11Uri::parse(text);
  if (!uri) throw std::runtime_error(uri.error().why);
  return *std::move(uri);
}

std::string pin_of(const Pkcs11Uri& uri) {
  const auto pin = uri.own_pin();
  if (!pin) return pin.error().why;
  return {pin->expose().begin(), pin->expose().end()};
}

const Token kToken{.slot = 3,
                   .reader = "Reader 0",
                   .reader_manufacturer = "Readers Ltd.",
                   .label = "The Software PKCS#11 Softtoken",
                   .manufacturer = "Snake Oil, Inc.",
                   .model = "1.0",
                   .serial = "0001"};

TEST(Pkcs11Uri, SaysWhichObject) {
  // As p11tool of GnuTLS prints them.
  const auto uri = parsed(
      "pkcs11:model=1.0;manufacturer=Snake%20Oil,%20Inc.;serial=0001;"
      "token=The%20Software%20PKCS%2311%20Softtoken;id=%01%aB%00;object=my%3bkey;type=private"
      "?module-path=/usr/lib/libmypkcs11.so.1&pin-value=12%2634");
  EXPECT_TRUE(uri.names(kToken));
  EXPECT_EQ(uri.id, (Bytes{0x01, 0xAB, 0x00}));
  EXPECT_EQ(uri.object, "my;key");
  EXPECT_EQ(uri.type, Pkcs11Uri::Type::PrivateKey);
  EXPECT_EQ(uri.module_path, "/usr/lib/libmypkcs11.so.1");
  EXPECT_EQ(pin_of(uri), "12&34");
}

TEST(Pkcs11Uri, OfNothingIsAny) {
  for (const char* text : {"pkcs11:", "pkcs11:?", "pkcs11:?x-vendor=1"}) {
    const auto uri = parsed(text);
    EXPECT_TRUE(uri.names(kToken));
    EXPECT_FALSE(uri.id || uri.object);
    EXPECT_EQ(uri.type, Pkcs11Uri::Type::Any);
    EXPECT_EQ(pin_of(uri), "");
  }
}

TEST(Pkcs11Uri, EveryAttributeOfATokenCounts) {
  for (const char* text :
       {"token=The%20Software%20PKCS%2311%20Softtoken", "manufacturer=Snake%20Oil,%20Inc.",
        "model=1.0", "serial=0001", "slot-id=3", "slot-description=Reader%200",
        "slot-manufacturer=Readers%20Ltd."})
    EXPECT_TRUE(parsed(std::string("pkcs11:") + text).names(kToken)) << text;
  for (const char* text : {"token=the%20software", "token=", "manufacturer=x", "model=1",
                           "serial=1", "slot-id=4", "slot-description=R", "slot-manufacturer=R"})
    EXPECT_FALSE(parsed(std::string("pkcs11:") + text).names(kToken)) << text;
}

TEST(Pkcs11Uri, ThatIsNone) {
  for (const char* text : {"",
                           "pkcs11",
                           "file:/key.pem",
                           "pkcs11:token",
                           "pkcs11:=a",
                           "pkcs11:token=a;",
                           "pkcs11:token=a;token=a",
                           "pkcs11:token=%",
                           "pkcs11:token=%4",
                           "pkcs11:token=%4g",
                           "pkcs11:token=%+4",
                           "pkcs11:slot-id=",
                           "pkcs11:slot-id=-1",
                           "pkcs11:slot-id=1x",
                           "pkcs11:slot-id=99999999999999999999",
                           "pkcs11:type=secret-key",
                           "pkcs11:type=",
                           "pkcs11:library-version=3",
                           "pkcs11:x-vendor=1",
                           "pkcs11:pin-value=1",
                           "pkcs11:?module-name=softhsm2",
                           "pkcs11:?pin-value=1&pin-source=/pin",
                           "pkcs11:?pin-value=1&pin-value=1",
                           "pkcs11:?pin-value=%zz"}) {
    const auto uri = Pkcs11Uri::parse(text);
    ASSERT_FALSE(uri) << text;
    EXPECT_EQ(uri.error().status, Status::InvalidParameter) << text;
  }
}

TEST(Pkcs11Uri, PinSources) {
  std::string path = "/tmp/opensspi pin XXXXXX";
  close(mkstemp(path.data()));
  std::ofstream(path) << "1234 5\r\nnot this\n";
  std::string quoted = path;
  for (std::size_t at = 0; (at = quoted.find(' ')) != std::string::npos;)
    quoted.replace(at, 1, "%20");
  EXPECT_EQ(pin_of(parsed("pkcs11:?pin-source=" + quoted)), "1234 5");
  EXPECT_EQ(pin_of(parsed("pkcs11:?pin-source=file:" + quoted)), "1234 5");
  EXPECT_EQ(pin_of(parsed("pkcs11:?pin-source=file://" + quoted)), "1234 5");
  std::remove(path.c_str());
  const auto gone = parsed("pkcs11:?pin-source=" + quoted).own_pin();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().status, Status::NoCredentials);
  EXPECT_FALSE(parsed("pkcs11:?pin-source=/tmp").own_pin());
  for (const char* source : {"%7Cecho%201234", "pin", "file:pin", "file://host/pin", ""})
    EXPECT_EQ(pin_of(parsed(std::string("pkcs11:?pin-source=") + source)),
              "the pin-source of the PKCS#11 URI is no absolute path or file: URI")
        << source;
}

}  // namespace
}  // namespace opensspi::smartcard
