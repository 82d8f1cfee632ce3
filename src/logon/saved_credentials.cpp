// One key for each: its name is "saved:" with the type and the comparable target. The payload:
//   [0] 1  [1-4] type  [5-8] flags  [9-12] persist  [13-20] last written
//   target, alias, comment, user: each size (2 bytes) and UTF-8
//   number of attributes (2); each: keyword (2 + n), flags (4), value (2 + n)
//   the blob
#include "logon/saved_credentials.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/reader.h"
#include "base/writer.h"
#include "logon/stored_identity.h"
#include "sspi/target_name.h"

namespace opensspi::logon {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kPrefix = "saved:";

std::string key_name(std::string_view target, SavedType type) {
  return std::string(kPrefix) + std::to_string(static_cast<std::uint32_t>(type)) + ':' +
         comparable(target);
}

void write_sized(Writer& writer, ByteView bytes) {
  writer.u16_le(static_cast<std::uint16_t>(bytes.size())).bytes(bytes);
}

std::string read_text(Reader& reader) {
  const ByteView text = reader.bytes(reader.u16_le());
  return {text.begin(), text.end()};
}

SecretBytes write_payload(const SavedCredential& credential) {
  Writer head;
  head.u8(kVersion).u32_le(static_cast<std::uint32_t>(credential.type));
  head.u32_le(credential.flags).u32_le(credential.persist).u64_le(credential.last_written);
  for (const std::string* text :
       {&credential.target, &credential.target_alias, &credential.comment, &credential.user}) {
    write_sized(head, view(*text));
  }
  head.u16_le(static_cast<std::uint16_t>(credential.attributes.size()));
  for (const SavedAttribute& attribute : credential.attributes) {
    write_sized(head, view(attribute.keyword));
    head.u32_le(attribute.flags);
    write_sized(head, attribute.value);
  }
  SecretBytes payload(head.size() + credential.blob.size());
  const auto end = std::ranges::copy(head.view(), payload.expose_mutable().begin()).out;
  std::ranges::copy(credential.blob.expose(), end);
  return payload;
}

Result<SavedCredential> parse_payload(ByteView payload) {
  Reader reader(payload);
  if (reader.u8() != kVersion) reader.reject();
  SavedCredential credential;
  credential.type = static_cast<SavedType>(reader.u32_le());
  credential.flags = reader.u32_le();
  credential.persist = reader.u32_le();
  credential.last_written = reader.u64_le();
  credential.target = read_text(reader);
  credential.target_alias = read_text(reader);
  credential.comment = read_text(reader);
  credential.user = read_text(reader);
  for (std::uint16_t left = reader.u16_le(); left > 0 && reader.ok(); --left) {
    SavedAttribute attribute;
    attribute.keyword = read_text(reader);
    attribute.flags = reader.u32_le();
    attribute.value = copy(reader.bytes(reader.u16_le()));
    credential.attributes.push_back(std::move(attribute));
  }
  credential.blob = SecretBytes(reader.rest());
  if (!reader.finish("")) {
    return fail(Status::InternalError, "a saved credential is not one of this version");
  }
  return credential;
}

// The targets that may stand for one, the most special first.
std::vector<std::string> targets_for(std::string_view target_name) {
  std::vector<std::string> targets{std::string(target_name)};
  const std::string_view host = host_of(target_name);
  if (host != target_name) targets.emplace_back(host);
  for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
       dot = host.find('.', dot + 1)) {
    targets.push_back('*' + std::string(host.substr(dot)));
  }
  targets.emplace_back("*");
  return targets;
}

bool matches(std::string_view filter, std::string_view target) {
  if (filter.empty()) return true;
  const std::string wanted = comparable(filter), has = comparable(target);
  if (!wanted.ends_with('*')) return has == wanted;
  return has.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
}

Result<SavedCredential> read_from(const Keyring& ring, std::string_view target, SavedType type) {
  TRY_ASSIGN(const SecretBytes payload, ring.read(key_name(target, type)));
  return parse_payload(payload.expose());
}

}  // namespace

Result<void> SavedCredentials::write(SavedCredential credential, bool keep_blob) {
  TRY_ASSIGN(Keyring ring, Keyring::open(user_, Keyring::Missing::Create));
  if (keep_blob) {
    TRY_ASSIGN(SavedCredential old, read_from(ring, credential.target, credential.type));
    credential.blob = std::move(old.blob);
  }
  credential.last_written = now_();
  const SecretBytes payload = write_payload(credential);
  return ring.put(key_name(credential.target, credential.type), payload.expose(), std::nullopt);
}

Result<SavedCredential> SavedCredentials::read(std::string_view target, SavedType type) const {
  TRY_ASSIGN(const Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  return read_from(ring, target, type);
}

Result<void> SavedCredentials::remove(std::string_view target, SavedType type) {
  TRY_ASSIGN(Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  return ring.remove(key_name(target, type));
}

Result<std::vector<SavedCredential>> SavedCredentials::list(std::string_view filter) const {
  TRY_ASSIGN(const Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  std::vector<std::string> names = ring.names();
  std::erase_if(names, [](const std::string& name) { return !name.starts_with(kPrefix); });
  std::ranges::sort(names);
  std::vector<SavedCredential> found;
  for (const std::string& name : names) {
    const Result<SecretBytes> payload = ring.read(name);
    if (!payload) continue;  // it ended meanwhile
    TRY_ASSIGN(SavedCredential credential, parse_payload(payload->expose()));
    if (matches(filter, credential.target)) found.push_back(std::move(credential));
  }
  return found;
}

Result<StoredIdentity> SavedCredentials::find(std::string_view target_name) const {
  TRY_ASSIGN(const Keyring ring, Keyring::open(user_, Keyring::Missing::Refuse));
  for (const std::string& target : targets_for(target_name)) {
    for (const SavedType type :
         {SavedType::DomainPassword, SavedType::Generic, SavedType::DomainVisiblePassword}) {
      Result<SavedCredential> saved = read_from(ring, target, type);
      if (!saved || saved->user.empty()) continue;
      NameParts name = split_name(saved->user);
      auto identity = std::make_shared<Identity>();
      identity->user = std::move(name.user);
      identity->domain = std::move(name.domain);
      identity->secret = std::move(saved->blob);
      identity->origin = Identity::Origin::Saved;
      return StoredIdentity{std::move(identity), kNever};
    }
  }
  return fail(Status::NoCredentials, "no credential is saved for that target");
}

bool SavedCredentials::any() const {
  const Result<Keyring> ring = Keyring::open(user_, Keyring::Missing::Refuse);
  if (!ring) return false;
  return std::ranges::any_of(ring->names(),
                             [](const std::string& name) { return name.starts_with(kPrefix); });
}

}  // namespace opensspi::logon
