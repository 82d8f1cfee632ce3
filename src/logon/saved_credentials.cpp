// One key for each: its name is "saved:" with the type and the comparable target.
#include "logon/saved_credentials.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "logon/stored_identity.h"
#include "sspi/target_name.h"

namespace opensspi::logon {
namespace {

constexpr std::string_view kPrefix = "saved:";
// Those that may hold a password, in the order in which they count.
constexpr std::array kPasswordTypes = {SavedType::DomainPassword, SavedType::Generic,
                                       SavedType::DomainVisiblePassword};
constexpr std::size_t kMostNameSize = 4095;  // of what the kernel calls a key's description

std::string key_name(std::string_view target, SavedType type) {
  return std::string(kPrefix) + std::to_string(static_cast<std::uint32_t>(type)) + ':' +
         comparable(target);
}

// "service/host" of an SPN that says more; nothing for what is no SPN.
std::optional<std::string> spn_of(std::string_view target_name) {
  const std::size_t slash = target_name.find('/');
  if (slash == std::string_view::npos || target_name.find("://") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(target_name.substr(0, slash + 1)).append(host_of(target_name));
}

// The targets that may stand for one, the most special first.
std::vector<std::string> targets_for(std::string_view target_name) {
  std::vector<std::string> targets{std::string(target_name)};
  if (auto spn = spn_of(target_name)) targets.push_back(*std::move(spn));
  const std::string_view host = host_of(target_name);
  if (!host.empty()) targets.emplace_back(host);
  for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
       dot = host.find('.', dot + 1)) {
    targets.push_back('*' + std::string(host.substr(dot)));
  }
  targets.emplace_back("*Session");  // CRED_SESSION_WILDCARD_NAME
  targets.emplace_back("*");
  return targets;
}

// What there is of a type under a name is a password for who logs on. Programs keep whatever they
// like in Generic ones, under names that may be hosts' too: only under an SPN, where Windows'
// remote desktop looks, is it a password in UTF-16LE.
bool is_password(const SavedCredential& credential) {
  if (std::ranges::find(kPasswordTypes, credential.type) == kPasswordTypes.end()) return false;
  if (credential.user.empty() || credential.blob.size() % 2 != 0) return false;
  return credential.type != SavedType::Generic || spn_of(credential.target);
}

bool matches(std::string_view filter, std::string_view target) {
  if (filter.empty()) return true;
  const std::string wanted = comparable(filter), has = comparable(target);
  if (!wanted.ends_with('*')) return has == wanted;
  return has.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
}

// The key of something that may be there already.
Result<std::string> known_key_name(std::string_view target, SavedType type) {
  std::string name = key_name(target, type);
  if (name.size() <= kMostNameSize) return name;
  return fail(Status::NoCredentials, "nothing is saved under so long a name");
}

Result<SavedCredential> read_from(const Keyring& ring, std::string_view target, SavedType type) {
  TRY_ASSIGN(const std::string name, known_key_name(target, type));
  TRY_ASSIGN(const SecretBytes payload, ring.read(name));
  return parse_saved(payload.expose());
}

StoredIdentity identity_of(SavedCredential saved) {
  NameParts name = split_name(saved.user);
  auto identity = std::make_shared<Identity>();
  identity->user = std::move(name.user);
  identity->domain = std::move(name.domain);
  identity->secret = std::move(saved.blob);
  identity->origin = Identity::Origin::Saved;
  return StoredIdentity{std::move(identity), kNever};
}

}  // namespace

Result<void> SavedCredentials::write(SavedCredential credential, bool keep_blob) {
  const std::string name = key_name(credential.target, credential.type);
  if (name.size() > kMostNameSize) {
    return fail(Status::InsufficientMemory, "the target's name is longer than the kernel keeps");
  }
  TRY_ASSIGN(Keyring ring, Keyring::open(user_, Keyring::Missing::Create));
  if (keep_blob) {
    TRY_ASSIGN(SavedCredential old, read_from(ring, credential.target, credential.type));
    credential.blob = std::move(old.blob);
  }
  credential.last_written = now_();
  TRY_ASSIGN(const SecretBytes payload, write_saved(credential));
  return ring.put(name, payload.expose(), std::nullopt);
}

Result<SavedCredential> SavedCredentials::read(std::string_view target, SavedType type) const {
  TRY_ASSIGN(const Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  return read_from(ring, target, type);
}

Result<void> SavedCredentials::remove(std::string_view target, SavedType type) {
  TRY_ASSIGN(const std::string name, known_key_name(target, type));
  TRY_ASSIGN(Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  return ring.remove(name);
}

Result<std::vector<SavedCredential>> SavedCredentials::list(std::string_view filter) const {
  TRY_ASSIGN(const Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  std::vector<SavedCredential> found;
  for (const std::string& name : ring.names()) {
    if (!name.starts_with(kPrefix)) continue;
    const Result<SecretBytes> payload = ring.read(name);
    if (!payload) continue;  // it ended meanwhile
    Result<SavedCredential> credential = parse_saved(payload->expose());
    if (!credential) continue;  // another version's must not hide the others
    if (matches(filter, credential->target)) found.push_back(*std::move(credential));
  }
  std::ranges::sort(found, {}, [](const SavedCredential& credential) {
    return std::pair(comparable(credential.target), credential.type);
  });
  return found;
}

Result<StoredIdentity> SavedCredentials::find(std::string_view target_name) const {
  TRY_ASSIGN(const Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  for (const std::string& target : targets_for(target_name)) {
    for (const SavedType type : kPasswordTypes) {
      Result<SavedCredential> saved = read_from(ring, target, type);
      if (saved && is_password(*saved)) return identity_of(*std::move(saved));
    }
  }
  return fail(Status::NoCredentials, "no credential is saved for that target");
}

bool SavedCredentials::any() const {
  const Result<Keyring> ring = Keyring::open(user_, Keyring::Missing::Refuse);
  if (!ring) return false;
  return std::ranges::any_of(ring->names(), [&](const std::string& name) {
    if (!name.starts_with(kPrefix)) return false;
    const Result<SecretBytes> payload = ring->read(name);
    if (!payload) return false;
    const Result<SavedCredential> credential = parse_saved(payload->expose());
    return credential && is_password(*credential);
  });
}

}  // namespace opensspi::logon
