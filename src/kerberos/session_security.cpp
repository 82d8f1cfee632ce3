// A number is looked at before its message is opened, so that nobody sees what was replayed, and
// counts only when the message is the peer's.
#include "kerberos/session_security.h"

#include <utility>

namespace opensspi::kerberos {
namespace {

using Parts = std::span<const MessagePart>;

constexpr char kNotNegotiated[] = "that protection was not negotiated";

// sign() and verify() take parts as writable memory and do not write to them.
MessagePart read_only(ByteView bytes) {
  return {{const_cast<std::uint8_t*>(bytes.data()), bytes.size()}, MessagePart::Cover::SignOnly};
}

}  // namespace

bool SessionSecurity::may(Qop qop) const {
  constexpr ContextFlags kSigns = ContextFlags::Integrity | ContextFlags::Confidentiality;
  return has(granted_, qop == Qop::Seal ? ContextFlags::Confidentiality : kSigns);
}

Result<std::uint64_t> SessionSecurity::expected_number(ByteView token) const {
  TRY_ASSIGN(std::uint64_t number, tokens_->number_of(token));
  if (!tokens_->has_wide_numbers()) {
    number = receiving_.widened(static_cast<std::uint32_t>(number));
  }
  TRY(receiving_.check(number));
  return number;
}

Result<std::size_t> SessionSecurity::sign(Parts parts, ByteSpan signature) {
  if (!may(Qop::SignOnly)) return fail(Status::UnsupportedFunction, kNotNegotiated);
  TRY_ASSIGN(const std::size_t size, tokens_->sign(parts, sending_, signature));
  ++sending_;
  return size;
}

Result<void> SessionSecurity::verify(Parts parts, ByteView signature) {
  if (!may(Qop::SignOnly)) return fail(Status::UnsupportedFunction, kNotNegotiated);
  TRY_ASSIGN(const std::uint64_t number, expected_number(signature));
  TRY(tokens_->verify(parts, signature));
  receiving_.accept(number);
  return {};
}

Result<std::size_t> SessionSecurity::seal(Parts parts, ByteSpan token, Qop qop) {
  if (!may(qop)) return fail(Status::UnsupportedFunction, kNotNegotiated);
  TRY_ASSIGN(const std::size_t size, tokens_->seal(parts, sending_, token, qop));
  ++sending_;
  return size;
}

Result<std::optional<Qop>> SessionSecurity::unseal(Parts parts, ByteView token) {
  if (!may(Qop::SignOnly)) return fail(Status::UnsupportedFunction, kNotNegotiated);
  TRY_ASSIGN(const std::uint64_t number, expected_number(token));
  TRY_ASSIGN(const Qop qop, tokens_->unseal(parts, token));
  receiving_.accept(number);
  return qop;
}

Result<Unsealed> SessionSecurity::unseal_stream(ByteSpan stream) {
  if (!may(Qop::SignOnly)) return fail(Status::UnsupportedFunction, kNotNegotiated);
  TRY_ASSIGN(const std::uint64_t number, expected_number(stream));
  TRY_ASSIGN(const Unsealed unsealed, tokens_->unseal_stream(stream));
  receiving_.accept(number);
  return unsealed;
}

Result<Bytes> SessionSecurity::make(ByteView mech_types) {
  Bytes mic(tokens_->sizes().max_signature);
  const MessagePart part = read_only(mech_types);
  TRY_ASSIGN(const std::size_t size, sign({&part, 1}, mic));
  mic.resize(size);
  return mic;
}

Result<void> SessionSecurity::verify(ByteView mech_types, ByteView mic) {
  const MessagePart part = read_only(mech_types);
  return verify({&part, 1}, mic);
}

}  // namespace opensspi::kerberos
