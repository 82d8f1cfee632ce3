// The Sspi functions of sspi/identity.h that make, copy, compare and take apart identities. What
// they hand out is an identity in one block (EX2), whatever came in.
#include <cstring>

#include "abi/arguments.h"
#include "abi/guard.h"
#include "abi/identity_block.h"
#include "abi/identity_cipher.h"
#include "abi/memory.h"
#include "abi/packed_credentials.h"
#include "abi/wide_text.h"
#include "base/utf16.h"
#include "ntstatus.h"

namespace opensspi::abi {
namespace {

using Opaque = PSEC_WINNT_AUTH_IDENTITY_OPAQUE;
using IdentityBlock = Block<std::uint8_t>;

Result<void> hand_out(Result<IdentityBlock> block, Opaque* out) {
  if (!block) return fail(block.error());
  TRY(need({out}));
  *out = block->release();
  return {};
}

// NULL is an identity that says nothing: the default credentials.
Result<IdentityParts> read_or_nothing(const void* identity) {
  if (identity == nullptr) return IdentityParts{};
  return read_identity(identity);
}

bool is_encrypted(std::uint32_t flags) {
  return (flags & kEncrypted) != 0;
}

// One that is encrypted stays so.
Result<IdentityBlock> copy_identity_block(ByteView block) {
  TRY_ASSIGN(const IdentityParts parts, read_identity_block(block));
  TRY_ASSIGN(const auto header, read_identity_header(block));
  if (!is_encrypted(header.Flags)) return write_identity_block(parts);
  return copy_to_block(block.first(header.cbStructureLength + kIdentityRoom));
}

Result<IdentityBlock> copy_identity(const void* identity) {
  if (is_identity_block(identity)) {
    TRY_ASSIGN(const ByteView block, identity_block_at(identity));
    return copy_identity_block(block);
  }
  TRY_ASSIGN(const IdentityParts parts, read_identity(identity));
  return write_identity_block(parts);
}

Result<void> marshal(const void* identity, ULONG* length, char** bytes) {
  TRY_ASSIGN(const IdentityBlock block, copy_identity(identity));
  std::size_t size = 0;
  TRY_ASSIGN(auto marshalled, marshalled_identity(block.get(), size));
  *length = static_cast<ULONG>(size);
  *bytes = reinterpret_cast<char*>(marshalled.release());
  return {};
}

Result<Block<SEC_WCHAR>> name_block(const std::optional<Bytes>& name) {
  if (!name) return Block<SEC_WCHAR>();
  return wide_block(*name);
}

Result<Block<SEC_WCHAR>> password_block(const IdentityParts& parts) {
  if (!parts.packed.empty()) return fail(no_password(parts.packed.expose()));
  if (!parts.password) return Block<SEC_WCHAR>();
  if ((parts.flags & OPENSSPI_AUTH_IDENTITY_NT_HASH) != 0)
    return fail(Status::UnknownCredentials, "the identity holds an NT hash, not a password");
  return wide_block(parts.password->expose());
}

bool same_text(const Bytes& a, const Bytes& b) {
  const auto folded = [](const Bytes& text) {
    std::u16string units(text.size() / 2, u'\0');
    if (!units.empty()) std::memcpy(units.data(), text.data(), 2 * units.size());
    return upper(units);
  };
  return folded(a) == folded(b);
}

bool same_user(const IdentityParts& a, const IdentityParts& b) {
  if (a.user.has_value() != b.user.has_value()) return false;
  const auto text = [](const std::optional<Bytes>& name) { return name.value_or(Bytes()); };
  return same_text(text(a.user), text(b.user)) && same_text(text(a.domain), text(b.domain));
}

bool same_credentials(const IdentityParts& a, const IdentityParts& b) {
  constexpr std::uint32_t kKind = OPENSSPI_AUTH_IDENTITY_NT_HASH;
  if (a.password.has_value() != b.password.has_value()) return false;
  if ((a.flags & kKind) != (b.flags & kKind)) return false;
  if (a.password && !equal(a.password->expose(), b.password->expose())) return false;
  return equal(a.packed.expose(), b.packed.expose());
}

Result<IdentityBlock> without_package(const void* identity, const SEC_WCHAR* package) {
  TRY_ASSIGN(IdentityParts parts, read_or_nothing(identity));
  Bytes& list = parts.package_list;
  if (!list.empty()) list.insert(list.end(), {',', 0});
  list.insert(list.end(), {'!', 0});
  append(list, units_of(package));
  TRY_ASSIGN(auto block, write_identity_block(parts));
  if (identity == nullptr) return block;
  TRY_ASSIGN(const std::uint32_t flags, identity_flags(identity));
  if (is_encrypted(flags)) {
    TRY_ASSIGN(const ByteView bytes, identity_block_at(block.get()));
    TRY(encrypt_identity_block({block.get(), bytes.size()}));
  }
  return block;
}

void release(void* pointer) noexcept {
  if (pointer == nullptr || free_block(pointer)) return;
  remember_error({Status::InvalidParameter, "this was not handed out by the library"});
}

}  // namespace
}  // namespace opensspi::abi

using namespace opensspi;
using namespace opensspi::abi;

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SspiEncodeStringsAsAuthIdentity(
    PCWSTR pszUserName, PCWSTR pszDomainName, PCWSTR pszPackedCredentialsString,
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE* ppAuthIdentity) {
  return guard([&]() -> Result<void> {
    if (pszUserName == nullptr && pszDomainName == nullptr && pszPackedCredentialsString == nullptr)
      return fail(Status::InvalidToken, "neither a user, a domain nor credentials are given");
    IdentityParts parts;
    if (pszUserName != nullptr) parts.user = copy(units_of(pszUserName));
    if (pszDomainName != nullptr) parts.domain = copy(units_of(pszDomainName));
    if (pszPackedCredentialsString != nullptr)
      parts.password = SecretBytes(units_of(pszPackedCredentialsString));
    return hand_out(write_identity_block(parts), ppAuthIdentity);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiEncodeAuthIdentityAsStrings(PSEC_WINNT_AUTH_IDENTITY_OPAQUE pAuthIdentity, PCWSTR* ppszUserName,
                                PCWSTR* ppszDomainName, PCWSTR* ppszPackedCredentialsString) {
  return guard([&]() -> Result<void> {
    TRY(need({pAuthIdentity, ppszUserName, ppszDomainName}));
    TRY_ASSIGN(const std::uint32_t flags, identity_flags(pAuthIdentity));
    if (is_encrypted(flags))
      return fail(static_cast<Status>(STATUS_INVALID_PARAMETER), "the identity is encrypted");
    TRY_ASSIGN(const IdentityParts parts, read_identity(pAuthIdentity));
    TRY_ASSIGN(auto user, name_block(parts.user));
    TRY_ASSIGN(auto domain, name_block(parts.domain));
    if (ppszPackedCredentialsString != nullptr) {
      TRY_ASSIGN(auto password, password_block(parts));
      *ppszPackedCredentialsString = password.release();
    }
    *ppszUserName = user.release();
    *ppszDomainName = domain.release();
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiValidateAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData) {
  return guard([&]() -> Result<void> {
    TRY(need({AuthData}));
    TRY(read_identity(AuthData));
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SspiCopyAuthIdentity(
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData, PSEC_WINNT_AUTH_IDENTITY_OPAQUE* AuthDataCopy) {
  return guard([&]() -> Result<void> {
    TRY(need({AuthData}));
    return hand_out(copy_identity(AuthData), AuthDataCopy);
  });
}

OPENSSPI_EXPORT VOID SEC_ENTRY SspiFreeAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData) {
  release(AuthData);
}

OPENSSPI_EXPORT VOID SEC_ENTRY SspiZeroAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthData) {
  if (AuthData != nullptr) erase_identity(AuthData);
}

OPENSSPI_EXPORT VOID SEC_ENTRY SspiLocalFree(PVOID DataBuffer) {
  release(DataBuffer);
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY SspiCompareAuthIdentities(
    PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity1, PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity2,
    PBOOLEAN SameSuppliedUser, PBOOLEAN SameSuppliedIdentity) {
  return guard([&]() -> Result<void> {
    TRY_ASSIGN(const IdentityParts first, read_or_nothing(AuthIdentity1));
    TRY_ASSIGN(const IdentityParts second, read_or_nothing(AuthIdentity2));
    const bool user = same_user(first, second);
    if (SameSuppliedUser != nullptr) *SameSuppliedUser = user ? TRUE : FALSE;
    if (SameSuppliedIdentity != nullptr)
      *SameSuppliedIdentity = user && same_credentials(first, second) ? TRUE : FALSE;
    return {};
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiMarshalAuthIdentity(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, ULONG* AuthIdentityLength,
                        char** AuthIdentityByteArray) {
  return guard([&]() -> Result<void> {
    TRY(need({AuthIdentity, AuthIdentityLength, AuthIdentityByteArray}));
    return marshal(AuthIdentity, AuthIdentityLength, AuthIdentityByteArray);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiUnmarshalAuthIdentity(ULONG AuthIdentityLength, char* AuthIdentityByteArray,
                          PSEC_WINNT_AUTH_IDENTITY_OPAQUE* ppAuthIdentity) {
  return guard([&]() -> Result<void> {
    TRY(need({AuthIdentityByteArray}));
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(AuthIdentityByteArray);
    return hand_out(copy_identity_block({bytes, AuthIdentityLength}), ppAuthIdentity);
  });
}

OPENSSPI_EXPORT SECURITY_STATUS SEC_ENTRY
SspiExcludePackage(PSEC_WINNT_AUTH_IDENTITY_OPAQUE AuthIdentity, PCWSTR pszPackageName,
                   PSEC_WINNT_AUTH_IDENTITY_OPAQUE* ppNewAuthIdentity) {
  return guard([&]() -> Result<void> {
    TRY(need({pszPackageName}));
    if (*pszPackageName == 0) return fail(Status::InvalidParameter, "the package has no name");
    return hand_out(without_package(AuthIdentity, pszPackageName), ppNewAuthIdentity);
  });
}
