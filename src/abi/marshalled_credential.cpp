// Six bits a character.
#include "abi/marshalled_credential.h"

#include <algorithm>
#include <cstdint>

#include "base/reader.h"
#include "base/utf16.h"
#include "base/writer.h"

namespace opensspi::abi {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#-";
constexpr std::string_view kCertificate = "@@B", kUserName = "@@C";
constexpr std::size_t kGroup = 3;  // bytes, in four characters
constexpr std::size_t kSizeSize = 4, kHashSize = 20;

std::string encode(ByteView bytes) {
  std::string text;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(kGroup, bytes.size()))) {
    const std::size_t size = std::min(kGroup, bytes.size());
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < size; ++i) bits |= std::uint32_t{bytes[i]} << 8 * i;
    for (std::size_t i = 0; i <= size; ++i, bits >>= 6) text += kDigits[bits & 0x3F];
  }
  return text;
}

constexpr std::size_t encoded_size(std::size_t size) {
  return size / kGroup * (kGroup + 1) + (size % kGroup != 0 ? size % kGroup + 1 : 0);
}

// `text` is as long as the encoding of so many bytes.
std::optional<Bytes> decode(std::string_view text, std::size_t size) {
  if (text.size() != encoded_size(size)) return std::nullopt;
  Bytes bytes;
  while (bytes.size() < size) {
    const std::size_t part = std::min(kGroup, size - bytes.size());
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i <= part; ++i) {
      const std::size_t digit = kDigits.find(text[i]);
      if (digit == std::string_view::npos) return std::nullopt;
      bits |= static_cast<std::uint32_t>(digit) << 6 * i;
    }
    for (std::size_t i = 0; i < part; ++i)
      bytes.push_back(static_cast<std::uint8_t>(bits >> 8 * i));
    text.remove_prefix(part + 1);
  }
  return bytes;
}

std::optional<MarshalledCredential> read_user_name(std::string_view text) {
  const auto head = decode(text.substr(0, encoded_size(kSizeSize)), kSizeSize);
  if (!head) return std::nullopt;
  const std::uint32_t size = Reader(*head).u32_le();
  const std::string_view rest = text.substr(encoded_size(kSizeSize));
  if (size > rest.size()) return std::nullopt;
  const auto utf16le = decode(rest, size);
  if (!utf16le) return std::nullopt;
  auto user = utf16le_to_utf8(*utf16le);
  if (!user) return std::nullopt;
  return UserNameTarget{*std::move(user)};
}

}  // namespace

Result<std::string> write_marshalled(const MarshalledCredential& credential) {
  if (const auto* certificate = std::get_if<CertificateHash>(&credential)) {
    if (certificate->sha1.size() != kHashSize) {
      return fail(Status::InvalidParameter, "a certificate's hash has 20 bytes");
    }
    return std::string(kCertificate) + encode(certificate->sha1);
  }
  auto user = utf8_to_utf16le(std::get<UserNameTarget>(credential).user);
  if (!user) return fail(Status::InvalidParameter, "the user's name is not UTF-8");
  const auto size = static_cast<std::uint32_t>(user->size());
  return std::string(kUserName) + encode(Writer().u32_le(size).view()) + encode(*user);
}

std::optional<MarshalledCredential> read_marshalled(std::string_view text) {
  if (text.starts_with(kUserName)) return read_user_name(text.substr(kUserName.size()));
  if (!text.starts_with(kCertificate)) return std::nullopt;
  auto hash = decode(text.substr(kCertificate.size()), kHashSize);
  if (!hash) return std::nullopt;
  return CertificateHash{*std::move(hash)};
}

}  // namespace opensspi::abi
