// How a Signer becomes an EVP_PKEY: through an OpenSSL provider of this library's own. It has a
// library context to itself, so that no fetch in crypto::library_context() ever comes upon it;
// OpenSSL finds its way to it from the key alone, whoever's context signs. remote_key.cpp has the
// provider and its keys, remote_signature.cpp what they sign.
#pragma once

#include <memory>

#include "x509/native.h"
#include "x509/signer.h"

namespace opensspi::x509 {

struct RemoteKey {
  OwnedPkey public_key;                  // of the default provider
  std::shared_ptr<const Signer> signer;  // null: only the public part is known
};
// What OpenSSL has as the data of a key: a pointer to one of these.
using RemoteKeyData = std::shared_ptr<const RemoteKey>;

// An entry of a provider's table of functions.
template <class Function>
OSSL_DISPATCH dispatch(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

// OSSL_OP_SIGNATURE
[[nodiscard]] const OSSL_DISPATCH* remote_rsa_signature();
[[nodiscard]] const OSSL_DISPATCH* remote_ecdsa_signature();

// The key of this certificate. UnknownCredentials when it is neither RSA's nor of an elliptic curve
// in use for ECDSA, or the signer cannot sign so.
Result<OwnedPkey> make_remote_key(const Certificate& certificate,
                                  std::shared_ptr<const Signer> signer);

}  // namespace opensspi::x509
