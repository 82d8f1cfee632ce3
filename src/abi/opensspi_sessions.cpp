// opensspi.h: logging on and off in the caller's own session, and which sessions there are.
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "abi/guard.h"
#include "abi/module.h"
#include "abi/text.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

using logon::SessionInfo;

Result<Identity> identity_of(const char* user, const char* domain) {
  Identity identity;
  TRY_ASSIGN(identity.user, text_from(user));
  TRY_ASSIGN(identity.domain, text_from(domain));
  return identity;
}

Result<void> log_on(const Identity& identity, std::uint32_t lifetime, LUID* session) {
  std::optional<std::chrono::seconds> ends;
  if (lifetime != 0) ends = std::chrono::seconds(lifetime);
  TRY_ASSIGN(const Luid luid, Module::instance().sessions().log_on(identity, ends));
  if (session != nullptr) *session = {luid.low, luid.high};
  return {};
}

// FILETIME 0 is "never" outside, kNever inside.
std::uint64_t expiry_to_c(FileTime expiry) {
  return expiry == kNever ? 0 : expiry;
}

int tell(const SessionInfo& session, opensspi_session_callback callback, void* user) {
  std::vector<opensspi_session_identity> identities;
  for (const SessionInfo::Entry& one : session.identities) {
    identities.push_back({.user = one.user.c_str(),
                          .domain = one.domain.c_str(),
                          .since = one.since,
                          .expires = expiry_to_c(one.expiry)});
  }
  const opensspi_session out{.size = sizeof out,
                             .uid = session.uid,
                             .luid = {session.luid.low, session.luid.high},
                             .owner = session.owner.c_str(),
                             .refuses_keyrings = session.refuses_keyrings ? 1 : 0,
                             .num_identities = static_cast<std::uint32_t>(identities.size()),
                             .identities = identities.data()};
  return callback(&out, user);
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS opensspi_login(const char* user, const char* domain,
                                               const char* password, uint32_t lifetime,
                                               LUID* session) {
  return guard([&]() -> Result<void> {
    if (password == nullptr) return fail(Status::InvalidParameter, "there is no password");
    TRY_ASSIGN(Identity identity, identity_of(user, domain));
    auto utf16 = secret_utf8_to_utf16le(view(password));
    if (!utf16) return fail(Status::InvalidParameter, "the password is not UTF-8");
    identity.secret = *std::move(utf16);
    return log_on(identity, lifetime, session);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_login_hash(const char* user, const char* domain,
                                                    const uint8_t nt_hash[16], uint32_t lifetime,
                                                    LUID* session) {
  return guard([&]() -> Result<void> {
    if (nt_hash == nullptr) return fail(Status::InvalidParameter, "there is no hash");
    TRY_ASSIGN(Identity identity, identity_of(user, domain));
    identity.secret = NtHash(std::span<const std::uint8_t, 16>(nt_hash, 16));
    return log_on(identity, lifetime, session);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_logout(const char* name) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const std::string text, text_from(name));
    return Module::instance().sessions().log_off(text);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS opensspi_session_list(opensspi_session_callback callback,
                                                      void* user) {
  return guard([&]() -> Result<void> {
    if (callback == nullptr) return fail(Status::InvalidParameter, "there is no callback");
    TRY_ASSIGN(const auto sessions, Module::instance().sessions().list());
    for (const SessionInfo& session : sessions)
      if (tell(session, callback, user) != 0) break;
    return {};
  });
}
