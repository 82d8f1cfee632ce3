// CredPackAuthenticationBuffer and CredUnPackAuthenticationBuffer of wincred.h: a name and a
// password in one buffer, a packed KERB_INTERACTIVE_LOGON or, for online identities, an identity in
// one block (EX2). Nothing here keeps a key for a logon session, so buffers are not encrypted, and
// a caller who asks for that is refused.
#include <cstring>

#include "abi/arguments.h"
#include "abi/guard.h"
#include "abi/identity_block.h"
#include "abi/logon_buffer.h"
#include "abi/packed_credentials.h"
#include "abi/wide_text.h"
#include "wincred.h"

namespace opensspi::abi {
namespace {

constexpr DWORD kPackFlags = CRED_PACK_PROTECTED_CREDENTIALS | CRED_PACK_WOW_BUFFER |
                             CRED_PACK_GENERIC_CREDENTIALS | CRED_PACK_ID_PROVIDER_CREDENTIALS;

Result<void> check_flags(DWORD flags) {
  if ((flags & ~kPackFlags) != 0)
    return fail(Status::InvalidParameter, "the flags have a bit that is not known");
  if ((flags & CRED_PACK_WOW_BUFFER) != 0)
    return fail(Status::UnsupportedFunction, "there are no buffers for 32-bit programs");
  return {};
}

Error too_small() {
  return {Status::BufferTooSmall, "a buffer is too small; the size that is needed is set"};
}

// `size` is what the caller's buffer has, and becomes what is needed.
Result<ByteSpan> claim(PBYTE out, DWORD* size, std::size_t needed) {
  const bool fits = out != nullptr && *size >= needed;
  *size = static_cast<DWORD>(needed);
  if (!fits) return fail(too_small());
  std::memset(out, 0, needed);
  return ByteSpan(out, needed);
}

Result<void> pack_identity(AccountName name, SecretBytes password, PBYTE out, DWORD* size) {
  IdentityParts parts;
  parts.user = copy(name.user);
  if (name.domain) parts.domain = copy(*name.domain);
  parts.password = std::move(password);
  parts.flags = SEC_WINNT_AUTH_IDENTITY_FLAGS_ID_PROVIDER;
  TRY_ASSIGN(const auto block, write_identity_block(parts));
  TRY_ASSIGN(const ByteView bytes, identity_block_at(block.get()));
  TRY_ASSIGN(const ByteSpan place, claim(out, size, bytes.size()));
  std::memcpy(place.data(), bytes.data(), bytes.size());
  return {};
}

template <class Char>
BOOL pack(DWORD flags, const Char* user, const Char* password, PBYTE out, DWORD* size) noexcept {
  return guard_value<BOOL>(FALSE, [&]() -> Result<BOOL> {
    TRY(need({size}));
    TRY(check_flags(flags));
    if ((flags & CRED_PACK_PROTECTED_CREDENTIALS) != 0)
      return fail(Status::UnsupportedFunction,
                  "there is no key of a logon session to encrypt with");
    TRY_ASSIGN(const Bytes whole_name, utf16_from(user));
    TRY_ASSIGN(SecretBytes secret, secret_utf16_from(password));
    AccountName name = split_account_name(whole_name);
    if ((flags & CRED_PACK_ID_PROVIDER_CREDENTIALS) != 0) {
      TRY(pack_identity(name, std::move(secret), out, size));
      return TRUE;
    }
    // Generic credentials are not a Windows account's: their names mean nothing here.
    if ((flags & CRED_PACK_GENERIC_CREDENTIALS) != 0) name = {std::nullopt, whole_name};
    const LogonStrings strings{name.domain.value_or(ByteView()), name.user, secret.expose()};
    TRY_ASSIGN(const std::size_t needed, logon_buffer_size(strings));
    TRY_ASSIGN(const ByteSpan place, claim(out, size, needed));
    write_logon_buffer(strings, place);
    return TRUE;
  });
}

Result<IdentityParts> read_buffer(ByteView buffer) {
  std::uint32_t first = 0;
  if (buffer.size() < sizeof first) return fail(Status::InvalidToken, "the buffer is too short");
  std::memcpy(&first, buffer.data(), sizeof first);
  const bool is_identity = first == SEC_WINNT_AUTH_IDENTITY_VERSION_2;
  TRY_ASSIGN(auto parts, is_identity ? read_identity_block(buffer) : read_logon_buffer(buffer));
  if (!parts.packed.empty()) return fail(no_password(parts.packed.expose()));
  if ((parts.flags & OPENSSPI_AUTH_IDENTITY_NT_HASH) != 0)
    return fail(Status::UnknownCredentials, "the identity holds an NT hash, not a password");
  return parts;
}

// One of the texts that the caller has a place for.
template <class Char>
class Place {
 public:
  Place(Char* out, DWORD* length, SecretBytes text)
      : out_(out), length_(length), text_(std::move(text)) {}

  // In characters, with the zero.
  [[nodiscard]] std::size_t needed() const { return text_.size() / sizeof(Char) + 1; }
  [[nodiscard]] bool fits() const {
    return length_ == nullptr || (out_ != nullptr && *length_ >= needed());
  }
  void put(bool text_too) {
    if (length_ == nullptr) return;
    *length_ = static_cast<DWORD>(needed());
    if (!text_too) return;
    if (!text_.empty()) std::memcpy(out_, text_.expose().data(), text_.size());
    out_[needed() - 1] = 0;
  }

 private:
  Char* out_;
  DWORD* length_;
  SecretBytes text_;
};

template <class Char>
struct Text {
  Char* out;
  DWORD* length;
};

template <class Char>
Result<Place<Char>> place_of(const Text<Char>& text, ByteView utf16le) {
  TRY_ASSIGN(SecretBytes own, secret_text_to<Char>(utf16le));
  return Place<Char>(text.out, text.length, std::move(own));
}

// Without a place for the domain, the name is "DOMAIN\user".
template <class Char>
BOOL unpack(DWORD flags, const void* buffer, DWORD size, Text<Char> user, Text<Char> domain,
            Text<Char> password) noexcept {
  return guard_value<BOOL>(FALSE, [&]() -> Result<BOOL> {
    TRY(need({buffer}));
    TRY(check_flags(flags));
    TRY_ASSIGN(const IdentityParts parts,
               read_buffer({static_cast<const std::uint8_t*>(buffer), size}));
    AccountName name;
    if (parts.user) name.user = *parts.user;
    if (parts.domain) name.domain = *parts.domain;
    const Bytes joined = join_account_name(name);
    TRY_ASSIGN(auto user_place,
               place_of(user, domain.length == nullptr ? ByteView(joined) : name.user));
    TRY_ASSIGN(auto domain_place, place_of(domain, name.domain.value_or(ByteView())));
    TRY_ASSIGN(auto password_place,
               place_of(password, parts.password ? parts.password->expose() : ByteView()));
    const bool fits = user_place.fits() && domain_place.fits() && password_place.fits();
    for (Place<Char>* place : {&user_place, &domain_place, &password_place}) place->put(fits);
    if (!fits) return fail(too_small());
    return TRUE;
  });
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi::abi;

OPENSSPI_EXPORT BOOL WINAPI CredPackAuthenticationBufferW(DWORD dwFlags, LPWSTR pszUserName,
                                                          LPWSTR pszPassword,
                                                          PBYTE pPackedCredentials,
                                                          DWORD* pcbPackedCredentials) {
  return pack<SEC_WCHAR>(dwFlags, pszUserName, pszPassword, pPackedCredentials,
                         pcbPackedCredentials);
}

OPENSSPI_EXPORT BOOL WINAPI CredPackAuthenticationBufferA(DWORD dwFlags, LPSTR pszUserName,
                                                          LPSTR pszPassword,
                                                          PBYTE pPackedCredentials,
                                                          DWORD* pcbPackedCredentials) {
  return pack<SEC_CHAR>(dwFlags, pszUserName, pszPassword, pPackedCredentials,
                        pcbPackedCredentials);
}

OPENSSPI_EXPORT BOOL WINAPI CredUnPackAuthenticationBufferW(
    DWORD dwFlags, PVOID pAuthBuffer, DWORD cbAuthBuffer, LPWSTR pszUserName,
    DWORD* pcchMaxUserName, LPWSTR pszDomainName, DWORD* pcchMaxDomainName, LPWSTR pszPassword,
    DWORD* pcchMaxPassword) {
  return unpack<SEC_WCHAR>(dwFlags, pAuthBuffer, cbAuthBuffer, {pszUserName, pcchMaxUserName},
                           {pszDomainName, pcchMaxDomainName}, {pszPassword, pcchMaxPassword});
}

OPENSSPI_EXPORT BOOL WINAPI CredUnPackAuthenticationBufferA(
    DWORD dwFlags, PVOID pAuthBuffer, DWORD cbAuthBuffer, LPSTR pszUserName, DWORD* pcchMaxUserName,
    LPSTR pszDomainName, DWORD* pcchMaxDomainName, LPSTR pszPassword, DWORD* pcchMaxPassword) {
  return unpack<SEC_CHAR>(dwFlags, pAuthBuffer, cbAuthBuffer, {pszUserName, pcchMaxUserName},
                          {pszDomainName, pcchMaxDomainName}, {pszPassword, pcchMaxPassword});
}
