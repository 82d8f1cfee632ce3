// Keytabs by name, and one in memory for a password. RFC 3961 string-to-key.
#include "kerberos/server_keys.h"

#include <krb5.h>

#include <cstdio>
#include <utility>

#include "base/utf16.h"
#include "kerberos/client_name.h"
#include "kerberos/keytab.h"
#include "kerberos/logon_tickets.h"

namespace opensspi::kerberos {
namespace {

// What accounts have keys of.
constexpr krb5_enctype kEnctypes[] = {
    ENCTYPE_AES256_CTS_HMAC_SHA1_96, ENCTYPE_AES128_CTS_HMAC_SHA1_96,
    ENCTYPE_AES256_CTS_HMAC_SHA384_192, ENCTYPE_AES128_CTS_HMAC_SHA256_128, ENCTYPE_ARCFOUR_HMAC};

constexpr char kNoKeytab[] = "the keytab cannot be opened";

Result<OwnKeytab> resolve(const Library& library, const std::string& name) {
  krb5_keytab opened = nullptr;
  const auto code = krb5_kt_resolve(library.get(), name.c_str(), &opened);
  if (code != 0) return failure(code, Status::NoCredentials, kNoKeytab);
  return OwnKeytab(opened, Release{library.get()});
}

// One key of an account; its salt is the one that every KDC gives a new account.
Result<void> add_key(const Library& library, krb5_keytab keytab, krb5_principal account,
                     krb5_enctype enctype, ByteView password) {
  const krb5_context context = library.get();
  krb5_data salt{};
  auto code = krb5_principal2salt(context, account, &salt);
  if (code != 0) return failure(code, Status::InternalError, "libkrb5 makes no salt");
  const krb5_data text{KV5M_DATA, static_cast<unsigned>(password.size()),
                       reinterpret_cast<char*>(const_cast<std::uint8_t*>(password.data()))};
  krb5_keytab_entry entry{};
  entry.principal = account;
  code = krb5_c_string_to_key(context, enctype, &text, &salt, &entry.key);
  krb5_free_data_contents(context, &salt);
  if (code != 0) return failure(code, Status::InternalError, "libkrb5 makes no key");
  code = krb5_kt_add_entry(context, keytab, &entry);
  krb5_free_keyblock_contents(context, &entry.key);
  if (code != 0) return failure(code, Status::InternalError, "libkrb5 keeps no key");
  return {};
}

}  // namespace

Result<OwnKeytab> ServerKeys::open(const Library& library) {
  if (const auto* keytab = std::get_if<KeytabName>(&source_.where)) {
    return resolve(library, keytab->name);
  }
  const std::scoped_lock lock(mutex_);
  if (!made_) {
    TRY_ASSIGN(made_, make());
  }
  return resolve(library, made_->name);
}

Result<OwnPrincipal> ServerKeys::principal(const Library& library) const {
  OwnPrincipal any(nullptr, Release{library.get()});
  if (source_.principal.empty() || !std::holds_alternative<KeytabName>(source_.where)) return any;
  krb5_principal parsed = nullptr;
  const auto code = krb5_parse_name(library.get(), source_.principal.c_str(), &parsed);
  if (code != 0) return failure(code, Status::NoCredentials, "the server's name is not valid");
  return OwnPrincipal(parsed, Release{library.get()});
}

Result<std::shared_ptr<LogonTickets>> ServerKeys::tickets(const Library& library,
                                                          const std::string& named) {
  Source source = source_;
  if (std::holds_alternative<KeytabName>(source_.where)) {
    TRY_ASSIGN(source.principal, account(library, named));
  }
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<LogonTickets>& tickets = tickets_[source.principal];
  if (tickets == nullptr) tickets = std::make_shared<LogonTickets>(source, way_);
  return tickets;
}

Result<std::string> ServerKeys::account(const Library& library, const std::string& named) const {
  if (!source_.principal.empty()) return source_.principal;
  TRY_ASSIGN(const Keytab keytab, read_keytab(library, std::get<KeytabName>(source_.where).name));
  const Principal* principal = machine_account(keytab);
  if (principal == nullptr && !named.empty()) {
    if (const auto name = PrincipalName::parse(library, named)) {
      principal = find_principal(keytab, *name);
    }
  }
  return principal == nullptr ? keytab.principals.front().text : principal->text;
}

Result<ServerKeys::Made> ServerKeys::make() const {
  const auto& identity = *std::get<std::shared_ptr<const Identity>>(source_.where);
  if (identity.password() == nullptr) {
    return fail(Status::NoCredentials, "a server needs a keytab or a password");
  }
  TRY_ASSIGN(Library library, Library::open(source_.configuration));
  TRY_ASSIGN(const OwnPrincipal account, client_principal(library, source_));
  TRY_ASSIGN(const SecretBytes password, secret_utf16le_to_utf8(identity.password()->expose()));
  // Keytabs in memory are the process's, by name.
  char name[64];
  std::snprintf(name, sizeof name, "MEMORY:opensspi-%p", static_cast<const void*>(this));
  TRY_ASSIGN(OwnKeytab keytab, resolve(library, name));
  for (const krb5_enctype enctype : kEnctypes) {
    TRY(add_key(library, keytab.get(), account.get(), enctype, password.expose()));
  }
  return Made{std::move(library), std::move(keytab), name};
}

}  // namespace opensspi::kerberos
