// Which hosts a certificate is of.
#include <gtest/gtest.h>
#include <openssl/objects.h>

#include "support/certificates.h"
#include "x509/trust.h"

namespace opensspi {
namespace {

x509::Certificate with_names(const char* alternative, const char* common_name = "other") {
  test::Recipe recipe{.common_name = common_name};
  if (alternative != nullptr) recipe.extensions = {{NID_subject_alt_name, alternative}};
  return x509::Certificate::from_der(test::issue(recipe).certificate_der()).value();
}

struct Case {
  const char* names;
  std::vector<std::string_view> right, wrong;
};

void expect(const x509::Certificate& certificate, const Case& expected) {
  for (const auto host : expected.right)
    EXPECT_TRUE(x509::is_of_host(certificate, host)) << expected.names << " " << host;
  for (const auto host : expected.wrong)
    EXPECT_FALSE(x509::is_of_host(certificate, host)) << expected.names << " " << host;
}

TEST(HostNames, AreComparedAsTheyWouldBeDialled) {
  const Case expected{
      "DNS:server.example,DNS:under_score.example",
      {"server.example", "SERVER.example", "server.example.", "under_score.example"},
      {"",
       ".",
       "..",
       "example",
       ".example",
       ".server.example",
       "x.server.example",
       "server.example..",
       "server.example ",
       "*.example",
       "other",
       {"server.example\0.evil", 20}}};
  expect(with_names(expected.names), expected);
}

TEST(HostNames, AddressesAreWrittenAsTheyArePrinted) {
  const Case expected{
      "IP:192.0.2.1,IP:10.0.0.255,IP:2001:db8::1,IP:::ffff:192.0.2.1",
      {"192.0.2.1", "10.0.0.255", "2001:db8::1", "2001:DB8:0::1", "::ffff:192.0.2.1"},
      {"192.0.2.2", " 192.0.2.1", "192.0.2.1 ", "+192.0.2.1", "192.0.2.001", "192.0.2.1.1",
       "192.0.2", "192.0..2.1", "10.0.0.256", "10.0.0.00255", "2001:db8::2", "::ffff:192.0.2.001",
       "::ffff: 192.0.2.1", "[2001:db8::1]", "2001:db8::1%eth0", ":"}};
  expect(with_names(expected.names), expected);
}

TEST(HostNames, AnAddressIsNoName) {
  expect(with_names("DNS:192.0.2.1"), {"DNS:192.0.2.1", {}, {"192.0.2.1"}});
  expect(with_names(nullptr, "192.0.2.1"), {"CN=192.0.2.1", {}, {"192.0.2.1"}});
}

// RFC 6125 6.4.3: one whole label, and the leftmost.
TEST(HostNames, WildcardsStandForOneLabel) {
  const Case whole{"DNS:*.example.com",
                   {"foo.example.com", "FOO.example.com"},
                   {"example.com", ".example.com", "a.b.example.com", "*.example.com"}};
  expect(with_names(whole.names), whole);
  for (const char* partial : {"DNS:f*.example.com", "DNS:*o.example.com", "DNS:f*o.example.com"})
    expect(with_names(partial), {partial, {}, {"foo.example.com"}});
  expect(with_names("DNS:foo.*.com"), {"foo.*.com", {}, {"foo.example.com"}});
  expect(with_names("DNS:*.com"), {"*.com", {}, {"example.com"}});
}

TEST(HostNames, TheCommonNameCountsOnlyWithoutAlternativeNames) {
  expect(with_names(nullptr, "desktop-1"), {"CN", {"DESKTOP-1"}, {}});
  for (const char* names : {"DNS:server.example", "IP:192.0.2.1", "URI:https://server.example"})
    expect(with_names(names, "other"), {names, {}, {"other"}});
}

}  // namespace
}  // namespace opensspi
