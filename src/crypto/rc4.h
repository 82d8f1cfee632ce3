// The RC4 stream cipher, over Nettle, for NTLM sealing only.
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

namespace opensspi::crypto {

// A key stream at some position. Copies only by clone(), because SPNEGO must put the state back
// ([MS-SPNG] 3.1.5.4); erased on death.
class Rc4 {
 public:
  explicit Rc4(ByteView key);  // 1 to 256 bytes
  Rc4(Rc4&&) noexcept = default;
  Rc4& operator=(Rc4&&) noexcept = default;
  [[nodiscard]] Rc4 clone() const;

  // XORs the key stream over `data` in place.
  void apply(ByteSpan data);
  // The same into another buffer of at least `in.size()` bytes.
  void apply(ByteView in, ByteSpan out);

 private:
  Rc4() = default;
  SecretArray<258> state_;  // 256 bytes of permutation and two indices
};

}  // namespace opensspi::crypto
