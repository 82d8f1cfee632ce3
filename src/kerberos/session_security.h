// Signing and sealing for an established context: which number a message has, and which numbers of
// the peer's are good.
#pragma once

#include <memory>

#include "kerberos/message_tokens.h"
#include "kerberos/sequence_window.h"
#include "sspi/message_protection.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

// The numbers of the first messages, as the AP exchange told them.
struct FirstNumbers {
  std::uint64_t sending = 0, receiving = 0;
};

class SessionSecurity final : public MessageProtection, public MechListMic {
 public:
  // `granted` says what may be asked of it, and what is detected.
  SessionSecurity(std::unique_ptr<MessageTokens> tokens, FirstNumbers first, ContextFlags granted)
      : tokens_(std::move(tokens)),
        sending_(first.sending),
        receiving_(first.receiving, granted),
        granted_(granted) {}

  [[nodiscard]] Sizes sizes() const override { return tokens_->sizes(); }
  [[nodiscard]] std::size_t padding_size() const override { return tokens_->padding_size(); }
  Result<std::size_t> sign(std::span<const MessagePart> parts, ByteSpan signature) override;
  Result<void> verify(std::span<const MessagePart> parts, ByteView signature) override;
  // UnsupportedFunction when Confidentiality (for SignOnly: Integrity) was not negotiated.
  Result<std::size_t> seal(std::span<const MessagePart> parts, ByteSpan token, Qop qop) override;
  // Takes what seal() made with SignOnly too. A failure leaves the parts as they were.
  Result<std::optional<Qop>> unseal(std::span<const MessagePart> parts, ByteView token) override;
  Result<Unsealed> unseal_stream(ByteSpan stream) override;

  // RFC 4178 5: only where the list says so.
  [[nodiscard]] bool required() const override { return false; }
  Result<Bytes> make(ByteView mech_types) override;
  Result<void> verify(ByteView mech_types, ByteView mic) override;

 private:
  [[nodiscard]] bool may(Qop qop) const;
  // The number of a token that may be the peer's next.
  [[nodiscard]] Result<std::uint64_t> expected_number(ByteView token) const;

  std::unique_ptr<MessageTokens> tokens_;
  std::uint64_t sending_;
  SequenceWindow receiving_;
  ContextFlags granted_;
};

}  // namespace opensspi::kerberos
