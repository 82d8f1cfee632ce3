// Conversions by base's checked ones.
#include "abi/text.h"

#include "base/utf16.h"

namespace opensspi::abi {
namespace {

Error malformed() {
  return {Status::InvalidParameter, "a string is not well-formed"};
}

}  // namespace

Result<std::string> text_from(const SEC_CHAR* text) {
  if (text == nullptr) return std::string();
  std::string utf8(text);
  if (!utf8_to_utf16(utf8)) return fail(malformed());
  return utf8;
}

Result<std::string> text_from(const SEC_WCHAR* text) {
  if (text == nullptr) return std::string();
  auto utf8 = utf16_to_utf8(std::basic_string_view<SEC_WCHAR>(text));
  if (!utf8) return fail(malformed());
  return utf8;
}

template <>
Result<std::string> text_to<SEC_CHAR>(std::string_view utf8) {
  return std::string(utf8);
}

template <>
Result<std::basic_string<SEC_WCHAR>> text_to<SEC_WCHAR>(std::string_view utf8) {
  return utf8_to_utf16(utf8);
}

}  // namespace opensspi::abi
