// The certificate that all measured servers show: ECDSA P-256, self-signed.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace bench {

struct FreeX509 {
  void operator()(X509* x509) const { X509_free(x509); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct PemCertificate {
  std::string certificate;
  std::string key;
};

[[nodiscard]] PemCertificate make_p256_certificate();
[[nodiscard]] std::unique_ptr<X509, FreeX509> read_certificate(const PemCertificate& pem);
[[nodiscard]] std::unique_ptr<EVP_PKEY, FreeKey> read_key(const PemCertificate& pem);

}  // namespace bench
