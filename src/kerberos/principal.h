// Principals, RFC 4120 6.2, and the names that callers give them. Names are compared, never
// resolved: nobody is asked what a host's full name is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kerberos/library.h"

struct krb5_principal_data;

namespace opensspi::kerberos {

struct Principal {
  std::vector<std::string> components;
  std::string realm;
  std::string text;  // as libkrb5 writes it: user@REALM, service/host@REALM
};

[[nodiscard]] std::string realm_of(const krb5_principal_data& principal);
Result<Principal> read_principal(const Library& library, const krb5_principal_data& principal);

// How well a name fits: case counts in Kerberos and does not on Windows.
enum class Match { None, WithoutCase, Exact };

class PrincipalName {
 public:
  // Takes DOMAIN\user, where DOMAIN is the realm or its first label, and Kerberos' own form:
  // user@REALM, service/host@REALM, either without a realm for any. UnknownCredentials for what is
  // neither.
  static Result<PrincipalName> parse(const Library& library, const std::string& name);

  [[nodiscard]] Match match(const Principal& principal) const;
  // Of a user, the name without its realm; empty for a service.
  [[nodiscard]] std::string user() const;

 private:
  enum class Realm { Any, Whole, OrFirstLabel };

  [[nodiscard]] Match match_realm(const std::string& realm) const;

  std::vector<std::string> components_;
  std::string realm_;
  Realm realm_is_ = Realm::Any;
};

}  // namespace opensspi::kerberos
