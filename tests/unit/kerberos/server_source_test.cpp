// Whose keys a server gets: out of a keytab, or with the password of an account that is supplied.
#include <gmock/gmock.h>

#include "kerberos/keytab.h"
#include "world.h"

namespace opensspi::kerberos {
namespace {

using testing::HasSubstr;

class ServerSource : public KerberosTest {
 protected:
  [[nodiscard]] std::string server(std::string principal = {}) const {
    return who(request(std::move(principal), CredentialUse::Inbound));
  }
};

TEST_F(ServerSource, IsNothingWithoutAKeytab) {
  const auto nothing = acquire(request({}, CredentialUse::Inbound));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().status, Status::NoCredentials);
  EXPECT_THAT(nothing.error().why, HasSubstr("no keytab"));
  EXPECT_EQ(server("HTTP/web"), "NO_CREDENTIALS");
}

TEST_F(ServerSource, IsAnEntryOfTheKeytab) {
  files_.make_keytab("keytab", {"host/web.example.test@EXAMPLE.TEST", "HTTP/web@EXAMPLE.TEST",
                                "HTTP/web@OTHER.TEST", "MSSQLSvc/web:1433@EXAMPLE.TEST"});
  const struct {
    const char *name, *who;
  } rows[] = {
      {"", "host/web.example.test@EXAMPLE.TEST"},
      {"HTTP/web", "HTTP/web@EXAMPLE.TEST"},
      {"http/WEB", "HTTP/web@EXAMPLE.TEST"},
      {"HTTP/web@OTHER.TEST", "HTTP/web@OTHER.TEST"},
      {"HOST/web.example.test", "host/web.example.test@EXAMPLE.TEST"},
      {"MSSQLSvc/web:1433", "MSSQLSvc/web:1433@EXAMPLE.TEST"},
      {"HTTP/web.example.test", "NO_CREDENTIALS"},  // no host is looked up
      {"HTTP/web@THIRD.TEST", "NO_CREDENTIALS"},
      {"web", "NO_CREDENTIALS"},
      {"a@b@c", "UNKNOWN_CREDENTIALS"},
  };
  for (const auto& row : rows) EXPECT_EQ(server(row.name), row.who) << row.name;

  const auto any = acquire(request({}, CredentialUse::Inbound));
  EXPECT_EQ(source(*any, Role::Server)->principal, "");
  EXPECT_EQ(std::get<KeytabName>(source(*any, Role::Server)->where).name,
            "FILE:" + files_.path("keytab"));
  EXPECT_EQ((*any)->expiry(), kNever);
  const auto named = acquire(request("HTTP/web", CredentialUse::Inbound));
  EXPECT_EQ(source(*named, Role::Server)->principal, "HTTP/web@EXAMPLE.TEST");
}

TEST_F(ServerSource, OfAnEmptyKeytabIsNothing) {
  files_.write_file("keytab", {"\x05\x02", 2});
  const auto nothing = acquire(request({}, CredentialUse::Inbound));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().status, Status::NoCredentials);
  EXPECT_THAT(nothing.error().why, HasSubstr("no keys"));
}

TEST_F(ServerSource, IsTheAccountThatIsSupplied) {
  AcquireRequest asked = request("HTTP/web", CredentialUse::Inbound);
  asked.auth_data.identity = test::make_identity("EXAMPLE.TEST", "svc-web", "secret");
  EXPECT_EQ(who(asked), "svc-web@EXAMPLE.TEST");
  EXPECT_EQ(source(*acquire(asked), Role::Server)->principal, "HTTP/web");

  auto card = std::make_shared<Identity>();
  card->secret = SmartCard{};
  asked.auth_data.identity = card;
  EXPECT_EQ(who(asked), "NO_CREDENTIALS");
}

TEST_F(ServerSource, IsNotRestrictedWithLogons) {
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST"});
  AcquireRequest asked = request({}, CredentialUse::Inbound);
  asked.supplied_only = true;
  EXPECT_EQ(who(asked), "HTTP/web@EXAMPLE.TEST");
}

TEST_F(ServerSource, OfOtherSessionsIsNotTheCallersKeytab) {
  files_.make_keytab("keytab", {"HTTP/web@EXAMPLE.TEST"});
  session_->set_kerberos_caches({"FILE:" + files_.path("theirs")});
  EXPECT_EQ(server(), "NO_CREDENTIALS");
  session_->set_luid(kAnonymousLuid);
  EXPECT_EQ(server(), "NO_CREDENTIALS");
  session_->set_luid(kSystemLuid);
  EXPECT_NE(server(), "HTTP/web@EXAMPLE.TEST");
}

TEST_F(ServerSource, KeytabNamesTheMachine) {
  const auto machine = [&](const std::vector<std::string>& principals) -> std::string {
    std::filesystem::remove(files_.path("machine"));
    files_.make_keytab("machine", principals);
    const auto library = Library::open(Configuration::Machines);
    const auto keytab = read_keytab(*library, "FILE:" + files_.path("machine"));
    const Principal* principal = machine_principal(*keytab);
    return principal == nullptr ? "none" : principal->text;
  };
  EXPECT_EQ(machine({"HTTP/web@R", "host/web@R", "WEB$@R"}), "WEB$@R");
  EXPECT_EQ(machine({"HTTP/web@R", "host/web@R"}), "host/web@R");
  EXPECT_EQ(machine({"HTTP/web@R", "alice@R", "host@R", "WEB$/x@R"}), "none");
}

}  // namespace
}  // namespace opensspi::kerberos
