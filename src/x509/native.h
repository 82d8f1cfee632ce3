// The OpenSSL objects behind x509's values, for the .cpp files of x509 and tls only.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "x509/certificate.h"
#include "x509/private_key.h"
#include "x509/trust.h"

namespace opensspi::x509 {

// Deletes by an OpenSSL function, so that a unique_ptr stays one pointer wide.
template <auto kFree>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

struct FreeStack {  // not its certificates
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using OwnedStack = std::unique_ptr<STACK_OF(X509), FreeStack>;
using OwnedBio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using OwnedX509 = std::unique_ptr<X509, FreedBy<X509_free>>;
using OwnedStore = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;
using OwnedPkey = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;

// OpenSSL's: RSA from 2048 bits, 112 bits of security, neither MD5 nor SHA-1.
inline constexpr int kSecurityLevel = 2;

struct Certificate::Native {
  OwnedX509 x509;
  Bytes der;
  Bytes subject_public_key;
  std::vector<Certificate> presented_with;
};

struct PrivateKey::Native {
  OwnedPkey key;
  std::shared_ptr<const Signer> signer = nullptr;  // where the key is; null: in `key`
};

struct TrustStore::Native {
  OwnedStore store;  // by new_trust_store()
};

// Without authorities, for chain.cpp to build chains to. Null when memory is short.
OwnedStore new_trust_store();

// One reference more.
[[nodiscard]] OwnedX509 shared(X509* x509);

// Empty when it cannot be written.
[[nodiscard]] Bytes der_of(X509* x509);

// An empty certificate in the library's context, for the decoders that fill one.
OwnedX509 new_x509();

// UnknownCredentials when it has no encoding or no key.
Result<Certificate> certificate_of(OwnedX509 x509, std::vector<Certificate> presented_with = {});

// A certificate chain with its key: UnknownCredentials when the key is not the first one's.
Result<KeyPair> paired(std::vector<Certificate> chain, OwnedPkey key);

// What a Signer said of its failure, when that is this error of OpenSSL's queue: the latest of this
// thread.
[[nodiscard]] std::optional<Error> remote_failure(unsigned long code);

// "1.2.840.113549" of an OBJECT IDENTIFIER; empty when it is malformed.
std::string dotted(const ASN1_OBJECT* object);

// A BIO that reads these bytes; they must outlive it.
OwnedBio reading(ByteView bytes);
// What was written into a BIO in memory; lies there until it is freed.
ByteView contents(BIO* bio);

}  // namespace opensspi::x509
