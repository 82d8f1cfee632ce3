// Target names, through libkrb5's own parser.
#include "kerberos/target.h"

#include <krb5.h>

#include "sspi/target_name.h"

namespace opensspi::kerberos {
namespace {

// The realm of a host by krb5.conf; empty, "ask the KDC", for any other.
Result<std::string> realm_of_host(const Library& library, const std::string& host) {
  char** realms = nullptr;
  const auto code = krb5_get_host_realm(library.get(), host.c_str(), &realms);
  if (code != 0) return failure(code, Status::TargetUnknown, "the target's realm is not known");
  std::string realm = realms[0] == nullptr ? std::string() : std::string(realms[0]);
  krb5_free_host_realm(library.get(), realms);
  return realm;
}

}  // namespace

Result<OwnPrincipal> target_principal(const Library& library, const std::string& target_name,
                                      const std::string& realm) {
  if (target_name.empty()) {
    return fail(Status::TargetUnknown, "Kerberos needs the target's name (SPN)");
  }
  krb5_principal made = nullptr;
  auto code = krb5_parse_name_flags(library.get(), target_name.c_str(),
                                    KRB5_PRINCIPAL_PARSE_NO_DEF_REALM, &made);
  if (code != 0) {
    return failure(code, Status::TargetUnknown, "the target's name is not the name of a principal");
  }
  OwnPrincipal principal(made, Release{library.get()});
  const bool is_service = principal->length > 1;
  principal->type = is_service ? KRB5_NT_SRV_INST : KRB5_NT_PRINCIPAL;
  if (principal->realm.length != 0) return principal;
  std::string found = realm;
  if (is_service) {
    TRY_ASSIGN(found, realm_of_host(library, std::string(host_of(target_name))));
  }
  code = krb5_set_principal_realm(library.get(), principal.get(), found.c_str());
  if (code != 0) return failure(code, Status::TargetUnknown, "the target's realm is not valid");
  return principal;
}

}  // namespace opensspi::kerberos
