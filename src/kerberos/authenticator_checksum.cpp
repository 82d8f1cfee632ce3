// Reading and writing it.
#include "kerberos/authenticator_checksum.h"

#include "base/reader.h"
#include "base/writer.h"

namespace opensspi::kerberos {
namespace {

constexpr std::uint32_t kBindingsSize = 16;
constexpr std::uint16_t kDelegation = 1;

// RFC 2744 and RFC 4757 7.1.
constexpr struct {
  ContextFlags flag;
  std::uint32_t bit;
} kBits[] = {
    {ContextFlags::Delegate, 0x1},         {ContextFlags::MutualAuth, 0x2},
    {ContextFlags::ReplayDetect, 0x4},     {ContextFlags::SequenceDetect, 0x8},
    {ContextFlags::Confidentiality, 0x10}, {ContextFlags::Integrity, 0x20},
    {ContextFlags::UseDceStyle, 0x1000},   {ContextFlags::Identify, 0x2000},
    {ContextFlags::ExtendedError, 0x4000},
};

}  // namespace

Bytes AuthenticatorChecksum::write() const {
  std::uint32_t bits = 0;
  for (const auto& [flag, bit] : kBits) {
    if (has(flags, flag)) bits |= bit;
  }
  Writer out;
  out.u32_le(kBindingsSize).bytes(bindings).u32_le(bits);
  if (!delegated.empty()) {
    out.u16_le(kDelegation).u16_le(static_cast<std::uint16_t>(delegated.size()));
    out.bytes(delegated.expose());
  }
  return out.take();
}

Result<AuthenticatorChecksum> AuthenticatorChecksum::parse(ByteView bytes) {
  Reader in(bytes);
  AuthenticatorChecksum parsed;
  if (in.u32_le() != kBindingsSize) in.reject();
  parsed.bindings = in.array<kBindingsSize>();
  const std::uint32_t bits = in.u32_le();
  for (const auto& [flag, bit] : kBits) {
    if ((bits & bit) != 0) parsed.flags |= flag;
  }
  // Some clients set the bit and send nothing.
  if (in.empty()) parsed.flags = parsed.flags & ~ContextFlags::Delegate;
  if (has(parsed.flags, ContextFlags::Delegate)) {
    if (in.u16_le() != kDelegation) in.reject();
    parsed.delegated = SecretBytes(in.bytes(in.u16_le()));
  }
  TRY(in.check("the authenticator's checksum is malformed"));
  return parsed;
}

crypto::Digest128 bindings_hash(const ChannelBindings* bindings) {
  if (bindings == nullptr) return {};
  return crypto::md5({bindings->hash_input()});
}

}  // namespace opensspi::kerberos
