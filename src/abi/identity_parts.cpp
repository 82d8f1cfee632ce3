// The first words tell the forms apart, the Flags of the plain and the EX form the width of their
// strings: not the A or W of the function that was called.
#include "abi/identity_parts.h"

#include <cstring>

#include "abi/identity_block.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

// Longer ones are no user names and no passwords, but lengths that were never set.
constexpr std::uint32_t kMaximumLength = 0x7FFF;  // characters

// A counted string of the caller. Lengths are in characters; no terminating zero is needed.
struct Counted {
  const void* text = nullptr;
  std::uint32_t length = 0;
  bool wide = true;

  [[nodiscard]] bool given() const { return text != nullptr; }
  [[nodiscard]] ByteView bytes() const {
    return {static_cast<const std::uint8_t*>(text), std::size_t{length} * (wide ? 2 : 1)};
  }
};

struct Fields {
  Counted user, domain, password, package_list;
  std::uint32_t flags = 0;
};

// The A and W forms of a structure differ in the type that its pointers point to, and in nothing
// else, so one of them reads both. It is copied, for it need not be aligned.
template <class T>
T structure_at(const void* start) {
  T structure;
  std::memcpy(&structure, start, sizeof structure);
  return structure;
}

template <class T>
Fields fields_of(const T& identity) {
  const bool wide = (identity.Flags & SEC_WINNT_AUTH_IDENTITY_ANSI) == 0;
  Fields fields{{identity.User, identity.UserLength, wide},
                {identity.Domain, identity.DomainLength, wide},
                {identity.Password, identity.PasswordLength, wide},
                {},
                identity.Flags};
  if constexpr (requires { identity.PackageList; })
    fields.package_list = {identity.PackageList, identity.PackageListLength, wide};
  return fields;
}

// Of the plain or the EX form.
Result<Fields> read_fields(const void* start) {
  std::uint32_t words[2];
  std::memcpy(words, start, sizeof words);
  using Extended = SEC_WINNT_AUTH_IDENTITY_EXW;
  // In the plain form a pointer lies here: what looks like a version may be its lower half.
  const bool could_be_an_address = words[1] > 0xFF;
  if (words[0] != SEC_WINNT_AUTH_IDENTITY_VERSION || could_be_an_address)
    return fields_of(structure_at<SEC_WINNT_AUTH_IDENTITY_W>(start));
  if (words[1] < sizeof(Extended))
    return fail(Status::InvalidToken, "Length of the identity is not that of its structure");
  return fields_of(structure_at<Extended>(start));
}

Result<std::optional<Bytes>> read_name(const Counted& counted) {
  if (!counted.given()) return std::nullopt;
  if (counted.length > kMaximumLength)
    return fail(Status::InvalidToken, "a name of the identity is too long");
  if (counted.wide) return copy(counted.bytes());
  const ByteView bytes = counted.bytes();
  auto name = utf8_to_utf16le({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!name) return fail(Status::InvalidToken, "a name of the identity is not UTF-8");
  return name;
}

// UTF-16LE, whatever its units are: Windows takes a password with unpaired surrogates too.
Result<std::optional<SecretBytes>> read_password(const Counted& counted) {
  if (!counted.given()) return std::nullopt;
  if (counted.length > kMaximumLength)
    return fail(Status::InvalidToken, "the password of the identity is too long");
  if (counted.wide) return SecretBytes(counted.bytes());
  auto password = secret_utf8_to_utf16le(counted.bytes());
  if (!password) return fail(Status::InvalidToken, "the password is not UTF-8");
  return password;
}

}  // namespace

Result<IdentityParts> read_identity(const void* identity) {
  if (is_identity_block(identity)) {
    TRY_ASSIGN(const ByteView block, identity_block_at(identity));
    return read_identity_block(block);
  }
  TRY_ASSIGN(const Fields fields, read_fields(identity));
  if ((fields.flags & kEncrypted) != 0)
    return fail(Status::UnknownCredentials,
                "only identities in one block (EX2) are understood when they are encrypted");
  IdentityParts parts;
  parts.flags = fields.flags & kIdentityFlags;
  TRY_ASSIGN(parts.user, read_name(fields.user));
  TRY_ASSIGN(parts.domain, read_name(fields.domain));
  TRY_ASSIGN(parts.password, read_password(fields.password));
  TRY_ASSIGN(auto packages, read_name(fields.package_list));
  if (packages) parts.package_list = std::move(*packages);
  return parts;
}

Result<std::uint32_t> identity_flags(const void* identity) {
  if (is_identity_block(identity)) {
    TRY_ASSIGN(const ByteView block, identity_block_at(identity));
    TRY_ASSIGN(const auto header, read_identity_header(block));
    return header.Flags;
  }
  TRY_ASSIGN(const Fields fields, read_fields(identity));
  return fields.flags;
}

void erase_identity(void* identity) noexcept {
  ByteView secret;
  if (is_identity_block(identity)) {
    if (const auto block = identity_block_at(identity)) secret = *block;
  } else if (const auto fields = read_fields(identity); fields && fields->password.given()) {
    if (fields->password.length <= kMaximumLength) secret = fields->password.bytes();
  }
  erase({const_cast<std::uint8_t*>(secret.data()), secret.size()});
}

}  // namespace opensspi::abi
