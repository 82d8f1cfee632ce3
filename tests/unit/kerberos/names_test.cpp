// Whom a target's name and an identity's names stand for.
#include <krb5.h>

#include "kerberos/client_name.h"
#include "kerberos/target.h"
#include "world.h"

namespace opensspi::kerberos {
namespace {

class Names : public KerberosTest {
 protected:
  Names() {
    files_.configure(
        "default_realm = EXAMPLE.TEST\n"
        "[domain_realm]\n.example.test = EXAMPLE.TEST\nhost.other.test = OTHER.TEST\n");
  }

  // As libkrb5 writes it, or the name of the status.
  static std::string text(const Library& library, const Result<OwnPrincipal>& principal) {
    if (!principal) {
      return principal.error().status == Status::TargetUnknown
                 ? "TARGET_UNKNOWN"
                 : status_name(principal.error().status);
    }
    return read_principal(library, **principal)->text;
  }
  static std::string target(const std::string& name) {
    const auto library = Library::open(Configuration::Callers);
    return text(*library, target_principal(*library, name, "USERS.TEST"));
  }
  static std::string client(std::string domain, std::string user) {
    const auto library = Library::open(Configuration::Callers);
    const Source source{test::make_identity(std::move(domain), std::move(user), "p"), {}, {}};
    return text(*library, client_principal(*library, source));
  }
};

TEST_F(Names, OfTargetsAreServicesOfTheirHostsRealm) {
  const struct {
    const char *name, *principal;
  } rows[] = {
      {"HTTP/web.example.test", "HTTP/web.example.test@EXAMPLE.TEST"},
      {"TERMSRV/host.other.test", "TERMSRV/host.other.test@OTHER.TEST"},
      {"HTTP/web.example.test:8080", "HTTP/web.example.test:8080@EXAMPLE.TEST"},
      {"MSSQLSvc/db.example.test:1433", "MSSQLSvc/db.example.test:1433@EXAMPLE.TEST"},
      {"ldap/dc.example.test/example.test", "ldap/dc.example.test/example.test@EXAMPLE.TEST"},
      {"HTTP/elsewhere.test", "HTTP/elsewhere.test@"},  // the KDC is asked
      {"HTTP/elsewhere.test@THIRD.TEST", "HTTP/elsewhere.test@THIRD.TEST"},
      {"bob", "bob@USERS.TEST"},
      {"bob@THIRD.TEST", "bob@THIRD.TEST"},
      {"", "TARGET_UNKNOWN"},
      {"a@b@c", "TARGET_UNKNOWN"},
  };
  for (const auto& row : rows) EXPECT_EQ(target(row.name), row.principal) << row.name;
}

TEST_F(Names, OfClientsAreInTheirDomainsRealm) {
  const struct {
    const char *domain, *user, *principal;
  } rows[] = {
      {"", "alice", "alice@EXAMPLE.TEST"},
      {"EXAMPLE", "alice", "alice@EXAMPLE.TEST"},
      {"example.test", "alice", "alice@EXAMPLE.TEST"},
      {"other.test", "alice", "alice@OTHER.TEST"},
      {"CORP", "alice", "alice@CORP"},
      {"", "alice@example.test", "alice@EXAMPLE.TEST"},
      {"IGNORED", "alice@other.test", "alice@OTHER.TEST"},
      {"", "a/b", "a\\/b@EXAMPLE.TEST"},
      {"EXAMPLE", "", "NO_CREDENTIALS"},
  };
  for (const auto& row : rows) EXPECT_EQ(client(row.domain, row.user), row.principal) << row.user;
}

TEST_F(Names, OfClientsWithoutAnyRealmLeadToNoKdc) {
  files_.configure("");
  const auto library = Library::open(Configuration::Callers);
  const Source source{test::make_identity("", "alice", "p"), {}, {}};
  EXPECT_EQ(client_principal(*library, source).error().status, Status::NoAuthenticatingAuthority);
  EXPECT_EQ(client("other.test", "alice"), "alice@OTHER.TEST");
}

}  // namespace
}  // namespace opensspi::kerberos
