// The system's store, and the verdict on a TLS server: chain.h's, and whether the name is right.
#include "x509/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstdlib>

#include "crypto/openssl.h"
#include "x509/chain.h"
#include "x509/files.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

std::string place(const char* variable, const char* otherwise) {
  const char* const named = secure_getenv(variable);
  return named != nullptr ? named : otherwise;
}

void add(X509_STORE& store, const std::vector<KeyPair>& authorities) {
  for (const KeyPair& authority : authorities)
    X509_STORE_add_cert(&store, authority.chain.front().native().x509.get());
}

}  // namespace

TrustPlaces system_trust() {
  return {place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir()),
          place(X509_get_default_cert_file_env(), X509_get_default_cert_file())};
}

TrustStore TrustStore::open(const std::string& directory, const std::string& bundle) {
  auto native = std::make_shared<Native>();
  native->store = new_trust_store();
  if (native->store != nullptr) {
    X509_STORE_load_path(native->store.get(), directory.c_str());
    // OpenSSL takes all of a bundle or, when a part is damaged, nothing.
    if (X509_STORE_load_file_ex(native->store.get(), bundle.c_str(), crypto::library_context(),
                                nullptr) != 1)
      add(*native->store, certificates_of_file(bundle).value_or(std::vector<KeyPair>()));
  }
  ERR_clear_error();
  return TrustStore(std::move(native));
}

TrustStore TrustStore::of(std::span<const Certificate> authorities) {
  auto native = std::make_shared<Native>();
  native->store = new_trust_store();
  for (const Certificate& authority : authorities) {
    if (native->store != nullptr)
      X509_STORE_add_cert(native->store.get(), authority.native().x509.get());
  }
  ERR_clear_error();
  return TrustStore(std::move(native));
}

const TrustStore& TrustStore::system() {
  static const auto* const store = [] {  // never freed: a thread may judge while the process ends
    const TrustPlaces places = system_trust();
    return new TrustStore(open(places.directory, places.bundle));
  }();
  return *store;
}

TrustStatus judge(std::span<const Certificate> chain, std::string_view host,
                  const TrustStore& store, Usage usage) {
  TrustStatus status;
  if (chain.empty()) {
    status.errors = trust_error::kPartialChain;
    return status;
  }
  ChainRequest request;
  request.tls = usage;
  request.issuers.assign(chain.begin() + 1, chain.end());
  const Chain built = build_chain(chain.front(), request, store);
  status.errors = built.errors;
  status.info = built.elements.front().info;
  status.name_matches = is_of_host(chain.front(), host);
  return status;
}

}  // namespace opensspi::x509
