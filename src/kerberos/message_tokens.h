// The tokens that protect messages, in whichever of the two formats the key asks for: RFC 4121 4.2
// (wrap.h) or RFC 4757 7 (rc4_wrap.h). They know nothing of which number comes next.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "kerberos/message_key.h"
#include "sspi/message_protection.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

class MessageTokens {
 public:
  virtual ~MessageTokens() = default;

  [[nodiscard]] virtual Sizes sizes() const = 0;
  // As in MessageProtection.
  [[nodiscard]] virtual std::size_t padding_size() const { return 0; }
  // Whether numbers have 64 bits; else they have 32.
  [[nodiscard]] virtual bool has_wide_numbers() const = 0;
  // The number that the token, or the beginning of a stream, names. InvalidToken.
  [[nodiscard]] virtual Result<std::uint64_t> number_of(ByteView token) const = 0;

  // As in MessageProtection, with a message's number.
  virtual Result<std::size_t> sign(std::span<const MessagePart> parts, std::uint64_t number,
                                   ByteSpan token) const = 0;
  virtual Result<void> verify(std::span<const MessagePart> parts, ByteView token) const = 0;
  virtual Result<std::size_t> seal(std::span<const MessagePart> parts, std::uint64_t number,
                                   ByteSpan token, Qop qop) const = 0;
  // A failure leaves the parts as they were.
  virtual Result<Qop> unseal(std::span<const MessagePart> parts, ByteView token) const = 0;
  virtual Result<Unsealed> unseal_stream(ByteSpan stream) const = 0;
};

struct MessageFormat {
  Role role = Role::Client;
  bool acceptor_subkey = false;  // the key is the one that the acceptor chose
  bool dce_style = false;
};

// UnsupportedFunction for a key that has neither format (DES).
Result<std::unique_ptr<MessageTokens>> make_message_tokens(MessageKey key, MessageFormat format);

inline constexpr std::uint32_t kMaxTokenSize = 48000;  // what Windows says

}  // namespace opensspi::kerberos
