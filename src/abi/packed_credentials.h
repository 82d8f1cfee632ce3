// SEC_WINNT_AUTH_PACKED_CREDENTIALS and its _EX form: what an EX2 identity proves itself with.
#pragma once

#include "abi/windows_names.h"
#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::abi {

struct PackedCredentials {
  GUID type{};        // SEC_WINNT_AUTH_DATA_TYPE_
  ByteView password;  // UTF-16LE, when it is one
  [[nodiscard]] bool is_password() const;
};

// InvalidToken when it is malformed.
Result<PackedCredentials> read_packed_credentials(ByteView packed);

// A password in packed form: the size, and the bytes into a place of that size.
[[nodiscard]] std::size_t packed_password_size(std::size_t password_size);
void write_packed_password(ByteView password, ByteSpan out);

// UnknownCredentials in words that name the kind.
[[nodiscard]] Error no_password(ByteView packed);

}  // namespace opensspi::abi
