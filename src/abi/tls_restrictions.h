// What SCHANNEL_CRED and SCH_CREDENTIALS say against algorithms. Each restriction acts on what TLS
// offers and takes, or is refused in words: none is passed over.
#pragma once

#include <span>

#include "abi/windows_names.h"
#include "base/result.h"
#include "tls/algorithms.h"

namespace opensspi::abi {

// dwMinimumCipherStrength and dwMaximumCipherStrength, bits; 0: no limit. AlgorithmMismatch for -1,
// TLS without encryption.
Result<void> limit_strength(std::uint32_t minimum, std::uint32_t maximum,
                            tls::Algorithms& algorithms);

// palgSupportedAlgs. Windows: a class of algorithms of which the list has none keeps its defaults.
void keep_only(std::span<const ALG_ID> allowed, tls::Algorithms& algorithms);

// One entry of TLS_PARAMETERS.pDisabledCrypto. Without lengths the algorithm goes, with them what
// is shorter or longer. An algorithm that is not offered is passed over, as on Windows.
// UnsupportedFunction for what OpenSSL cannot be held to; UnknownCredentials.
Result<void> disable(const CRYPTO_SETTINGS& settings, tls::Algorithms& algorithms);

}  // namespace opensspi::abi
