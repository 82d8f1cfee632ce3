// A user's own session, the machine's and nobody's.
#include "logon/sessions.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/utf16.h"
#include "logon/caches.h"
#include "logon/impersonation.h"
#include "logon/keyring.h"
#include "logon/user_database.h"

namespace opensspi::logon {
namespace {

constexpr std::string_view kPrefix = "identity:";
constexpr std::size_t kMaxPassword = 256;  // UTF-16 code units; Windows' PWLEN
constexpr FileTime kTicksPerSecond = 10'000'000;

std::string key_name(std::string_view name) {
  return std::string(kPrefix) + comparable(name);
}

// The Unix user of that number, its name; its number when it has none.
std::string name_or_number(uid_t user) {
  const Result<std::optional<UserEntry>> found = find_user(user);
  // Text inside is UTF-8.
  if (!found || !*found || !utf8_to_utf16((*found)->name)) return std::to_string(user);
  return (*found)->name;
}

bool is_name_of_another(const std::string& name, uid_t user) {
  const Result<std::optional<UserEntry>> found = find_user(name);
  return found && *found && (*found)->uid != user;
}

Result<LoggedOn> identity_in(const Keyring& ring, const std::string& key) {
  TRY_ASSIGN(const SecretBytes payload, ring.read(key));
  return parse_logged_on(payload.expose());
}

std::vector<LoggedOn> identities_in(const Keyring& ring) {
  std::vector<LoggedOn> found;
  for (const std::string& key : ring.names()) {
    if (!key.starts_with(kPrefix)) continue;
    // One that ended meanwhile, or is none of ours, is passed over.
    if (Result<LoggedOn> logged_on = identity_in(ring, key)) found.push_back(std::move(*logged_on));
  }
  std::ranges::sort(found, std::greater<>(), &LoggedOn::since);
  return found;
}

// Whether a keyring is not there, or cannot be.
bool is_missing(const Error& error) {
  return error.status == Status::NoCredentials || error.status == Status::UnsupportedFunction;
}

bool has_name(const Identity& identity, std::string_view name) {
  const std::string wanted = comparable(name);
  return wanted == comparable(joined_name(identity.domain, identity.user)) ||
         wanted == comparable(identity.user) ||
         wanted == comparable(identity.user + '@' + identity.domain);
}

class UserSession final : public LogonSession {
 public:
  UserSession(uid_t user, std::function<FileTime()> now,
              std::shared_ptr<const DelegatedTickets> tickets = nullptr)
      : user_(user), saved_(user, std::move(now)), tickets_(std::move(tickets)) {}

  [[nodiscard]] Luid luid() const override { return luid_of(user_); }

  [[nodiscard]] Result<StoredIdentity> identity(std::string_view name) const override {
    const Result<Keyring> ring = Keyring::open(user_, Keyring::Missing::Refuse);
    if (!ring && !is_missing(ring.error())) return fail(ring.error());
    std::vector<LoggedOn> identities;
    if (ring) identities = identities_in(*ring);
    for (LoggedOn& logged_on : identities) {
      if (!name.empty() && !has_name(logged_on.identity, name)) continue;
      return StoredIdentity{std::make_shared<const Identity>(std::move(logged_on.identity)),
                            logged_on.expiry};
    }
    if (is_name_of_another(split_name(name).user, user_)) {
      return fail(Status::NotOwner, "that name is another user's of this machine");
    }
    // Where there can be no keyring there is no credential either: one answer, two reasons.
    const bool refused = !ring && ring.error().status == Status::UnsupportedFunction;
    return fail(Status::NoCredentials,
                refused ? ring.error().why : "nobody of that name has logged on in this session");
  }

  [[nodiscard]] Result<StoredIdentity> saved(std::string_view target_name) const override {
    return saved_.find(target_name);
  }
  [[nodiscard]] bool has_saved() const override { return saved_.any(); }
  [[nodiscard]] std::vector<std::string> kerberos_caches() const override {
    return logon::kerberos_caches(user_);
  }
  [[nodiscard]] std::shared_ptr<const DelegatedTickets> delegated_tickets() const override {
    return tickets_;
  }

 private:
  uid_t user_;
  SavedCredentials saved_;
  std::shared_ptr<const DelegatedTickets> tickets_;
};

// The machine's session, whose credentials are in its keytab, and nobody's, who has none.
class BareSession final : public LogonSession {
 public:
  explicit BareSession(Luid luid) : luid_(luid) {}
  [[nodiscard]] Luid luid() const override { return luid_; }
  [[nodiscard]] Result<StoredIdentity> identity(std::string_view) const override {
    return fail(Status::NoCredentials, "this logon session holds no password");
  }
  [[nodiscard]] Result<StoredIdentity> saved(std::string_view) const override {
    return fail(Status::NoCredentials, "this logon session saves nothing");
  }
  [[nodiscard]] bool has_saved() const override { return false; }
  [[nodiscard]] std::vector<std::string> kerberos_caches() const override { return {}; }

 private:
  Luid luid_;
};

SessionInfo info_of(uid_t user, const std::vector<LoggedOn>& identities) {
  SessionInfo info;
  info.luid = luid_of(user);
  info.uid = user;
  info.owner = name_or_number(user);
  for (const LoggedOn& one : identities) {
    info.identities.push_back({one.identity.user, one.identity.domain, one.since, one.expiry});
  }
  return info;
}

// Nothing but a keyring shows that another user has a session. The caller's is there without one,
// with what its Kerberos caches hold.
Result<SessionInfo> info_of_user(uid_t user) {
  const Result<Keyring> ring = Keyring::open(user, Keyring::Missing::Refuse);
  if (!ring && !is_missing(ring.error())) return fail(ring.error());
  SessionInfo info = info_of(user, ring ? identities_in(*ring) : std::vector<LoggedOn>());
  info.refuses_keyrings = !ring && ring.error().status == Status::UnsupportedFunction;
  if (user != geteuid() && info.identities.empty()) {
    return fail(Status::NoCredentials, "nobody has logged on in that session");
  }
  return info;
}

SessionInfo info_of_machine() {
  SessionInfo info;
  info.luid = kSystemLuid;
  info.owner = "SYSTEM";
  return info;
}

}  // namespace

Luid luid_of(uid_t user) {
  return {user, kUserLuidHigh};
}

Result<std::shared_ptr<const LogonSession>> Sessions::open(const std::optional<Luid>& luid) {
  if (!luid || *luid == luid_of(geteuid())) {
    return std::make_shared<UserSession>(geteuid(), now_, delegated_tickets());
  }
  if (*luid == kAnonymousLuid) return std::make_shared<BareSession>(*luid);
  const bool users = luid->high == kUserLuidHigh;
  if (!users && *luid != kSystemLuid) {
    return fail(Status::NoCredentials, "there is no logon session of that number");
  }
  if (!may_act_for_others()) {
    return fail(Status::NotOwner, "the logon session belongs to another user");
  }
  if (!users) return std::make_shared<BareSession>(*luid);
  return std::make_shared<UserSession>(luid->low, now_);
}

Result<Luid> Sessions::log_on(const Identity& identity,
                              std::optional<std::chrono::seconds> lifetime) {
  TRY(check_names(identity));
  if (identity.password() == nullptr && identity.nt_hash() == nullptr) {
    return fail(Status::InvalidParameter, "an identity that logs on needs a password");
  }
  LoggedOn logged_on;
  logged_on.identity.user = identity.user;
  logged_on.identity.domain = identity.domain;
  if (const SecretBytes* password = identity.password()) {
    if (password->size() > 2 * kMaxPassword) {
      return fail(Status::InvalidParameter, "the password is too long");
    }
    logged_on.identity.secret = password->clone();
  } else {
    logged_on.identity.secret = identity.nt_hash()->clone();
  }
  logged_on.since = now_();
  if (lifetime) {
    logged_on.expiry = logged_on.since + static_cast<FileTime>(lifetime->count()) * kTicksPerSecond;
  }
  TRY_ASSIGN(Keyring ring, Keyring::open(geteuid(), Keyring::Missing::Create));
  const std::string name = joined_name(identity.domain, identity.user);
  TRY(ring.put(key_name(name), write_logged_on(logged_on).expose(), lifetime));
  return luid_of(geteuid());
}

Result<void> Sessions::log_off(const std::string& name) {
  TRY_ASSIGN(Keyring ring, Keyring::open(geteuid(), Keyring::Missing::Refuse));
  bool found = false;
  for (const std::string& key : ring.names()) {
    if (!key.starts_with(kPrefix)) continue;
    if (!name.empty()) {
      const Result<LoggedOn> one = identity_in(ring, key);
      if (!one || !has_name(one->identity, name)) continue;
    }
    const Result<void> removed = ring.remove(key);
    if (!removed && removed.error().status != Status::NoCredentials) return removed;
    found = found || removed;
  }
  if (found) return {};
  return fail(Status::NoCredentials, "nobody of that name has logged on in this session");
}

Result<std::vector<SessionInfo>> Sessions::list() {
  std::vector<SessionInfo> sessions;
  TRY_ASSIGN(SessionInfo own, info_of_user(geteuid()));
  sessions.push_back(std::move(own));
  if (!may_act_for_others()) return sessions;
  sessions.push_back(info_of_machine());
  for (const uid_t user : users_with_keys()) {
    if (user == geteuid()) continue;
    // Root in a container may lack the right all the same.
    if (Result<SessionInfo> info = info_of_user(user)) sessions.push_back(std::move(*info));
  }
  return sessions;
}

Result<SessionInfo> Sessions::info(const Luid& luid) {
  TRY_ASSIGN(const auto session, open(luid));
  if (luid.high == kUserLuidHigh) return info_of_user(luid.low);
  SessionInfo info = info_of_machine();
  if (luid == kSystemLuid) return info;
  info.luid = luid;
  info.owner = "ANONYMOUS LOGON";
  return info;
}

SavedCredentials Sessions::saved() {
  return {geteuid(), now_};
}

}  // namespace opensspi::logon
