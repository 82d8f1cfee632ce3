// Text that stays UTF-16LE between the caller and an identity: passwords need not be well-formed,
// and names are taken apart the same in either width.
#pragma once

#include <optional>

#include "abi/memory.h"
#include "abi/windows_names.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace opensspi::abi {

// The bytes of a zero-terminated text; none for NULL.
[[nodiscard]] ByteView units_of(const SEC_WCHAR* text);

// UTF-16LE out of the caller's text; none for NULL. InvalidParameter when an A text is not UTF-8.
Result<Bytes> utf16_from(const SEC_CHAR* text);
Result<Bytes> utf16_from(const SEC_WCHAR* text);
Result<SecretBytes> secret_utf16_from(const SEC_CHAR* text);
Result<SecretBytes> secret_utf16_from(const SEC_WCHAR* text);

// Bytes of the caller's width without the zero. InvalidParameter for an A text that UTF-8 cannot
// express.
template <class Char>
Result<SecretBytes> secret_text_to(ByteView utf16le);

// A zero-terminated block for SspiLocalFree. InvalidToken when there is a zero inside the text.
Result<Block<SEC_WCHAR>> wide_block(ByteView utf16le);

// "DOMAIN\user" taken apart at its first backslash, and put together again. A name without one, a
// UPN, has no domain.
struct AccountName {
  std::optional<ByteView> domain;
  ByteView user;
};
[[nodiscard]] AccountName split_account_name(ByteView utf16le);
[[nodiscard]] Bytes join_account_name(const AccountName& name);

}  // namespace opensspi::abi
