// Where the first TLS record of some bytes ends: RFC 5246 6.2.1, RFC 8446 5.1.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::tls {

inline constexpr std::size_t kRecordHeaderSize = 5;
inline constexpr std::size_t kMaxPlaintext = 16384;

struct Framing {
  std::size_t size = 0;     // of the whole record, header included; 0 while it is not whole
  std::size_t missing = 0;  // at least so many more bytes are wanted; 0 when the record is whole
};

// InvalidToken when the bytes do not begin a record of TLS 1.0 to 1.3.
Result<Framing> first_record(ByteView input);

}  // namespace opensspi::tls
