// The five bytes in front of each record.
//   [0]   type: 20 change_cipher_spec, 21 alert, 22 handshake, 23 application_data
//   [1-2] version, 0x03xx
//   [3-4] length of what follows
#include "tls/framing.h"

#include "base/reader.h"

namespace opensspi::tls {
namespace {

constexpr std::uint8_t kFirstType = 20, kLastType = 23;
constexpr std::uint16_t kVersionMajor = 0x0300;
// RFC 5246 6.2.3: the most that encryption may add. RFC 8446 allows 256; libssl checks that.
constexpr std::size_t kMaxCiphertext = kMaxPlaintext + 2048;

}  // namespace

Result<Framing> first_record(ByteView input) {
  if (input.size() < kRecordHeaderSize) return Framing{0, kRecordHeaderSize - input.size()};
  Reader reader(input);
  const std::uint8_t type = reader.u8();
  const std::uint16_t version = reader.u16_be();
  const std::size_t length = reader.u16_be();
  if (type < kFirstType || type > kLastType || (version & 0xFF00) != kVersionMajor) {
    return fail(Status::InvalidToken, "the bytes are not a TLS record");
  }
  if (length > kMaxCiphertext) {
    return fail(Status::InvalidToken, "the TLS record is longer than RFC 8446 5.2 allows");
  }
  const std::size_t size = kRecordHeaderSize + length;
  if (input.size() < size) return Framing{0, size - input.size()};
  return Framing{size, 0};
}

}  // namespace opensspi::tls
