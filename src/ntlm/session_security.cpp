// [MS-NLMP] 3.4.2 (signing), 3.4.3 (sealing), 3.4.4.2 (the signature with extended session
// security).
#include "ntlm/session_security.h"

#include <algorithm>
#include <utility>

#include "base/writer.h"

namespace opensspi::ntlm {
namespace {

constexpr std::uint32_t kSignatureVersion = 1;
constexpr std::size_t kChecksumSize = 8;
constexpr Signature kDummySignature{kSignatureVersion};
constexpr char kSignatureTooShort[] = "an NTLM signature takes 16 bytes";
constexpr char kNotNegotiated[] = "that protection was not negotiated";

using Parts = std::span<const MessagePart>;

Direction sending_direction(Role role) {
  return role == Role::Client ? Direction::ClientToServer : Direction::ServerToClient;
}

Direction receiving_direction(Role role) {
  return role == Role::Client ? Direction::ServerToClient : Direction::ClientToServer;
}

DirectionKeys derive(const Key& exported_session_key, Direction direction) {
  return {sign_key(exported_session_key, direction), seal_key(exported_session_key, direction)};
}

// HMAC_MD5(SigningKey, SeqNum || message)
crypto::Digest128 checksum(const DirectionKeys& keys, ByteView message) {
  Writer sequence_number(4);
  sequence_number.u32_le(keys.sequence_number);
  return keys.signing.of({sequence_number.view(), message});
}

// The same over the parts that the signature covers.
// Windows: SECBUFFER_READONLY is left out, SECBUFFER_READONLY_WITH_CHECKSUM is not.
crypto::Digest128 checksum(const DirectionKeys& keys, Parts parts) {
  const auto covered = [](const MessagePart& part) {
    return part.cover != MessagePart::Cover::None;
  };
  if (parts.size() == 1 && covered(parts[0])) return checksum(keys, parts[0].bytes);
  Bytes message;
  for (const MessagePart& part : parts) {
    if (covered(part)) append(message, part.bytes);
  }
  return checksum(keys, message);
}

void apply_to_sealed(crypto::Rc4& rc4, Parts parts) {
  for (const MessagePart& part : parts) {
    if (part.cover == MessagePart::Cover::SignAndSeal) rc4.apply(part.bytes);
  }
}

// [MS-NLMP] 3.4.4: a message with another number than the next is refused and leaves the counter.
Result<void> compare(ByteView claimed, const Signature& expected) {
  if (equal(claimed, expected)) return {};
  constexpr std::size_t kNumberSize = 4;
  const bool other_number = claimed.size() == kSignatureSize &&
                            !equal(claimed.last(kNumberSize), ByteView(expected).last(kNumberSize));
  if (other_number) return fail(Status::OutOfSequence, "not the peer's next message");
  return fail(Status::MessageAltered, "the signature is not the peer's");
}

}  // namespace

SessionSecurity::SessionSecurity(Role role, NegotiateFlags flags, const Key& exported_session_key,
                                 bool mic_exchanged)
    : flags_(flags),
      mic_exchanged_(mic_exchanged),
      sending_(derive(exported_session_key, sending_direction(role))),
      receiving_(derive(exported_session_key, receiving_direction(role))) {}

SessionSecurity::SessionSecurity(NegotiateFlags flags, DirectionKeys sending,
                                 DirectionKeys receiving)
    : flags_(flags), sending_(std::move(sending)), receiving_(std::move(receiving)) {}

Sizes SessionSecurity::sizes() const {
  return {kMaxTokenSize, kSignatureSize, 0, kSignatureSize};
}

Signature SessionSecurity::signature(const crypto::Digest128& checksum,
                                     std::uint32_t sequence_number, crypto::Rc4& rc4) const {
  std::array<std::uint8_t, kChecksumSize> sum;
  std::copy_n(checksum.begin(), kChecksumSize, sum.begin());
  if (has(flags_, NegotiateFlags::KeyExch)) rc4.apply(sum);
  Signature out{};
  Writer writer(kSignatureSize);
  writer.u32_le(kSignatureVersion).bytes(sum).u32_le(sequence_number);
  std::copy_n(writer.view().begin(), kSignatureSize, out.begin());
  return out;
}

Signature SessionSecurity::next_signature(Parts parts, const DirectionKeys& keys,
                                          crypto::Rc4& rc4) const {
  // [MS-NLMP] 3.4.2: with ALWAYS_SIGN only, the dummy.
  if (!signs(flags_)) return kDummySignature;
  return signature(checksum(keys, parts), keys.sequence_number, rc4);
}

Result<std::size_t> SessionSecurity::sign(Parts parts, ByteSpan out) {
  if (out.size() < kSignatureSize) return fail(Status::BufferTooSmall, kSignatureTooShort);
  const Signature made = next_signature(parts, sending_, sending_.rc4);
  std::copy(made.begin(), made.end(), out.begin());
  if (signs(flags_)) ++sending_.sequence_number;
  return kSignatureSize;
}

Result<void> SessionSecurity::verify(Parts parts, ByteView claimed) {
  crypto::Rc4 rc4 = receiving_.rc4.clone();
  TRY(compare(claimed, next_signature(parts, receiving_, rc4)));
  receiving_.rc4 = std::move(rc4);
  if (signs(flags_)) ++receiving_.sequence_number;
  return {};
}

Result<std::size_t> SessionSecurity::seal(Parts parts, ByteSpan token, Qop qop) {
  // Windows: no EncryptMessage without SIGN or SEAL. With SIGN alone only the sign-only form:
  // nobody is to take plaintext for sealed.
  const bool able = qop == Qop::Seal ? has(flags_, NegotiateFlags::Seal) : signs(flags_);
  if (!able) return fail(Status::UnsupportedFunction, kNotNegotiated);
  if (qop == Qop::SignOnly) return sign(parts, token);
  if (token.size() < kSignatureSize) return fail(Status::BufferTooSmall, kSignatureTooShort);
  // [MS-NLMP] 3.4.3: the checksum is the plaintext's, but the key stream runs over the message
  // first.
  const crypto::Digest128 sum = checksum(sending_, parts);
  apply_to_sealed(sending_.rc4, parts);
  const Signature made = signature(sum, sending_.sequence_number++, sending_.rc4);
  std::copy(made.begin(), made.end(), token.begin());
  return kSignatureSize;
}

Result<std::optional<Qop>> SessionSecurity::unseal(Parts parts, ByteView token) {
  TRY(open(parts, token));
  return std::optional<Qop>();
}

Result<void> SessionSecurity::open(Parts parts, ByteView token) {
  if (!signs(flags_)) return fail(Status::UnsupportedFunction, kNotNegotiated);
  if (!has(flags_, NegotiateFlags::Seal)) return verify(parts, token);
  crypto::Rc4 rc4 = receiving_.rc4.clone();
  apply_to_sealed(rc4, parts);
  if (!compare(token, next_signature(parts, receiving_, rc4))) {
    crypto::Rc4 again = receiving_.rc4.clone();
    apply_to_sealed(again, parts);  // nobody sees plaintext that is not the peer's
    // Windows: DecryptMessage takes what SECQOP_WRAP_NO_ENCRYPT made.
    return verify(parts, token);
  }
  receiving_.rc4 = std::move(rc4);
  ++receiving_.sequence_number;
  return {};
}

Result<Unsealed> SessionSecurity::unseal_stream(ByteSpan stream) {
  if (stream.size() < kSignatureSize) {
    return fail(Status::MessageAltered, "the stream is shorter than a signature");
  }
  const ByteSpan data = stream.subspan(kSignatureSize);
  const MessagePart part{data, MessagePart::Cover::SignAndSeal};
  TRY(open({&part, 1}, stream.first(kSignatureSize)));
  return Unsealed{data, {}};
}

// [MS-SPNG] 3.1.5.4: the key stream is put back after the MIC. What it says nothing of, the
// sequence number, goes on: the first sealed message has number 1.
Result<Bytes> SessionSecurity::make(ByteView mech_types) {
  crypto::Rc4 rc4 = sending_.rc4.clone();
  const crypto::Digest128 sum = checksum(sending_, mech_types);
  const Signature made = signature(sum, sending_.sequence_number++, rc4);
  return copy(made);
}

Result<void> SessionSecurity::verify(ByteView mech_types, ByteView mic) {
  crypto::Rc4 rc4 = receiving_.rc4.clone();
  const crypto::Digest128 sum = checksum(receiving_, mech_types);
  TRY(compare(mic, signature(sum, receiving_.sequence_number, rc4)));
  ++receiving_.sequence_number;
  return {};
}

}  // namespace opensspi::ntlm
