// Which session is which.
#include "kerberos/session.h"

#include <algorithm>

namespace opensspi::kerberos {

SessionKind kind_of(const LogonSession* session) {
  if (session == nullptr || session->luid() == kAnonymousLuid) return SessionKind::Nobodys;
  if (session->luid() == kSystemLuid) return SessionKind::Machines;
  // libkrb5's own default is in no other's session.
  const auto caches = session->kerberos_caches();
  const bool own = std::ranges::find(caches, std::string()) != caches.end();
  return own ? SessionKind::Callers : SessionKind::Anothers;
}

Configuration configuration_for(SessionKind kind) {
  return kind == SessionKind::Callers ? Configuration::Callers : Configuration::Machines;
}

Source source_of(const StoredIdentity& stored, Configuration configuration) {
  const Identity& identity = *stored.identity;
  std::string name = identity.user;
  // A UPN says its realm itself.
  const bool is_upn = name.find('@') != std::string::npos;
  if (!name.empty() && !identity.domain.empty() && !is_upn) name += '@' + identity.domain;
  return {stored.identity, {}, std::move(name), stored.expiry, configuration};
}

}  // namespace opensspi::kerberos
