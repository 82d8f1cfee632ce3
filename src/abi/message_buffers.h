// SecBufferDesc of EncryptMessage, DecryptMessage, MakeSignature and VerifySignature: in the token
// form of NTLM, Kerberos and Negotiate, and in the stream form of Schannel and CREDSSP.
#pragma once

#include <array>
#include <span>

#include "abi/buffers.h"
#include "sspi/message_protection.h"

namespace opensspi::abi {

// [TOKEN] [DATA]… in any order, with read-only attributes, or [STREAM] [DATA].
struct TokenMessage {
  static constexpr std::size_t kMaximumParts = 32;

  // InvalidToken without a TOKEN (or STREAM), without DATA, or with too many DATA.
  static Result<TokenMessage> read(SecBufferDesc* description);

  [[nodiscard]] std::span<const MessagePart> parts() const { return {parts_.data(), num_parts_}; }

  // Makes so many bytes of padding part of what is sealed, where the caller gives a buffer for it;
  // says how many. BufferTooSmall.
  Result<std::size_t> pad(std::size_t size);
  // The same of what was sealed: a buffer of another size is none.
  Result<void> take_padding(std::size_t size);

  SecBuffer* token = nullptr;
  SecBuffer* stream = nullptr;  // then there is one DATA, which receives the answer
  SecBuffer* data = nullptr;    // the first
  SecBuffer* padding = nullptr;
  ByteSpan token_bytes{}, stream_bytes{};

 private:
  Result<void> add(SecBuffer& buffer);
  Result<void> add_part(MessagePart part);

  std::array<MessagePart, kMaximumParts> parts_{};
  std::size_t num_parts_ = 0;
};

// One STREAM_HEADER, one DATA, one STREAM_TRAILER in any order: a record to seal.
struct StreamMessage {
  static Result<StreamMessage> read(SecBufferDesc* description);

  SecBuffer* header = nullptr;
  SecBuffer* data = nullptr;
  SecBuffer* trailer = nullptr;
};

// One DATA and three EMPTY: received bytes to open.
class ReceivedStream {
 public:
  static Result<ReceivedStream> read(SecBufferDesc* description);

  [[nodiscard]] ByteSpan bytes() const { return bytes_; }
  // DATA becomes STREAM_HEADER; the EMPTYs in turn DATA, STREAM_TRAILER and, if bytes follow,
  // EXTRA.
  void report(const tls::OpenedRecord& record);
  // DATA becomes MISSING.
  void report_missing(std::size_t missing);

 private:
  SecBuffer* data_ = nullptr;
  std::array<SecBuffer*, 3> empty_{};
  ByteSpan bytes_{};
};

}  // namespace opensspi::abi
