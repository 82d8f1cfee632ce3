// Choosing a server's keys. A server does not log on, so SECPKG_CRED_AUTOLOGON_RESTRICTED takes
// nothing from it.
#include "kerberos/server_source.h"

#include <utility>

#include "kerberos/keytab.h"
#include "kerberos/session.h"

namespace opensspi::kerberos {
namespace {

Result<Source> supplied(const AcquireRequest& request) {
  if (request.auth_data.identity->smart_card() != nullptr) {
    return fail(Status::NoCredentials, "a server needs a key: a smart card gives it none");
  }
  Source source =
      source_of({request.auth_data.identity}, configuration_for(kind_of(request.session.get())));
  source.principal = request.principal;
  return source;
}

Result<Source> find_in_keytab(const AcquireRequest& request, Configuration configuration,
                              const std::string& name_of_keytab) {
  TRY_ASSIGN(const Library library, Library::open(configuration));
  TRY_ASSIGN(Keytab keytab, read_keytab(library, name_of_keytab));
  if (request.principal.empty()) {
    const std::string& first = keytab.principals.front().text;
    return Source{KeytabName{std::move(keytab.name)}, {}, first, kNever, configuration};
  }
  TRY_ASSIGN(const PrincipalName name, PrincipalName::parse(library, request.principal));
  if (const Principal* principal = find_principal(keytab, name)) {
    return Source{KeytabName{std::move(keytab.name)}, principal->text, principal->text, kNever,
                  configuration};
  }
  return fail(Status::NoCredentials, "the keytab has no keys of that principal");
}

}  // namespace

Result<Source> find_server_source(const AcquireRequest& request, const std::string& keytab) {
  if (request.auth_data.identity != nullptr) return supplied(request);
  const SessionKind kind = kind_of(request.session.get());
  switch (kind) {
    case SessionKind::Callers:
      return find_in_keytab(request, configuration_for(kind), keytab);
    case SessionKind::Machines:
      return find_in_keytab(request, configuration_for(kind), {});
    case SessionKind::Anothers:
      return fail(Status::NoCredentials, "another user's logon session has no keytab");
    case SessionKind::Nobodys:
      break;
  }
  return fail(Status::NoCredentials, "the logon session is nobody's and has no keytab");
}

}  // namespace opensspi::kerberos
