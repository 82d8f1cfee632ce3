// What an initiator tells under the seal of its authenticator: the flags it asked for, the channel
// that it sees, tickets that it hands over. RFC 4121 4.1.1, checksum type 0x8003:
//
//   [0-3]   Lgth, 16
//   [4-19]  Bnd: MD5 of the channel bindings, zeros without
//   [20-23] Flags
//   [24-25] DlgOpt, 1   } with FLAG DELEG, though some leave it out all the same
//   [26-27] Dlgth       }
//   [28-]   KRB-CRED    }
//
// All integers are little-endian.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "sspi/channel_bindings.h"
#include "sspi/types.h"

namespace opensspi::kerberos {

inline constexpr std::uint16_t kChecksumType = 0x8003;

struct AuthenticatorChecksum {
  crypto::Digest128 bindings{};
  ContextFlags flags = ContextFlags::None;
  SecretBytes delegated;  // KRB-CRED, whose keys some clients seal no further; empty: none

  [[nodiscard]] Bytes write() const;
  // Takes extensions behind it, which nobody uses.
  static Result<AuthenticatorChecksum> parse(ByteView bytes);
};

// Zeros for none.
[[nodiscard]] crypto::Digest128 bindings_hash(const ChannelBindings* bindings);

// The flags that have a bit there.
inline constexpr ContextFlags kTold =
    ContextFlags::Delegate | ContextFlags::MutualAuth | ContextFlags::ReplayDetect |
    ContextFlags::SequenceDetect | ContextFlags::Confidentiality | ContextFlags::Integrity |
    ContextFlags::UseDceStyle | ContextFlags::Identify | ContextFlags::ExtendedError;

}  // namespace opensspi::kerberos
