// MIC and Wrap tokens under a key of RC4. RFC 4757 7, [MS-KILE] 3.4.5.4:
//
//   60 LENGTH 06 09 OID, then
//   MIC                        Wrap
//   [0-1]   01 01              [0-1]   02 01
//   [2-3]   SGN_ALG 11 00      [2-3]   SGN_ALG 11 00
//   [4-7]   FF                 [4-5]   SEAL_ALG 10 00, FF FF when it is only signed
//                              [6-7]   FF
//   [8-15]  SND_SEQ            [8-15]  SND_SEQ: big-endian number, 00 or FF of initiator or
//   [16-23] SGN_CKSUM                  acceptor, encrypted
//                              [16-23] SGN_CKSUM
//                              [24-31] confounder; behind it the message and a byte 01
//
// LENGTH counts the message too, but in DCE's style, which also has no byte behind it.
#pragma once

#include "kerberos/message_tokens.h"

namespace opensspi::kerberos {

class Rc4Tokens final : public MessageTokens {
 public:
  Rc4Tokens(MessageKey key, MessageFormat format) : key_(std::move(key)), format_(format) {}

  [[nodiscard]] Sizes sizes() const override;
  [[nodiscard]] std::size_t padding_size() const override;
  [[nodiscard]] bool has_wide_numbers() const override { return false; }
  [[nodiscard]] Result<std::uint64_t> number_of(ByteView token) const override;
  Result<std::size_t> sign(std::span<const MessagePart> parts, std::uint64_t number,
                           ByteSpan token) const override;
  Result<void> verify(std::span<const MessagePart> parts, ByteView token) const override;
  Result<std::size_t> seal(std::span<const MessagePart> parts, std::uint64_t number, ByteSpan token,
                           Qop qop) const override;
  Result<Qop> unseal(std::span<const MessagePart> parts, ByteView token) const override;
  // Without the byte behind it.
  Result<Unsealed> unseal_stream(ByteSpan stream) const override;

 private:
  struct Token;

  MessageKey key_;
  MessageFormat format_;
};

}  // namespace opensspi::kerberos
