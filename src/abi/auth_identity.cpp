// The first words tell the forms apart, the Flags the width of the strings: not the A or W of the
// function that was called.
#include "abi/auth_identity.h"

#include <cstring>
#include <string>
#include <vector>

#include "abi/windows_names.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

// Longer ones are no user names and no passwords, but lengths that were never set.
constexpr std::uint32_t kMaximumLength = 0x7FFF;  // characters

constexpr std::uint32_t kEncrypted = SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED |
                                     SEC_WINNT_AUTH_IDENTITY_FLAGS_SYSTEM_PROTECTED |
                                     SEC_WINNT_AUTH_IDENTITY_FLAGS_USER_PROTECTED |
                                     SEC_WINNT_AUTH_IDENTITY_FLAGS_SYSTEM_ENCRYPTED;

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

template <class T>
Fields plain_fields(const T& identity, bool wide) {
  return {{identity.User, identity.UserLength, wide},
          {identity.Domain, identity.DomainLength, wide},
          {identity.Password, identity.PasswordLength, wide},
          {},
          identity.Flags};
}

template <class T>
Fields extended_fields(const T& identity, bool wide) {
  Fields fields = plain_fields(identity, wide);
  fields.package_list = {identity.PackageList, identity.PackageListLength, wide};
  return fields;
}

// The A and W forms of a structure differ in the type that its pointers point to, and in nothing
// else, so one of them reads both.
Result<Fields> read_fields(const void* auth_identity) {
  // Version and Length of the extended forms; in the plain form here lies a pointer, which on a
  // 64-bit machine cannot look like a version and the right length both.
  std::uint32_t start[2];
  std::memcpy(start, auth_identity, sizeof start);
  if (start[0] == SEC_WINNT_AUTH_IDENTITY_VERSION &&
      start[1] == sizeof(SEC_WINNT_AUTH_IDENTITY_EXW)) {
    const auto& extended = *static_cast<const SEC_WINNT_AUTH_IDENTITY_EXW*>(auth_identity);
    return extended_fields(extended, (extended.Flags & SEC_WINNT_AUTH_IDENTITY_ANSI) == 0);
  }
  if (start[0] == SEC_WINNT_AUTH_IDENTITY_VERSION_2)
    return fail(Status::UnknownCredentials, "packed identities (EX2) are not supported");
  const auto& plain = *static_cast<const SEC_WINNT_AUTH_IDENTITY_W*>(auth_identity);
  return plain_fields(plain, (plain.Flags & SEC_WINNT_AUTH_IDENTITY_ANSI) == 0);
}

Result<std::string> read_name(const Counted& counted) {
  if (!counted.given()) return std::string();
  if (counted.length > kMaximumLength)
    return fail(Status::UnknownCredentials, "a name of the identity is too long");
  const ByteView bytes = counted.bytes();
  if (counted.wide) {
    auto name = utf16le_to_utf8(bytes);
    if (!name) return fail(Status::UnknownCredentials, "a name of the identity is not UTF-16");
    return name;
  }
  std::string name(bytes.begin(), bytes.end());
  if (!utf8_to_utf16(name))
    return fail(Status::UnknownCredentials, "a name of the identity is not UTF-8");
  return name;
}

// UTF-16LE, whatever its units are: Windows takes a password with unpaired surrogates too.
Result<SecretBytes> read_password(const Counted& counted) {
  if (!counted.given()) return SecretBytes();
  if (counted.length > kMaximumLength)
    return fail(Status::UnknownCredentials, "the password of the identity is too long");
  if (counted.wide) return SecretBytes(counted.bytes());
  auto password = secret_utf8_to_utf16le(counted.bytes());
  if (!password) return fail(Status::UnknownCredentials, "the password is not UTF-8");
  return password;
}

}  // namespace

Result<AuthData> read_auth_identity(const void* auth_identity) {
  AuthData data;
  if (auth_identity == nullptr) return data;
  TRY_ASSIGN(const Fields fields, read_fields(auth_identity));
  if ((fields.flags & kEncrypted) != 0)
    return fail(Status::UnknownCredentials, "encrypted identities are not supported");
  TRY_ASSIGN(data.package_list, read_name(fields.package_list));
  if (!fields.user.given() && !fields.domain.given() && !fields.password.given()) return data;

  auto identity = std::make_shared<Identity>();
  TRY_ASSIGN(identity->user, read_name(fields.user));
  TRY_ASSIGN(identity->domain, read_name(fields.domain));
  TRY_ASSIGN(identity->secret, read_password(fields.password));
  data.identity = std::move(identity);
  return data;
}

}  // namespace opensspi::abi
