// Signing and sealing of messages once keys are agreed: the token form of NTLM and Kerberos and the
// stream form of TLS. Both work in place, on the caller's own memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "tls/record.h"

namespace opensspi {

struct Sizes {  // SecPkgContext_Sizes, bytes
  std::uint32_t max_token = 0;
  std::uint32_t max_signature = 0;
  std::uint32_t block_size = 0;
  std::uint32_t security_trailer = 0;
};

// One SECBUFFER_DATA of a message.
struct MessagePart {
  enum class Cover {
    SignAndSeal,  // plain DATA
    SignOnly,     // SECBUFFER_READONLY_WITH_CHECKSUM
    None,         // SECBUFFER_READONLY
  };
  ByteSpan bytes;
  Cover cover = Cover::SignAndSeal;
};

enum class Qop { Seal, SignOnly };  // SignOnly: SECQOP_WRAP_NO_ENCRYPT

// A message that was opened, and how it was protected where the mechanism says so.
struct Unsealed {
  ByteSpan message;
  std::optional<Qop> qop;
};

class MessageProtection {
 public:
  virtual ~MessageProtection() = default;

  [[nodiscard]] virtual Sizes sizes() const = 0;

  // How many bytes, each with their count as value, the caller seals behind its message where the
  // peer awaits them (SECBUFFER_PADDING).
  [[nodiscard]] virtual std::size_t padding_size() const { return 0; }

  // Writes the signature over all parts into `signature` and says how long it is. BufferTooSmall
  // when it does not fit. Nothing changes on failure.
  virtual Result<std::size_t> sign(std::span<const MessagePart> parts, ByteSpan signature) = 0;
  // MessageAltered or OutOfSequence when it is not the peer's next signature over these parts.
  virtual Result<void> verify(std::span<const MessagePart> parts, ByteView signature) = 0;

  // Seals the parts in place and writes the token that the peer needs to open them.
  virtual Result<std::size_t> seal(std::span<const MessagePart> parts, ByteSpan token, Qop qop) = 0;
  // Opens the parts in place, and says how they were protected, which NTLM does not.
  virtual Result<std::optional<Qop>> unseal(std::span<const MessagePart> parts, ByteView token) = 0;
  // Opens token || data in one piece (SECBUFFER_STREAM); the message lies inside `stream`.
  virtual Result<Unsealed> unseal_stream(ByteSpan stream) = 0;
};

class StreamProtection {
 public:
  virtual ~StreamProtection() = default;

  [[nodiscard]] virtual tls::StreamSizes stream_sizes() const = 0;
  // Seals `data` in place into one record; header and trailer are written. EncryptFailure when
  // data is longer than maximum_message, BufferTooSmall when header or trailer is too short.
  virtual Result<tls::SealedRecord> seal_record(ByteSpan header, ByteSpan data,
                                                ByteSpan trailer) = 0;
  // Opens the first record of `input` in place. A package may leave what is of TLS's own to the next
  // leg: Renegotiate, with nothing consumed. Until that leg both functions say ContextExpired.
  virtual Result<tls::OpenedRecord> open_record(ByteSpan input) = 0;
};

// SPNEGO's protection of its own negotiation. RFC 4178 5, [MS-SPNG] 3.1.5.
class MechListMic {
 public:
  virtual ~MechListMic() = default;
  // Whether the mechanism insists on the exchange ([MS-SPNG]: NTLM with a MIC does).
  [[nodiscard]] virtual bool required() const = 0;
  virtual Result<Bytes> make(ByteView mech_types) = 0;
  virtual Result<void> verify(ByteView mech_types, ByteView mic) = 0;
};

}  // namespace opensspi
