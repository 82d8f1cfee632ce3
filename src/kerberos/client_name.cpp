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

Result<std::string> realm_of(const Library& library, const std::string& domain) {
  const std::string own = default_realm(library);
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

Result<OwnPrincipal> client_principal(const Library& library, const Source& source) {
  krb5_principal principal = nullptr;
  const auto* held = std::get_if<std::shared_ptr<const Identity>>(&source.where);
  if (held == nullptr) {
    const auto code = krb5_parse_name(library.get(), source.principal.c_str(), &principal);
    return made(library, code, principal);
  }
  std::string user = (*held)->user, domain = (*held)->domain;
  if (user.empty()) return fail(Status::NoCredentials, "the identity has no user name");
  if (const std::size_t at = user.rfind('@'); at != std::string::npos) {
    domain = user.substr(at + 1);
    user.resize(at);
  }
  TRY_ASSIGN(const std::string realm, realm_of(library, domain));
  const auto code =
      krb5_build_principal(library.get(), &principal, static_cast<unsigned>(realm.size()),
                           realm.c_str(), user.c_str(), static_cast<char*>(nullptr));
  return made(library, code, principal);
}

}  // namespace opensspi::kerberos
