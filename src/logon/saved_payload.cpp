// The payload:
//   [0] 1  [1-4] type  [5-8] flags  [9-12] persist  [13-20] last written
//   target, alias, comment, user: each size (2 bytes) and UTF-8
//   number of attributes (2); each: keyword (2 + n), flags (4), value (2 + n)
//   the blob
#include "logon/saved_payload.h"

#include <algorithm>
#include <utility>

#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::logon {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMostSize = 32767;  // of a key of type "user"

void write_sized(Writer& writer, ByteView bytes) {
  writer.u16_le(static_cast<std::uint16_t>(bytes.size())).bytes(bytes);
}

std::string read_text(Reader& reader) {
  const ByteView bytes = reader.bytes(reader.u16_le());
  std::string text(bytes.begin(), bytes.end());
  if (!utf8_to_utf16(text)) reader.reject();
  return text;
}

}  // namespace

Result<SecretBytes> write_saved(const SavedCredential& credential) {
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
  // A size that did not fit into its two bytes does not fit into this either.
  if (head.size() + credential.blob.size() > kMostSize) {
    return fail(Status::InsufficientMemory, "the credential is larger than the kernel keeps");
  }
  SecretBytes payload(head.size() + credential.blob.size());
  const auto end = std::ranges::copy(head.view(), payload.expose_mutable().begin()).out;
  std::ranges::copy(credential.blob.expose(), end);
  return payload;
}

Result<SavedCredential> parse_saved(ByteView payload) {
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

}  // namespace opensspi::logon
