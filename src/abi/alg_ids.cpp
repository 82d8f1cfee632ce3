// Numbers of wincrypt.h.
#include "abi/alg_ids.h"

namespace opensspi::abi {

ALG_ID cipher_id(const tls::CipherSuite& suite) {
  if (suite.cipher != tls::Cipher::Aes) return 0;
  return suite.strength == 128 ? CALG_AES_128 : CALG_AES_256;
}

ALG_ID hash_id(const tls::CipherSuite& suite) {
  switch (suite.hash) {
    case tls::Hash::Sha256:
      return CALG_SHA_256;
    case tls::Hash::Sha384:
      return CALG_SHA_384;
    default:
      return CALG_SHA1;
  }
}

ALG_ID signature_id(tls::KeyKind kind) {
  switch (kind) {
    case tls::KeyKind::Rsa:
      return CALG_RSA_SIGN;
    case tls::KeyKind::Ecdsa:
      return CALG_ECDSA;
    default:
      return 0;
  }
}

}  // namespace opensspi::abi
