// Who signs for a private key that never comes into this process's memory: a card, an HSM.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace opensspi::x509 {

// The last two are those of TLS 1.0 and 1.1: SHA-1 for ECDSA, and for RSA MD5 and SHA-1 in a row.
enum class SignatureHash { Sha256, Sha384, Sha512, Sha1, Md5Sha1 };

class Signer {
 public:
  enum class Operation {
    RsaPkcs1,  // RFC 8017 8.2.1, of a DigestInfo; RFC 4346 7.4.3, of MD5 and SHA-1 bare
    RsaPss,    // RFC 8017 8.1.1, of a digest; MGF1 has the same hash, the salt is as long
    RsaRaw,    // RFC 8017 5.2.1, of a block as long as the modulus
    Ecdsa,     // of a digest no longer than the curve's order; answers r and s, of equal sizes
  };

  Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  virtual ~Signer() = default;

  [[nodiscard]] virtual bool can(Operation operation) const noexcept = 0;
  // By any thread. `hash`: what made the digest.
  [[nodiscard]] virtual Result<Bytes> sign(Operation operation, SignatureHash hash,
                                           ByteView input) const = 0;
};

}  // namespace opensspi::x509
