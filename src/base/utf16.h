// Text between UTF-8 (inside) and UTF-16LE (on the wire and in W strings), and the simple
// upper-case mapping of NTLM ([MS-NLMP] 3.3.2 UpperCase: one code unit for one).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace opensspi {

// InvalidToken when the input is not well-formed (stray bytes, unpaired surrogates, odd length).
Result<Bytes> utf8_to_utf16le(std::string_view utf8);
Result<std::string> utf16le_to_utf8(ByteView utf16le);
Result<std::u16string> utf8_to_utf16(std::string_view utf8);
Result<std::string> utf16_to_utf8(std::u16string_view utf16);

// Passwords: the same, and the intermediate copies are erased.
Result<SecretBytes> secret_utf8_to_utf16le(ByteView utf8);
Result<SecretBytes> secret_utf16le_to_utf8(ByteView utf16le);

// The simple upper-case mapping of one UTF-16 code unit; itself when it has none.
[[nodiscard]] char16_t upper(char16_t unit) noexcept;
[[nodiscard]] std::u16string upper(std::u16string_view text);

// Whether two UTF-8 names are the same without regard to case, as Windows compares names.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

}  // namespace opensspi
