// MIC and Wrap tokens of RFC 4121 4.2, for every key but RC4's.
//
//   MIC                         Wrap
//   [0-1]  04 04                [0-1]  05 04
//   [2]    Flags                [2]    Flags: 1 sent by the acceptor, 2 sealed, 4 acceptor's subkey
//   [3-7]  FF                   [3]    FF
//                               [4-5]  EC
//                               [6-7]  RRC
//   [8-15] SND_SEQ              [8-15] SND_SEQ
//   [16-]  checksum             [16-]  the body, rotated to the right by RRC bytes:
//                                 sealed:  confounder | message | EC bytes | header | checksum
//                                 signed:  message | checksum of EC bytes
//
// Windows and FreeRDP rotate so far that all but the message comes before it: the token lies in a
// buffer of its own. Both forms are read.
#pragma once

#include "kerberos/message_tokens.h"

namespace opensspi::kerberos {

class WrapTokens final : public MessageTokens {
 public:
  WrapTokens(MessageKey key, MessageFormat format) : key_(std::move(key)), format_(format) {}

  [[nodiscard]] Sizes sizes() const override;
  [[nodiscard]] bool has_wide_numbers() const override { return true; }
  [[nodiscard]] Result<std::uint64_t> number_of(ByteView token) const override;
  Result<std::size_t> sign(std::span<const MessagePart> parts, std::uint64_t number,
                           ByteSpan token) const override;
  Result<void> verify(std::span<const MessagePart> parts, ByteView token) const override;
  Result<std::size_t> seal(std::span<const MessagePart> parts, std::uint64_t number, ByteSpan token,
                           Qop qop) const override;
  Result<Qop> unseal(std::span<const MessagePart> parts, ByteView token) const override;
  Result<Unsealed> unseal_stream(ByteSpan stream) const override;

 private:
  struct Header;
  enum class Direction { Sending, Receiving };
  enum class Purpose { Seal, Sign };

  [[nodiscard]] KeyUsage usage(Purpose purpose, Direction direction) const;
  [[nodiscard]] std::uint8_t flags(Direction direction) const;
  Result<Header> read_header(ByteView token) const;
  Result<Header> read_wrap_header(ByteView token) const;
  [[nodiscard]] std::size_t overhead(const Header& header) const;
  [[nodiscard]] std::size_t extra_count() const;

  Result<std::size_t> seal_only_signed(std::span<const MessagePart> parts, std::uint64_t number,
                                       ByteSpan token) const;
  Result<void> open(const Header& header, ByteSpan body, std::span<const MessagePart> parts) const;
  Result<void> open_sealed(const Header& header, ByteSpan body,
                           std::span<const MessagePart> parts) const;
  Result<void> open_signed(const Header& header, ByteSpan body,
                           std::span<const MessagePart> parts) const;
  Result<SecretBytes> open_rotated(const Header& header, ByteView body,
                                   std::span<const MessagePart> parts) const;

  MessageKey key_;
  MessageFormat format_;
};

}  // namespace opensspi::kerberos
