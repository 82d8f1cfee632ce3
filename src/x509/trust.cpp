// Chain building and name check by OpenSSL (RFC 5280 6, RFC 6125), each fault as its bit.
#include "x509/trust.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "crypto/openssl.h"
#include "x509/native.h"

namespace opensspi::x509 {

using OwnedStore = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;

struct TrustStore::Native {
  OwnedStore store;
};

namespace {

struct FreeStack {  // not its certificates
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using OwnedStack = std::unique_ptr<STACK_OF(X509), FreeStack>;
using OwnedStoreCtx = std::unique_ptr<X509_STORE_CTX, FreedBy<X509_STORE_CTX_free>>;

struct Fault {
  int error;  // X509_V_ERR_*
  std::uint32_t bit;
};
constexpr std::array kFaults = {
    Fault{X509_V_ERR_CERT_NOT_YET_VALID, trust_error::kNotTimeValid},
    Fault{X509_V_ERR_CERT_HAS_EXPIRED, trust_error::kNotTimeValid},
    Fault{X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, trust_error::kNotTimeValid},
    Fault{X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, trust_error::kNotTimeValid},
    Fault{X509_V_ERR_CERT_REVOKED, trust_error::kRevoked},
    Fault{X509_V_ERR_CERT_SIGNATURE_FAILURE, trust_error::kNotSignatureValid},
    Fault{X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, trust_error::kNotSignatureValid},
    Fault{X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, trust_error::kNotSignatureValid},
    Fault{X509_V_ERR_INVALID_PURPOSE, trust_error::kNotValidForUsage},
    Fault{X509_V_ERR_CERT_UNTRUSTED, trust_error::kNotValidForUsage},
    Fault{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, trust_error::kNotValidForUsage},
    Fault{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, trust_error::kUntrustedRoot},
    Fault{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, trust_error::kUntrustedRoot},
    Fault{X509_V_ERR_INVALID_EXTENSION, trust_error::kInvalidExtension},
    Fault{X509_V_ERR_INVALID_CA, trust_error::kInvalidBasicConstraints},
    Fault{X509_V_ERR_PATH_LENGTH_EXCEEDED, trust_error::kInvalidBasicConstraints},
    Fault{X509_V_ERR_PERMITTED_VIOLATION, trust_error::kHasNotPermittedNameConstraint},
    Fault{X509_V_ERR_EXCLUDED_VIOLATION, trust_error::kHasExcludedNameConstraint},
    Fault{X509_V_ERR_CA_MD_TOO_WEAK, trust_error::kHasWeakSignature},
    Fault{X509_V_ERR_CA_KEY_TOO_SMALL, trust_error::kHasWeakSignature},
    Fault{X509_V_ERR_EE_KEY_TOO_SMALL, trust_error::kHasWeakSignature},
    Fault{X509_V_ERR_CERT_REJECTED, trust_error::kExplicitDistrust},
    Fault{X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, trust_error::kHasNotSupportedCriticalExt},
};

// A fault without a bit of its own still denies trust: no valid chain could be built.
std::uint32_t bit_of(int error) {
  const auto* known = std::find_if(kFaults.begin(), kFaults.end(),
                                   [error](const Fault& fault) { return fault.error == error; });
  return known == kFaults.end() ? trust_error::kPartialChain : known->bit;
}

// Collects every fault instead of stopping at the first.
int collect(int ok, X509_STORE_CTX* ctx) {
  if (ok != 1) {
    auto& errors = *static_cast<std::uint32_t*>(X509_STORE_CTX_get_app_data(ctx));
    errors |= bit_of(X509_STORE_CTX_get_error(ctx));
  }
  return 1;
}

// How the end entity names its issuer: by issuer and serial, by key, or by name only.
std::uint32_t issuer_match(X509* end_entity) {
  if (X509_get0_authority_serial(end_entity) != nullptr) return trust_info::kHasExactMatchIssuer;
  if (X509_get0_authority_key_id(end_entity) != nullptr) return trust_info::kHasKeyMatchIssuer;
  return trust_info::kHasNameMatchIssuer;
}

bool matches(X509* end_entity, std::string_view host) {
  std::string name(host);
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  const int as_address = X509_check_ip_asc(end_entity, name.c_str(), 0);
  if (as_address >= 0) return as_address == 1;  // negative: not an address
  return X509_check_host(end_entity, name.data(), name.size(), 0, nullptr) == 1;
}

// The issuers that a chain may go through, none of them trusted. Null when memory is short.
OwnedStack issuers_of(std::span<const Certificate> chain) {
  OwnedStack issuers(sk_X509_new_null());
  for (const auto part : {chain.subspan(1), std::span(chain.front().presented_with())}) {
    for (const Certificate& issuer : part) {
      if (issuers == nullptr || sk_X509_push(issuers.get(), issuer.native().x509.get()) == 0) {
        return nullptr;
      }
    }
  }
  return issuers;
}

void build_chain(TrustStatus& status, std::span<const Certificate> chain, const TrustStore& store,
                 Usage usage) {
  X509* end_entity = chain.front().native().x509.get();
  const OwnedStack issuers = issuers_of(chain);
  const int purpose =
      usage == Usage::ServerAuthentication ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
  const OwnedStoreCtx ctx(X509_STORE_CTX_new_ex(crypto::library_context(), nullptr));
  if (ctx == nullptr || issuers == nullptr || store.native().store == nullptr ||
      X509_STORE_CTX_init(ctx.get(), store.native().store.get(), end_entity, issuers.get()) != 1 ||
      X509_STORE_CTX_set_purpose(ctx.get(), purpose) != 1) {
    status.errors |= trust_error::kPartialChain;
    return;
  }
  X509_STORE_CTX_set_app_data(ctx.get(), &status.errors);
  X509_STORE_CTX_set_verify_cb(ctx.get(), collect);
  if (X509_verify_cert(ctx.get()) != 1)
    status.errors |= bit_of(X509_STORE_CTX_get_error(ctx.get()));
  const int length = sk_X509_num(X509_STORE_CTX_get0_chain(ctx.get()));
  const bool self_signed = X509_self_signed(end_entity, 0) == 1;
  if (self_signed) status.info |= trust_info::kSelfSigned;
  if (self_signed || length > 1) status.info |= issuer_match(end_entity);
  if (self_signed && status.errors == 0) status.info |= trust_info::kPeerTrusted;
}

std::string place(const char* variable, const char* otherwise) {
  const char* const named = secure_getenv(variable);
  return named != nullptr ? named : otherwise;
}

}  // namespace

TrustStore TrustStore::open(const std::string& directory, const std::string& bundle) {
  auto native = std::make_shared<Native>();
  native->store.reset(X509_STORE_new());
  if (native->store != nullptr) {
    X509_STORE_load_path(native->store.get(), directory.c_str());
    X509_STORE_load_file_ex(native->store.get(), bundle.c_str(), crypto::library_context(),
                            nullptr);
  }
  ERR_clear_error();
  return TrustStore(std::move(native));
}

TrustStore TrustStore::of(std::span<const Certificate> authorities) {
  auto native = std::make_shared<Native>();
  native->store.reset(X509_STORE_new());
  for (const Certificate& authority : authorities) {
    if (native->store != nullptr)
      X509_STORE_add_cert(native->store.get(), authority.native().x509.get());
  }
  ERR_clear_error();
  return TrustStore(std::move(native));
}

const TrustStore& TrustStore::system() {
  static const auto* const store =  // never freed: a thread may judge while the process ends
      new TrustStore(open(place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir()),
                          place(X509_get_default_cert_file_env(), X509_get_default_cert_file())));
  return *store;
}

TrustStatus judge(std::span<const Certificate> chain, std::string_view host,
                  const TrustStore& store, Usage usage) {
  TrustStatus status;
  if (chain.empty()) {
    status.errors = trust_error::kPartialChain;
    return status;
  }
  build_chain(status, chain, store, usage);
  status.name_matches = matches(chain.front().native().x509.get(), host);
  ERR_clear_error();
  return status;
}

}  // namespace opensspi::x509
