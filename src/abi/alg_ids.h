// ALG_ID: CryptoAPI's numbers for the parts of a cipher suite. All of them exchange keys by
// CALG_ECDH_EPHEM.
#pragma once

#include "abi/windows_names.h"
#include "tls/algorithms.h"

namespace opensspi::abi {

[[nodiscard]] ALG_ID cipher_id(const tls::CipherSuite& suite);  // 0: ChaCha20 has no number
[[nodiscard]] ALG_ID hash_id(const tls::CipherSuite& suite);
[[nodiscard]] ALG_ID signature_id(tls::KeyKind kind);  // 0: Ed25519 has no number

}  // namespace opensspi::abi
