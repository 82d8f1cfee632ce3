// TLS records as SSPI sees them: three buffers out, four buffers in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace opensspi::tls {

struct StreamSizes {  // SecPkgContext_StreamSizes, bytes
  std::uint32_t header = 0;
  std::uint32_t trailer = 0;
  std::uint32_t maximum_message = 0;
  std::uint32_t num_buffers = 4;
  std::uint32_t block_size = 0;
};

// How long the parts of one sealed record are. An empty message makes no record: all are 0.
struct SealedRecord {
  std::size_t header = 0, data = 0, trailer = 0;
};

// What became of one received record.
struct OpenedRecord {
  enum class Kind {
    Data,         // plaintext lies in `data`, inside the record's memory; empty for a record that
                  // carried none: a session ticket, a KeyUpdate without an answer
    Incomplete,   // at least `missing` more bytes are wanted; nothing was taken
    Renegotiate,  // a post-handshake message that was taken and wants an answer: handshake() with
                  // what follows, or with nothing, gives the bytes to send before any other
    Closed,       // the peer's close_notify
  };
  Kind kind = Kind::Data;
  bool post_handshake = false;  // it carried a message of the handshake's protocol
  ByteSpan header, data, trailer;
  std::size_t consumed = 0;  // bytes of the input that belong to this record; the rest is EXTRA
  std::size_t missing = 0;
};

}  // namespace opensspi::tls
