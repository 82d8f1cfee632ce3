// Signing and sealing with extended session security. [MS-NLMP] 3.4
//
// A signature is 16 bytes:
//   [0-3]   Version, 1
//   [4-11]  HMAC_MD5(SigningKey, SeqNum || message)[0..7], under RC4 when keys were exchanged
//   [12-15] SeqNum
// and a dummy of Version || Z(12) when neither SIGN nor SEAL was negotiated.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/digest.h"
#include "crypto/rc4.h"
#include "ntlm/flags.h"
#include "ntlm/keys.h"
#include "sspi/message_protection.h"
#include "sspi/types.h"

namespace opensspi::ntlm {

inline constexpr std::size_t kSignatureSize = 16;
inline constexpr std::uint32_t kMaxTokenSize = 2888;  // what Windows says, in SIZES and PackageInfo

using Signature = std::array<std::uint8_t, kSignatureSize>;

// The keys of one direction, and how far it has come.
struct DirectionKeys {
  DirectionKeys(const Key& sign, const Key& seal) : signing(sign.expose()), rc4(seal.expose()) {}

  crypto::HmacMd5 signing;
  crypto::Rc4 rc4;
  std::uint32_t sequence_number = 0;
};

class SessionSecurity final : public MessageProtection, public MechListMic {
 public:
  // With the flags both sides agreed on; extended session security and 128 bits are taken as given.
  SessionSecurity(Role role, NegotiateFlags flags, const Key& exported_session_key,
                  bool mic_exchanged);
  // With keys from elsewhere.
  SessionSecurity(NegotiateFlags flags, DirectionKeys sending, DirectionKeys receiving);

  [[nodiscard]] Sizes sizes() const override;
  Result<std::size_t> sign(std::span<const MessagePart> parts, ByteSpan signature) override;
  // OutOfSequence when the signature names another message than the next, else MessageAltered.
  Result<void> verify(std::span<const MessagePart> parts, ByteView signature) override;
  // UnsupportedFunction when SEAL (for SignOnly: SIGN) was not negotiated.
  Result<std::size_t> seal(std::span<const MessagePart> parts, ByteSpan token, Qop qop) override;
  // A failure leaves buffers and key stream as they were. Takes what seal() made with SignOnly too.
  Result<std::optional<Qop>> unseal(std::span<const MessagePart> parts, ByteView token) override;
  Result<Unsealed> unseal_stream(ByteSpan stream) override;

  // [MS-SPNG]: with the MIC in AUTHENTICATE, SPNEGO's is mandatory.
  [[nodiscard]] bool required() const override { return mic_exchanged_; }
  // The RC4 state is put back afterwards, the sequence number is not.
  Result<Bytes> make(ByteView mech_types) override;
  Result<void> verify(ByteView mech_types, ByteView mic) override;

 private:
  Result<void> open(std::span<const MessagePart> parts, ByteView token);
  // The signature with this checksum; takes 8 bytes of the key stream when keys were exchanged.
  [[nodiscard]] Signature signature(const crypto::Digest128& checksum,
                                    std::uint32_t sequence_number, crypto::Rc4& rc4) const;
  // What `keys` sign next over these parts.
  [[nodiscard]] Signature next_signature(std::span<const MessagePart> parts,
                                         const DirectionKeys& keys, crypto::Rc4& rc4) const;

  NegotiateFlags flags_;
  bool mic_exchanged_ = false;
  DirectionKeys sending_, receiving_;
};

}  // namespace opensspi::ntlm
