// SEC_WINNT_AUTH_IDENTITY_EX2: an identity in one block, with offsets instead of pointers. The form
// that every function of this library hands out.
#pragma once

#include "abi/identity_parts.h"
#include "abi/memory.h"

namespace opensspi::abi {

// SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED: bytes behind the structure, for encryption in place.
inline constexpr std::size_t kIdentityRoom = RTL_ENCRYPT_MEMORY_SIZE;

// Whether the first words are those of this form, well-formed or not.
[[nodiscard]] bool is_identity_block(const void* start);

// The structure's header. InvalidToken when it contradicts itself or does not fit into `block`.
Result<SEC_WINNT_AUTH_IDENTITY_EX2> read_identity_header(ByteView block);
// The bytes of the structure and of the room behind it. By the header's word: `start` gives no
// other bound.
Result<ByteView> identity_block_at(const void* start);

Result<IdentityParts> read_identity_block(ByteView block);

// The bytes that SspiMarshalAuthIdentity gives out, and how many: the structure without the room,
// but for one that is encrypted, whose key lies there in part. `start` as of identity_block_at.
Result<Block<std::uint8_t>> marshalled_identity(const void* start, std::size_t& size);

// A block for SspiFreeAuthIdentity, with room to encrypt it. CannotPack when a part is too long.
Result<Block<std::uint8_t>> write_identity_block(const IdentityParts& parts);

}  // namespace opensspi::abi
