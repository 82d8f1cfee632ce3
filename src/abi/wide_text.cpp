// Code units are two bytes each, as they lie in memory.
#include "abi/wide_text.h"

#include <cstring>
#include <string>

#include "abi/text.h"
#include "base/utf16.h"

namespace opensspi::abi {
namespace {

// Where the first `unit` lies, in bytes; the size of the text when there is none.
std::size_t find_unit(ByteView text, char16_t unit) {
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    if ((text[i] | text[i + 1] << 8) == unit) return i;
  return text.size();
}

}  // namespace

ByteView units_of(const SEC_WCHAR* text) {
  if (text == nullptr) return {};
  const std::size_t length = std::char_traits<SEC_WCHAR>::length(text);
  return {reinterpret_cast<const std::uint8_t*>(text), length * sizeof(SEC_WCHAR)};
}

Result<Bytes> utf16_from(const SEC_CHAR* text) {
  TRY_ASSIGN(const std::string utf8, text_from(text));
  return utf8_to_utf16le(utf8);
}

Result<Bytes> utf16_from(const SEC_WCHAR* text) {
  return copy(units_of(text));
}

Result<SecretBytes> secret_utf16_from(const SEC_CHAR* text) {
  if (text == nullptr) return SecretBytes();
  auto utf16 = secret_utf8_to_utf16le(view(text));
  if (!utf16) return fail(Status::InvalidParameter, "a string is not well-formed");
  return utf16;
}

Result<SecretBytes> secret_utf16_from(const SEC_WCHAR* text) {
  return SecretBytes(units_of(text));
}

template <>
Result<SecretBytes> secret_text_to<SEC_CHAR>(ByteView utf16le) {
  auto utf8 = secret_utf16le_to_utf8(utf16le);
  if (!utf8) return fail(Status::InvalidParameter, "a string is not well-formed");
  return utf8;
}

template <>
Result<SecretBytes> secret_text_to<SEC_WCHAR>(ByteView utf16le) {
  return SecretBytes(utf16le);
}

Result<Block<SEC_WCHAR>> wide_block(ByteView utf16le) {
  if (find_unit(utf16le, 0) != utf16le.size())
    return fail(Status::InvalidToken, "a text has a zero inside");
  auto block = make_block<SEC_WCHAR>(utf16le.size() + sizeof(SEC_WCHAR));
  if (!utf16le.empty()) std::memcpy(block.get(), utf16le.data(), utf16le.size());
  return block;
}

AccountName split_account_name(ByteView utf16le) {
  const std::size_t backslash = find_unit(utf16le, u'\\');
  if (backslash == utf16le.size()) return {std::nullopt, utf16le};
  return {utf16le.first(backslash), utf16le.subspan(backslash + 2)};
}

Bytes join_account_name(const AccountName& name) {
  Bytes out;
  if (name.domain && !name.domain->empty()) {
    append(out, *name.domain);
    out.insert(out.end(), {'\\', 0});
  }
  append(out, name.user);
  return out;
}

}  // namespace opensspi::abi
