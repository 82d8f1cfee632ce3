// [MS-KKDCP]: how proxies are named, and their messages. The message with a realm is what Windows'
// and MIT's clients send.
#include "authority/kkdcp.h"

#include <gtest/gtest.h>

#include <string>

#include "support/hex.h"

namespace opensspi::authority {
namespace {

using test::from_hex;
using test::to_hex;

std::string read(const Result<ProxyAddress>& address) {
  if (!address) return "no name";
  return address->host + ' ' + std::to_string(address->port) + ' ' + address->path;
}

TEST(ProxyName, AsWindowsTakesIt) {
  EXPECT_EQ(read(parse_proxy_name("proxy.test")), "proxy.test 443 /KdcProxy");
  EXPECT_EQ(read(parse_proxy_name("proxy.test:8443")), "proxy.test 8443 /KdcProxy");
  EXPECT_EQ(read(parse_proxy_name("proxy.test:8443:a/b")), "proxy.test 8443 /a/b");
  EXPECT_EQ(read(parse_proxy_name("proxy.test:8443:/a")), "proxy.test 8443 /a");
  EXPECT_EQ(read(parse_proxy_name("proxy.test:443:")), "proxy.test 443 /KdcProxy");
  EXPECT_EQ(read(parse_proxy_name("[2001:db8::1]:444")), "2001:db8::1 444 /KdcProxy");
  for (const char* name : {"", ":443", "proxy:", "proxy:x", "proxy:0", "proxy:65536", "proxy:1x",
                           "a b", "a:443:x\r\nHost: b", "[::1", "[::1]x"}) {
    EXPECT_EQ(read(parse_proxy_name(name)), "no name") << name;
  }
}

TEST(ProxyName, AsKrb5ConfHasIt) {
  EXPECT_EQ(read(parse_proxy_url("https://proxy.test")), "proxy.test 443 /KdcProxy");
  EXPECT_EQ(read(parse_proxy_url("HTTPS://proxy.test/")), "proxy.test 443 /");
  EXPECT_EQ(read(parse_proxy_url("https://proxy.test:8443/a/b")), "proxy.test 8443 /a/b");
  EXPECT_EQ(read(parse_proxy_url("https://[::1]:1/a")), "::1 1 /a");
  for (const char* url : {"http://proxy.test", "https://", "https://a:b/c", "https://a:1b",
                          "https://a/ b", "ftp://a"}) {
    EXPECT_EQ(read(parse_proxy_url(url)), "no name") << url;
  }
}

const std::string kMessage = "00000003010203", kRealm = "52";  // 3 octets; R

TEST(ProxyMessage, IsWritten) {
  EXPECT_EQ(to_hex(write_proxy_message("R", Bytes{1, 2, 3})),
            "3010a0090407" + kMessage + "a1031b01" + kRealm);
}

TEST(ProxyMessage, IsRead) {
  const auto read = [](const std::string& hex) { return parse_proxy_message("R", from_hex(hex)); };
  const Bytes message{1, 2, 3};
  EXPECT_EQ(read("300ba0090407" + kMessage), message);
  EXPECT_EQ(read("3010a0090407" + kMessage + "a1031b0152"), message);
  EXPECT_EQ(read("3010a0090407" + kMessage + "a1031b0172"), message);
  EXPECT_EQ(read("3015a0090407" + kMessage + "a1031b0152a203020101"), message);
}

TEST(ProxyMessage, IsRefused) {
  const auto why = [](const std::string& hex) {
    const auto message = parse_proxy_message("R", from_hex(hex));
    return message ? std::string("read") : message.error().why;
  };
  const std::string malformed = "the KDC proxy's answer is not well-formed";
  EXPECT_EQ(why("3010a0090407" + kMessage + "a1031b0151"),
            "the KDC proxy's answer is another realm's");
  EXPECT_EQ(why(""), malformed);
  EXPECT_EQ(why("3000"), malformed);
  EXPECT_EQ(why("300ba0090407" + kMessage + "00"), malformed);    // something behind it
  EXPECT_EQ(why("300da0090407" + kMessage + "0500"), malformed);  // and inside
  EXPECT_EQ(why("300ba009040700000004010203"), malformed);        // longer than it is
  EXPECT_EQ(why("300ba009040700000002010203"), malformed);        // shorter
  EXPECT_EQ(why("300ba00904070000"), malformed);                  // cut
  EXPECT_EQ(why("3007a0050403000000"), malformed);                // no room for the length
  EXPECT_EQ(why("310ba0090407" + kMessage), malformed);
  EXPECT_EQ(why("3084ffffffffa009"), malformed);
}

}  // namespace
}  // namespace opensspi::authority
