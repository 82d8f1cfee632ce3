// The header is copied out before it is read, for a caller's block need not be aligned; what it
// points to is taken through slices of the block.
#include "abi/identity_block.h"

#include <cstring>

#include "abi/identity_cipher.h"
#include "abi/packed_credentials.h"
#include "base/reader.h"

namespace opensspi::abi {
namespace {

using Header = SEC_WINNT_AUTH_IDENTITY_EX2;

constexpr const char* kMalformed = "the identity is not a well-formed SEC_WINNT_AUTH_IDENTITY_EX2";
// Four parts of 16 bits each, and more: a length beyond it was never set.
constexpr std::uint32_t kMaximumSize = 0x100000;
constexpr std::size_t kMaximumPart = 0xFFFE;  // bytes

constexpr std::uint32_t kMadeHere = SEC_WINNT_AUTH_IDENTITY_UNICODE |
                                    SEC_WINNT_AUTH_IDENTITY_MARSHALLED |
                                    SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED;

tl::unexpected<Error> malformed() {
  return fail(Status::InvalidToken, kMalformed);
}

bool sizes_are_sane(std::uint16_t header, std::uint32_t structure) {
  return header >= sizeof(Header) && structure >= header && structure <= kMaximumSize;
}

std::size_t room_of(const Header& header) {
  return (header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED) != 0 ? kIdentityRoom : 0;
}

// Offset 0 with no length: a text that was left out.
Result<std::optional<ByteView>> read_part(const Header& header, ByteView structure,
                                          std::uint32_t offset, std::uint16_t size) {
  if (offset == 0 && size == 0) return std::nullopt;
  Reader reader(structure);
  const ByteView part = reader.slice(offset, size);
  if (!reader.ok() || offset < header.cbHeaderLength) return malformed();
  return part;
}

Result<std::optional<Bytes>> read_text(const Header& header, ByteView structure,
                                       std::uint32_t offset, std::uint16_t size,
                                       std::uint32_t null_flag) {
  TRY_ASSIGN(const auto text, read_part(header, structure, offset, size));
  if (!text || (header.Flags & null_flag) != 0) return std::nullopt;
  if (text->size() % 2 != 0) return malformed();
  return copy(*text);
}

Result<void> read_credentials(ByteView packed, IdentityParts& parts) {
  TRY_ASSIGN(const PackedCredentials credentials, read_packed_credentials(packed));
  if (credentials.is_password())
    parts.password = SecretBytes(credentials.password);
  else
    parts.packed = SecretBytes(packed);
  return {};
}

Result<IdentityParts> read_clear(const Header& header, ByteView structure) {
  IdentityParts parts;
  parts.flags = header.Flags & kIdentityFlags;
  TRY_ASSIGN(parts.user, read_text(header, structure, header.UserOffset, header.UserLength,
                                   SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_USER));
  TRY_ASSIGN(parts.domain, read_text(header, structure, header.DomainOffset, header.DomainLength,
                                     SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_DOMAIN));
  TRY_ASSIGN(auto packages,
             read_text(header, structure, header.PackageListOffset, header.PackageListLength, 0));
  if (packages) parts.package_list = std::move(*packages);
  TRY_ASSIGN(const auto packed, read_part(header, structure, header.PackedCredentialsOffset,
                                          header.PackedCredentialsLength));
  if (packed && !packed->empty()) TRY(read_credentials(*packed, parts));
  return parts;
}

// Puts parts one behind the other into a block.
class Placer {
 public:
  explicit Placer(ByteSpan block) : block_(block) {}

  ByteSpan place(std::size_t size, ULONG& offset, USHORT& length) {
    const ByteSpan out = block_.subspan(used_, size);
    offset = static_cast<ULONG>(used_);
    length = static_cast<USHORT>(size);
    used_ += rounded(size);
    return out;
  }
  void copy(ByteView part, ULONG& offset, USHORT& length) {
    const ByteSpan out = place(part.size(), offset, length);
    if (!part.empty()) std::memcpy(out.data(), part.data(), part.size());
  }

  // The structures in it have members of four bytes.
  static std::size_t rounded(std::size_t size) { return (size + 3) / 4 * 4; }

 private:
  ByteSpan block_;
  std::size_t used_ = sizeof(Header);
};

std::size_t size_of(const std::optional<Bytes>& text) {
  return text ? text->size() : 0;
}

}  // namespace

bool is_identity_block(const void* start) {
  std::uint32_t words[2];
  std::memcpy(words, start, sizeof words);
  // The upper half of a pointer to a plain identity's user, if the lower is such a number.
  const bool could_be_an_address = words[1] > 0xFF && (words[1] & 0xFFFF) != sizeof(Header);
  return words[0] == SEC_WINNT_AUTH_IDENTITY_VERSION_2 && !could_be_an_address;
}

Result<SEC_WINNT_AUTH_IDENTITY_EX2> read_identity_header(ByteView block) {
  Header header;
  if (block.size() < sizeof header) return malformed();
  std::memcpy(&header, block.data(), sizeof header);
  const bool encrypted = (header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED) != 0;
  const std::size_t room = encrypted ? kIdentityRoom : 0;
  if (header.Version != SEC_WINNT_AUTH_IDENTITY_VERSION_2 ||
      !sizes_are_sane(header.cbHeaderLength, header.cbStructureLength) ||
      header.cbStructureLength + room > block.size() || (encrypted && room_of(header) == 0))
    return malformed();
  return header;
}

Result<ByteView> identity_block_at(const void* start) {
  Header header{};
  std::memcpy(&header, start, offsetof(Header, UserOffset));
  if (!sizes_are_sane(header.cbHeaderLength, header.cbStructureLength)) return malformed();
  std::memcpy(&header, start, sizeof header);
  return ByteView(static_cast<const std::uint8_t*>(start),
                  header.cbStructureLength + room_of(header));
}

Result<Block<std::uint8_t>> marshalled_identity(const void* start, std::size_t& size) {
  TRY_ASSIGN(const ByteView block, identity_block_at(start));
  TRY_ASSIGN(Header header, read_identity_header(block));
  const bool encrypted = (header.Flags & kEncrypted) != 0;
  if (!encrypted) header.Flags &= ~ULONG{SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED};
  size = encrypted ? block.size() : header.cbStructureLength;
  auto out = copy_to_block(block.first(size));
  std::memcpy(out.get(), &header, sizeof header);
  return out;
}

Result<IdentityParts> read_identity_block(ByteView block) {
  TRY_ASSIGN(const Header header, read_identity_header(block));
  if ((header.Flags & kEncryptedOtherwise) != 0)
    return fail(Status::UnknownCredentials,
                "the identity is encrypted for a logon session or for the system");
  if ((header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED) == 0)
    return read_clear(header, block.first(header.cbStructureLength));
  SecretBytes clear(block.first(header.cbStructureLength + kIdentityRoom));
  TRY(decrypt_identity_block(clear.expose_mutable()));
  return read_clear(header, clear.expose().first(header.cbStructureLength));
}

Result<Block<std::uint8_t>> write_identity_block(const IdentityParts& parts) {
  const std::size_t packed =
      parts.password ? packed_password_size(parts.password->size()) : parts.packed.size();
  std::size_t size = sizeof(Header);
  for (const std::size_t part :
       {size_of(parts.user), size_of(parts.domain), packed, parts.package_list.size()}) {
    if (part > kMaximumPart) return fail(Status::CannotPack, "a part of the identity is too long");
    size += Placer::rounded(part);
  }
  auto block = make_block<std::uint8_t>(size + kIdentityRoom);

  Header header{};
  header.Version = SEC_WINNT_AUTH_IDENTITY_VERSION_2;
  header.cbHeaderLength = sizeof header;
  header.cbStructureLength = static_cast<ULONG>(size);
  header.Flags = (parts.flags & kIdentityFlags) | kMadeHere;
  Placer placer({block.get(), size});
  if (parts.user)
    placer.copy(*parts.user, header.UserOffset, header.UserLength);
  else
    header.Flags |= SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_USER;
  if (parts.domain)
    placer.copy(*parts.domain, header.DomainOffset, header.DomainLength);
  else
    header.Flags |= SEC_WINNT_AUTH_IDENTITY_FLAGS_NULL_DOMAIN;
  if (parts.password)
    write_packed_password(
        parts.password->expose(),
        placer.place(packed, header.PackedCredentialsOffset, header.PackedCredentialsLength));
  else if (!parts.packed.empty())
    placer.copy(parts.packed.expose(), header.PackedCredentialsOffset,
                header.PackedCredentialsLength);
  if (!parts.package_list.empty())
    placer.copy(parts.package_list, header.PackageListOffset, header.PackageListLength);
  std::memcpy(block.get(), &header, sizeof header);
  return block;
}

}  // namespace opensspi::abi
