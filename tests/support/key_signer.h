// A key that signs as a token does, with OpenSSL's default provider: a Signer for x509 and tls, and
// what the fake PKCS#11 module signs by.
#pragma once

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "support/certificates.h"
#include "support/raw_ecdsa.h"
#include "x509/signer.h"

namespace opensspi::test {

inline Bytes sign_as_token(EVP_PKEY* key, x509::Signer::Operation operation,
                           x509::SignatureHash hash, ByteView input) {
  using Operation = x509::Signer::Operation;
  if (operation == Operation::Ecdsa) return raw_ecdsa(key, input);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> ctx(
      EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
  certificates::require(ctx != nullptr && EVP_PKEY_sign_init(ctx.get()) == 1);
  const int padding = operation == Operation::RsaPkcs1 ? RSA_PKCS1_PADDING
                      : operation == Operation::RsaPss ? RSA_PKCS1_PSS_PADDING
                                                       : RSA_NO_PADDING;
  certificates::require(EVP_PKEY_CTX_set_rsa_padding(ctx.get(), padding) == 1);
  if (operation == Operation::RsaPss) {
    const EVP_MD* digests[] = {EVP_sha256(), EVP_sha384(), EVP_sha512()};
    certificates::require(
        EVP_PKEY_CTX_set_signature_md(ctx.get(), digests[static_cast<int>(hash)]) == 1 &&
        EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = signature.size();
  certificates::require(
      EVP_PKEY_sign(ctx.get(), signature.data(), &size, input.data(), input.size()) == 1);
  signature.resize(size);
  return signature;
}

class KeySigner : public x509::Signer {
 public:
  KeySigner(std::shared_ptr<EVP_PKEY> key, std::set<Operation> operations)
      : key_(std::move(key)), operations_(std::move(operations)) {}

  std::optional<Error> failure{};  // instead of a signature

  [[nodiscard]] bool can(Operation operation) const noexcept override {
    return operations_.contains(operation);
  }
  [[nodiscard]] Result<Bytes> sign(Operation operation, x509::SignatureHash hash,
                                   ByteView input) const override {
    if (failure) return fail(*failure);
    certificates::require(can(operation));
    return sign_as_token(key_.get(), operation, hash, input);
  }

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::set<Operation> operations_;
};

// The certificate with its key held by this signer.
inline x509::KeyPair held_by(std::shared_ptr<const x509::Signer> signer, const Issued& issued) {
  x509::KeyPair pair;
  pair.chain.push_back(x509::Certificate::from_der(issued.certificate_der()).value());
  pair.key = std::make_shared<const x509::PrivateKey>(
      x509::PrivateKey::held_by(std::move(signer), pair.chain.front()).value());
  return pair;
}

}  // namespace opensspi::test
