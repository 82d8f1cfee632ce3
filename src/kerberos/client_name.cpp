// Names as Windows takes them become Kerberos'.
#include "kerberos/client_name.h"

#include <krb5.h>

#include <memory>
#include <string>

#include "base/utf16.h"
#include "kerberos/errors.h"

namespace opensspi::kerberos {
namespace {

// Empty when krb5.conf names none.
std::string default_realm(const Library& library) {
  char* found = nullptr;
  if (krb5_get_default_realm(library.get(), &found) != 0) return {};
  std::string realm = found;
  krb5_free_default_realm(library.get(), found);
  return realm;
}

// A user principal name has its domain behind the @.
struct Account {
  std::string user, domain;
};

Account account_of(const std::string& user, const std::string& domain) {
  const std::size_t at = user.rfind('@');
  if (at == std::string::npos) return {user, domain};
  return {user.substr(0, at), user.substr(at + 1)};
}

// `own`: the default realm.
Result<std::string> realm_of(const std::string& own, const std::string& domain) {
  const bool is_own =
      domain.empty() || same_name(domain, own) || same_name(domain, own.substr(0, own.find('.')));
  if (is_own && !own.empty()) return own;
  if (domain.empty()) return kdc_failure(KRB5_CONFIG_NODEFREALM);
  TRY_ASSIGN(const std::u16string wide, utf8_to_utf16(domain));
  return utf16_to_utf8(upper(wide));
}

Result<OwnPrincipal> made(const Library& library, krb5_error_code code, krb5_principal principal) {
  if (code != 0) {
    return failure(code, Status::UnknownCredentials, "that is not the name of a principal");
  }
  return OwnPrincipal(principal, Release{library.get()});
}

}  // namespace

Result<OwnPrincipal> client_principal(const Library& library, const Source& source,
                                      const std::string& of_certificate) {
  krb5_principal principal = nullptr;
  const auto* held = std::get_if<std::shared_ptr<const Identity>>(&source.where);
  if (held == nullptr) {
    const auto code = krb5_parse_name(library.get(), source.principal.c_str(), &principal);
    return made(library, code, principal);
  }
  const std::string& name = (*held)->user.empty() ? of_certificate : (*held)->user;
  if (name.empty()) {
    return fail(Status::NoCredentials, "neither the identity nor a certificate names the user");
  }
  const auto [user, domain] = account_of(name, (*held)->domain);
  TRY_ASSIGN(const std::string realm, realm_of(default_realm(library), domain));
  const auto code =
      krb5_build_principal(library.get(), &principal, static_cast<unsigned>(realm.size()),
                           realm.c_str(), user.c_str(), static_cast<char*>(nullptr));
  return made(library, code, principal);
}

Result<void> may_be_tried(const Source& source, const KdcWay& way) {
  const auto* held = std::get_if<std::shared_ptr<const Identity>>(&source.where);
  if (held == nullptr) return {};
  const Identity& identity = **held;
  if (identity.smart_card() != nullptr) return {};
  const std::string domain = account_of(identity.user, identity.domain).domain;
  if (domain.empty() || identity.password() == nullptr) {
    return fail(Status::NoCredentials, "Kerberos needs a realm and a password");
  }
  if (way.proxy && !way.proxy->server.empty()) return {};
  TRY_ASSIGN(const Library library, Library::open(source.configuration));
  const std::string own = library.configured_realm();
  TRY_ASSIGN(const std::string realm, realm_of(own, domain));
  if (realm == own || library.knows_realm(realm)) return {};
  return fail(Status::NoCredentials, "krb5.conf does not name the realm");
}

}  // namespace opensspi::kerberos
