// A synthetic counter: AES-256-CTR begins at a keyed digest of the text, which lies in the eight
// bytes of room. So different texts never share a key stream, and a wrong key or a changed byte
// shows when the digest is taken again.
#include "abi/identity_cipher.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "abi/identity_block.h"
#include "crypto/aes.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace opensspi::abi {
namespace {

struct Keys {
  SecretArray<32> cipher, digest;
};

Result<Keys> make_keys() {
  Keys keys;
  TRY(crypto::random(keys.cipher.expose_mutable()));
  TRY(crypto::random(keys.digest.expose_mutable()));
  return keys;
}

const Result<Keys>& process_keys() {
  // Never destroyed: identities may be used while the process ends.
  static const auto& keys = *new Result<Keys>(make_keys());
  return keys;
}

// The parts of a block.
struct Parts {
  SEC_WINNT_AUTH_IDENTITY_EX2 header{};
  ByteSpan text, room;

  [[nodiscard]] bool encrypted() const {
    return (header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED) != 0;
  }
};

Result<Parts> take_apart(ByteSpan block) {
  Parts parts;
  TRY_ASSIGN(parts.header, read_identity_header(block));
  const std::size_t size = parts.header.cbStructureLength;
  if ((parts.header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_RESERVED) == 0 ||
      block.size() < size + kIdentityRoom)
    return fail(Status::InvalidParameter,
                "the identity has no room to be encrypted in place; SspiCopyAuthIdentity makes it");
  parts.text = block.subspan(parts.header.cbHeaderLength, size - parts.header.cbHeaderLength);
  parts.room = block.subspan(size, kIdentityRoom);
  return parts;
}

using Tag = std::array<std::uint8_t, kIdentityRoom>;

Tag tag_of(const Keys& keys, ByteView text) {
  const crypto::Digest256 digest = crypto::sha256({keys.digest.expose(), text});
  Tag tag;
  std::copy_n(digest.begin(), tag.size(), tag.begin());
  return tag;
}

Result<void> apply(const Keys& keys, const Tag& tag, ByteSpan text) {
  std::array<std::uint8_t, 16> counter{};
  std::copy(tag.begin(), tag.end(), counter.begin());
  return crypto::aes256_ctr(keys.cipher, counter, text);
}

void put_flags(ByteSpan block, std::uint32_t flags) {
  std::memcpy(block.data() + offsetof(SEC_WINNT_AUTH_IDENTITY_EX2, Flags), &flags, sizeof flags);
}

}  // namespace

Result<void> encrypt_identity_block(ByteSpan block) {
  TRY_ASSIGN(const Parts parts, take_apart(block));
  if (parts.encrypted()) return {};
  const Result<Keys>& keys = process_keys();
  if (!keys) return fail(keys.error());
  const Tag tag = tag_of(*keys, parts.text);
  TRY(apply(*keys, tag, parts.text));
  std::copy(tag.begin(), tag.end(), parts.room.begin());
  put_flags(block, parts.header.Flags | SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED);
  return {};
}

Result<void> decrypt_identity_block(ByteSpan block) {
  TRY_ASSIGN(const auto header, read_identity_header(block));
  if ((header.Flags & SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED) == 0) return {};
  TRY_ASSIGN(const Parts parts, take_apart(block));
  const Result<Keys>& keys = process_keys();
  if (!keys) return fail(keys.error());
  Tag tag;
  std::copy(parts.room.begin(), parts.room.end(), tag.begin());
  TRY(apply(*keys, tag, parts.text));
  if (!equal(tag_of(*keys, parts.text), tag)) {
    TRY(apply(*keys, tag, parts.text));
    return fail(Status::DecryptFailure,
                "the identity was changed, or another process encrypted it");
  }
  put_flags(block, header.Flags & ~std::uint32_t{SEC_WINNT_AUTH_IDENTITY_FLAGS_PROCESS_ENCRYPTED});
  erase(parts.room);
  return {};
}

}  // namespace opensspi::abi
