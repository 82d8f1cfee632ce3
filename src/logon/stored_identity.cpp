// The payload:
//   [0] 1  [1] kind of secret: 0 none, 1 password in UTF-16LE, 2 NT hash  [2-9] since  [10-17]
//   expiry [18-19] size of the user's name, the name, size of the domain's, the domain; the secret
#include "logon/stored_identity.h"

#include <algorithm>
#include <utility>

#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::logon {
namespace {

constexpr std::uint8_t kVersion = 1;

enum class SecretKind : std::uint8_t { None = 0, Password = 1, NtHash = 2 };

SecretKind kind_of(const Identity& identity) {
  if (identity.password() != nullptr) return SecretKind::Password;
  return identity.nt_hash() != nullptr ? SecretKind::NtHash : SecretKind::None;
}

ByteView secret_of(const Identity& identity) {
  if (const SecretBytes* password = identity.password()) return password->expose();
  if (const NtHash* hash = identity.nt_hash()) return hash->expose();
  return {};
}

void write_name(Writer& writer, std::string_view name) {
  writer.u16_le(static_cast<std::uint16_t>(name.size())).bytes(view(name));
}

std::string read_name(Reader& reader) {
  const ByteView name = reader.bytes(reader.u16_le());
  return {name.begin(), name.end()};
}

// UTF-16 code units; Windows' UNLEN and DNS_MAX_NAME_LENGTH.
constexpr std::size_t kMaxUser = 256, kMaxDomain = 255;

bool is_name(std::string_view utf8, std::size_t max_units) {
  const auto utf16 = utf8_to_utf16(utf8);
  return utf16 && utf16->size() <= max_units && utf16->find(u'\0') == std::u16string::npos &&
         utf16->find(u'\\') == std::u16string::npos;
}

}  // namespace

Result<void> check_names(const Identity& identity) {
  if (identity.user.empty()) {
    return fail(Status::InvalidParameter, "an identity that logs on needs a name");
  }
  if (!is_name(identity.user, kMaxUser) || !is_name(identity.domain, kMaxDomain)) {
    return fail(Status::InvalidParameter,
                "a name is too long, is not UTF-8, or has a backslash in it");
  }
  return {};
}

SecretBytes write_logged_on(const LoggedOn& logged_on) {
  Writer head;
  head.u8(kVersion).u8(static_cast<std::uint8_t>(kind_of(logged_on.identity)));
  head.u64_le(logged_on.since).u64_le(logged_on.expiry);
  write_name(head, logged_on.identity.user);
  write_name(head, logged_on.identity.domain);
  const ByteView secret = secret_of(logged_on.identity);
  SecretBytes payload(head.size() + secret.size());
  const auto end = std::ranges::copy(head.view(), payload.expose_mutable().begin()).out;
  std::ranges::copy(secret, end);
  return payload;
}

Result<LoggedOn> parse_logged_on(ByteView payload) {
  Reader reader(payload);
  if (reader.u8() != kVersion) reader.reject();
  const auto kind = static_cast<SecretKind>(reader.u8());
  LoggedOn logged_on;
  logged_on.since = reader.u64_le();
  logged_on.expiry = reader.u64_le();
  logged_on.identity.user = read_name(reader);
  logged_on.identity.domain = read_name(reader);
  logged_on.identity.origin = Identity::Origin::Default;
  if (kind == SecretKind::Password) {
    logged_on.identity.secret = SecretBytes(reader.rest());
  } else if (kind == SecretKind::NtHash) {
    NtHash hash;
    const ByteView bytes = reader.bytes(hash.expose().size());
    if (reader.ok()) std::ranges::copy(bytes, hash.expose_mutable().begin());
    logged_on.identity.secret = std::move(hash);
  }
  const bool is_ours = check_names(logged_on.identity).has_value();
  if (!reader.finish("") || !is_ours) {
    return fail(Status::InternalError, "a stored identity is not one of this version");
  }
  return logged_on;
}

NameParts split_name(std::string_view name) {
  const std::size_t backslash = name.find('\\');
  if (backslash == std::string_view::npos) return {std::string(name), {}};
  return {std::string(name.substr(backslash + 1)), std::string(name.substr(0, backslash))};
}

std::string joined_name(std::string_view domain, std::string_view user) {
  return domain.empty() ? std::string(user) : std::string(domain) + '\\' + std::string(user);
}

std::string comparable(std::string_view name) {
  const auto utf16 = utf8_to_utf16(name);
  if (!utf16) return std::string(name);
  return utf16_to_utf8(upper(*utf16)).value_or(std::string(name));
}

}  // namespace opensspi::logon
