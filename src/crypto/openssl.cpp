// The private library context.
#include "crypto/openssl.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <new>

namespace opensspi::crypto {

namespace {

OSSL_LIB_CTX* make_context() {
  OSSL_LIB_CTX* const context = OSSL_LIB_CTX_new();
  if (context == nullptr) throw std::bad_alloc();
  // Named, so that no other provider is ever taken instead.
  if (OSSL_PROVIDER_load(context, "default") == nullptr) {
    OSSL_LIB_CTX_free(context);
    throw std::bad_alloc();
  }
  return context;
}

}  // namespace

OSSL_LIB_CTX* library_context() {
  static OSSL_LIB_CTX* const context = make_context();
  return context;
}

}  // namespace opensspi::crypto
