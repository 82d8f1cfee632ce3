// Questions to the structures of wincrypt.h that need nothing but them.
#pragma once

#include "abi/windows_names.h"
#include "base/bytes.h"
#include "sspi/types.h"

namespace opensspi::abi {

// The bytes of a blob; none when it has none.
template <class Blob>
ByteView view_of(const Blob& blob) {
  return {blob.pbData, blob.pbData != nullptr ? blob.cbData : 0};
}

inline FileTime time_of(const FILETIME& time) {
  return FileTime{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

[[nodiscard]] bool same_bytes(ByteView a, ByteView b);
// Little-endian numbers in two's complement, however long they are written.
[[nodiscard]] bool same_integer(ByteView a, ByteView b);
[[nodiscard]] bool same_certificate(const CERT_INFO& a, const CERT_INFO& b);
[[nodiscard]] bool same_public_key(const CERT_PUBLIC_KEY_INFO& a, const CERT_PUBLIC_KEY_INFO& b);

}  // namespace opensspi::abi
