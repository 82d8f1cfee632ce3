// What an identity says becomes what packages take: names in UTF-8, and one secret.
#include "abi/auth_identity.h"

#include <optional>
#include <string>

#include "abi/certificate_logon.h"
#include "abi/certificates.h"
#include "abi/identity_parts.h"
#include "abi/logon_buffer.h"
#include "abi/marshalled_credential.h"
#include "abi/packed_credentials.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

Result<std::string> to_name(const Bytes& text) {
  auto name = utf16le_to_utf8(text);
  if (!name) return fail(Status::UnknownCredentials, "a name of the identity is not UTF-16");
  return name;
}

std::uint8_t digit_value(std::uint8_t unit) {
  if (unit >= '0' && unit <= '9') return static_cast<std::uint8_t>(unit - '0');
  const auto lower = static_cast<std::uint8_t>(unit | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
  return 0xFF;
}

// OPENSSPI_AUTH_IDENTITY_NT_HASH: digits in UTF-16LE.
Result<NtHash> to_nt_hash(ByteView digits) {
  NtHash hash;
  const auto out = hash.expose_mutable();
  bool well_formed = digits.size() == 4 * out.size();
  for (std::size_t i = 0; well_formed && i < out.size(); ++i) {
    const ByteView pair = digits.subspan(4 * i, 4);
    const std::uint8_t high = digit_value(pair[0]), low = digit_value(pair[2]);
    well_formed = high < 16 && low < 16 && pair[1] == 0 && pair[3] == 0;
    out[i] = static_cast<std::uint8_t>(high << 4 | (low & 0xF));
  }
  if (!well_formed)
    return fail(Status::UnknownCredentials, "the NT hash is not 32 hexadecimal digits");
  return hash;
}

// CredMarshalCredential's name of a certificate.
std::optional<CertificateHash> certificate_named(const std::string& user) {
  const auto marshalled = read_marshalled(user);
  const auto* hash = marshalled ? std::get_if<CertificateHash>(&*marshalled) : nullptr;
  return hash != nullptr ? std::optional(*hash) : std::nullopt;
}

SmartCard logon_with(const CertificateHash& hash, SecretBytes pin) {
  SmartCard card;
  card.pin = std::move(pin);
  card.key_pair = find_own_certificate(hash.sha1);
  card.certificate_hash = hash.sha1;
  return card;
}

Result<AuthData> to_auth_data(IdentityParts parts) {
  AuthData data;
  TRY_ASSIGN(data.package_list, to_name(parts.package_list));
  if (!parts.packed.empty()) return fail(no_password(parts.packed.expose()));
  if (!parts.user && !parts.domain && !parts.password) return data;

  auto identity = std::make_shared<Identity>();
  TRY_ASSIGN(identity->user, to_name(parts.user.value_or(Bytes())));
  TRY_ASSIGN(identity->domain, to_name(parts.domain.value_or(Bytes())));
  SecretBytes password;
  if (parts.password) password = std::move(*parts.password);
  if ((parts.flags & OPENSSPI_AUTH_IDENTITY_NT_HASH) != 0) {
    TRY_ASSIGN(identity->secret, to_nt_hash(password.expose()));
  } else if (const auto hash = certificate_named(identity->user)) {
    identity->user.clear();
    identity->secret = logon_with(*hash, std::move(password));
  } else {
    identity->secret = std::move(password);
  }
  data.identity = std::move(identity);
  return data;
}

Result<AuthData> to_auth_data(Identity identity) {
  AuthData data;
  data.identity = std::make_shared<Identity>(std::move(identity));
  return data;
}

// What is malformed for those who read it is unknown to those who acquire with it.
template <class T>
Result<AuthData> acquired(Result<T> read) {
  if (read) return to_auth_data(std::move(*read));
  Error error = read.error();
  if (error.status == Status::InvalidToken) error.status = Status::UnknownCredentials;
  return fail(error);
}

}  // namespace

Result<AuthData> read_auth_identity(const void* auth_identity) {
  if (auth_identity == nullptr) return AuthData{};
  if (is_certificate_logon(auth_identity))
    return acquired(read_certificate_logon_at(auth_identity));
  return acquired(read_identity(auth_identity));
}

Result<AuthData> read_certificate(const void* logon_buffer) {
  if (logon_buffer == nullptr) return AuthData{};
  return acquired(read_certificate_logon_at(logon_buffer));
}

Result<AuthData> read_submit_buffer(const void* buffer) {
  const bool is_password =
      buffer != nullptr && is_logon_buffer(buffer) && !is_certificate_logon(buffer);
  return is_password ? acquired(read_logon_buffer_at(buffer)) : read_auth_identity(buffer);
}

}  // namespace opensspi::abi
