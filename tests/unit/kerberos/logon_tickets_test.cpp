// Tickets that are had from a KDC, where there is none.
#include "kerberos/logon_tickets.h"

#include "world.h"

namespace opensspi::kerberos {
namespace {

class LogonTicketsTest : public KerberosTest {
 protected:
  // Why there are none.
  std::string refusal(std::int64_t seconds) {
    const auto cache = tickets_.open(*library_, file_time_of_unix(kUnixNow + seconds));
    return cache ? "" : cache.error().why;
  }
  // libkrb5 looks but once a second whether a file has changed.
  void configure_by(const std::string& file) {
    files_.variables().set("KRB5_CONFIG", files_.path(file));
  }

  Result<Library> library_ = Library::open(Configuration::Callers);
  LogonTickets tickets_{Source{.where = test::make_identity("EXAMPLE.TEST", "alice", "secret"),
                               .principal = "alice@EXAMPLE.TEST",
                               .name = {},
                               .configuration = Configuration::Callers},
                        {test::make_environment(nullptr), {}}};
};

// A server does for clients that nobody knows yet: each time would count against its account.
TEST_F(LogonTicketsTest, AreAskedForOnceInHalfAMinute) {
  const std::string unknown = "there is no network";
  const std::string unread = "the configuration of Kerberos cannot be read";
  EXPECT_EQ(refusal(0), unknown);
  files_.write_file("bad.conf", "[libdefaults");
  configure_by("bad.conf");
  EXPECT_EQ(refusal(29), unknown);
  EXPECT_EQ(refusal(30), unread);
  configure_by("krb5.conf");
  EXPECT_EQ(refusal(59), unread);
  EXPECT_EQ(refusal(29), unknown);  // the clock was set back
}

}  // namespace
}  // namespace opensspi::kerberos
