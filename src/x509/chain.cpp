// X509_verify_cert with every fault collected at its certificate.
#include "x509/chain.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "crypto/openssl.h"
#include "x509/files.h"
#include "x509/native.h"

namespace opensspi::x509 {
namespace {

using OwnedStoreCtx = std::unique_ptr<X509_STORE_CTX, FreedBy<X509_STORE_CTX_free>>;

// Another choice of issuers may do away with these.
constexpr std::uint32_t kNoBetter = trust_error::kNotSignatureValid | trust_error::kPartialChain;
constexpr std::uint32_t kOfWholeChain = 0x000F0000;
constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";  // RFC 5280 4.2.1.12
constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";

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
    Fault{X509_V_ERR_CERT_UNTRUSTED, trust_error::kNotValidForUsage},
    Fault{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, trust_error::kNotValidForUsage},
    Fault{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, trust_error::kUntrustedRoot},
    Fault{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, trust_error::kUntrustedRoot},
    Fault{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, trust_error::kPartialChain},
    Fault{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, trust_error::kPartialChain},
    Fault{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, trust_error::kPartialChain},
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

// A fault without a bit of its own still denies trust, and is none of those that callers forgive.
std::uint32_t bit_of(int error) {
  const auto* known = std::find_if(kFaults.begin(), kFaults.end(),
                                   [error](const Fault& fault) { return fault.error == error; });
  constexpr std::uint32_t kOther = trust_error::kPartialChain | trust_error::kInvalidExtension;
  return known == kFaults.end() ? kOther : known->bit;
}

// Authorities that were renewed with another key keep their name, and unless certificates name keys
// only the signature tells which one issued them.
enum class IssuersBy { Name, Signature };

struct Judging {
  IssuersBy issuers_by;
  int checks_left = 64;  // signatures that a peer can make this side verify for a choice
  std::array<std::uint32_t, 128> at{};  // more than OpenSSL builds: the rest counts for the whole
  std::uint32_t all = 0;

  static Judging& of(X509_STORE_CTX* ctx) {
    return *static_cast<Judging*>(X509_STORE_CTX_get_app_data(ctx));
  }
};

// How the trusted certificate is signed does not matter.
bool is_of_anchor(X509_STORE_CTX* ctx) {
  const int depth = X509_STORE_CTX_get_error_depth(ctx);
  return X509_STORE_CTX_get_error(ctx) == X509_V_ERR_CERT_SIGNATURE_FAILURE &&
         depth >= X509_STORE_CTX_get_num_untrusted(ctx) &&
         depth == sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;
}

// Collects every fault instead of stopping at the first.
int collect(int ok, X509_STORE_CTX* ctx) {
  if (ok == 1 || is_of_anchor(ctx)) return 1;
  Judging& judging = Judging::of(ctx);
  const std::uint32_t bit = bit_of(X509_STORE_CTX_get_error(ctx));
  const auto depth = static_cast<std::size_t>(X509_STORE_CTX_get_error_depth(ctx));
  judging.all |= bit;
  if (depth < judging.at.size()) judging.at[depth] |= bit & ~kOfWholeChain;
  return 1;
}

bool is_signed_by(X509* subject, X509* issuer) {
  EVP_PKEY* const key = X509_get0_pubkey(issuer);
  const bool verified = key != nullptr && X509_verify(subject, key) == 1;
  ERR_clear_error();
  return verified;
}

// OpenSSL's own rule, which only its contexts show; null when memory is short.
X509_STORE_CTX_check_issued_fn rule_by_name() {
  const OwnedStore store(X509_STORE_new());
  const OwnedStoreCtx ctx(X509_STORE_CTX_new());
  const bool ready = store != nullptr && ctx != nullptr &&
                     X509_STORE_CTX_init(ctx.get(), store.get(), nullptr, nullptr) == 1;
  return ready ? X509_STORE_CTX_get_check_issued(ctx.get()) : nullptr;
}

int check_issued(X509_STORE_CTX* ctx, X509* subject, X509* issuer) {
  static const auto by_name = rule_by_name();
  if (by_name == nullptr || by_name(ctx, subject, issuer) != 1) return 0;
  Judging& judging = Judging::of(ctx);
  if (judging.issuers_by == IssuersBy::Name) return 1;
  return judging.checks_left-- > 0 && is_signed_by(subject, issuer) ? 1 : 0;
}

// How a certificate names its issuer: by issuer and serial, by key, or by name only.
std::uint32_t issuer_match(X509* certificate) {
  if (X509_get0_authority_serial(certificate) != nullptr) return trust_info::kHasExactMatchIssuer;
  if (X509_get0_authority_key_id(certificate) != nullptr) return trust_info::kHasKeyMatchIssuer;
  return trust_info::kHasNameMatchIssuer;
}

// Null when memory is short.
OwnedStack issuers_of(const Certificate& certificate, const ChainRequest& request) {
  OwnedStack issuers(sk_X509_new_null());
  for (const auto* part : {&request.issuers, &certificate.presented_with()}) {
    for (const Certificate& issuer : *part) {
      if (issuers == nullptr || sk_X509_push(issuers.get(), issuer.native().x509.get()) == 0)
        return nullptr;
    }
  }
  return issuers;
}

// The chain that OpenSSL came to; the end entity alone when it came to none.
std::vector<ChainElement> elements_of(const Certificate& certificate, X509_STORE_CTX* ctx) {
  std::vector<ChainElement> elements{{certificate}};
  STACK_OF(X509)* const chain = ctx == nullptr ? nullptr : X509_STORE_CTX_get0_chain(ctx);
  for (int i = 1; i < sk_X509_num(chain); ++i) {
    auto element = certificate_of(shared(sk_X509_value(chain, i)));
    if (!element) break;
    elements.push_back({*std::move(element)});
  }
  return elements;
}

int trust_of(Usage usage) {
  return usage == Usage::ServerAuthentication ? X509_TRUST_SSL_SERVER : X509_TRUST_SSL_CLIENT;
}

Chain verify(const Certificate& certificate, const ChainRequest& request, const TrustStore& store,
             IssuersBy issuers_by) {
  Judging judging{issuers_by};
  const OwnedStack issuers = issuers_of(certificate, request);
  const OwnedStoreCtx ctx(X509_STORE_CTX_new_ex(crypto::library_context(), nullptr));
  if (ctx == nullptr || issuers == nullptr || store.native().store == nullptr ||
      X509_STORE_CTX_init(ctx.get(), store.native().store.get(), certificate.native().x509.get(),
                          issuers.get()) != 1 ||
      (request.tls && X509_STORE_CTX_set_trust(ctx.get(), trust_of(*request.tls)) != 1))
    return {elements_of(certificate, nullptr), trust_error::kPartialChain};
  if (request.time) X509_STORE_CTX_set_time(ctx.get(), 0, *request.time);
  X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(ctx.get());
  X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CHECK_SS_SIGNATURE);
  X509_STORE_CTX_set_app_data(ctx.get(), &judging);
  X509_STORE_CTX_set_verify_cb(ctx.get(), collect);
  if (X509_verify_cert(ctx.get()) != 1) judging.all |= bit_of(X509_STORE_CTX_get_error(ctx.get()));
  Chain chain{elements_of(certificate, ctx.get()), judging.all};
  for (std::size_t i = 0; i < std::min(chain.elements.size(), judging.at.size()); ++i)
    chain.elements[i].errors = judging.at[i];
  return chain;
}

// The first choice costs no signatures; where it leads to a wrong one, another issuer of the same
// name may be the right one. When there is none, the wrong signature is what is told.
Chain verify(const Certificate& certificate, const ChainRequest& request, const TrustStore& store) {
  Chain by_name = verify(certificate, request, store, IssuersBy::Name);
  if ((by_name.errors & trust_error::kNotSignatureValid) == 0) return by_name;
  Chain by_signature = verify(certificate, request, store, IssuersBy::Signature);
  return (by_signature.errors & kNoBetter) == 0 ? by_signature : by_name;
}

// The system's issuers are read only when a chain needs them.
Chain verify_through_system(const Certificate& certificate, const ChainRequest& request,
                            const TrustStore& store) {
  Chain chain = verify(certificate, request, store);
  if ((chain.errors & kNoBetter) == 0) return chain;
  const std::vector<Certificate> issuers = system_issuers();
  if (issuers.empty()) return chain;
  ChainRequest more = request;
  more.issuers.insert(more.issuers.end(), issuers.begin(), issuers.end());
  Chain through_system = verify(certificate, more, store);
  const bool is_partial = (chain.errors & trust_error::kPartialChain) != 0;
  return is_partial || (through_system.errors & kNoBetter) == 0 ? through_system : chain;
}

bool allows_tls(const Usages& usages, Usage usage) {
  return allows(usages, usage == Usage::ServerAuthentication ? kServerAuth : kClientAuth);
}

bool allows_what_is_asked(const Usages& usages, const ChainRequest& request) {
  const auto allowed = [&](const std::string& usage) { return allows(usages, usage); };
  if (request.tls && !allows_tls(usages, *request.tls)) return false;
  return request.any_usage && !request.usages.empty()
             ? std::ranges::any_of(request.usages, allowed)
             : std::ranges::all_of(request.usages, allowed);
}

// RFC 5280 4.2.1.3: a server's key signs, or takes the client's secret or agrees on one.
bool has_key_usage_for(Usage usage, const Certificate& certificate) {
  constexpr std::uint32_t kOfClients = KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT;
  constexpr std::uint32_t kOfServers = kOfClients | KU_KEY_ENCIPHERMENT;
  const std::uint32_t fit = usage == Usage::ServerAuthentication ? kOfServers : kOfClients;
  return (X509_get_key_usage(certificate.native().x509.get()) & fit) != 0;
}

// The fault is where the use gets lost, seen from the root.
void check_usages(const ChainRequest& request, Chain& chain) {
  Usages usages;
  bool fit = true;
  for (ChainElement& element : chain.elements | std::views::reverse) {
    usages = common(usages, usages_of(element.certificate));
    element.usages = usages;
    if (fit && !allows_what_is_asked(usages, request)) {
      fit = false;
      element.errors |= trust_error::kNotValidForUsage;
    }
  }
  ChainElement& end_entity = chain.elements.front();
  if (request.tls && !has_key_usage_for(*request.tls, end_entity.certificate))
    end_entity.errors |= trust_error::kNotValidForUsage;
}

void note_revocation(const ChainRequest& request, Chain& chain) {
  using Revocation = ChainRequest::Revocation;
  if (request.revocation == Revocation::None) return;
  for (ChainElement& element : chain.elements) {
    const bool is_end = &element == &chain.elements.front();
    if (request.revocation == Revocation::EndCertificate && !is_end) continue;
    if (request.revocation == Revocation::ChainWithoutRoot && !is_end &&
        is_self_signed(element.certificate))
      continue;
    element.errors |= trust_error::kRevocationStatusUnknown | trust_error::kOfflineRevocation;
  }
}

void add_info(Chain& chain) {
  for (std::size_t i = 0; i < chain.elements.size(); ++i) {
    ChainElement& element = chain.elements[i];
    const bool self_signed = is_self_signed(element.certificate) &&
                             (element.errors & trust_error::kNotSignatureValid) == 0;
    if (self_signed) element.info |= trust_info::kSelfSigned;
    if (self_signed || i + 1 < chain.elements.size())
      element.info |= issuer_match(element.certificate.native().x509.get());
  }
  ChainElement& end_entity = chain.elements.front();
  if (chain.errors == 0 && (end_entity.info & trust_info::kSelfSigned) != 0)
    end_entity.info |= trust_info::kPeerTrusted;
}

}  // namespace

OwnedStore new_trust_store() {
  OwnedStore store(X509_STORE_new());
  if (store != nullptr) X509_STORE_set_check_issued(store.get(), check_issued);
  return store;
}

Chain build_chain(const Certificate& certificate, const ChainRequest& request,
                  const TrustStore& store) {
  Chain chain = verify_through_system(certificate, request, store);
  check_usages(request, chain);
  note_revocation(request, chain);
  for (const ChainElement& element : chain.elements) chain.errors |= element.errors;
  add_info(chain);
  ERR_clear_error();
  return chain;
}

std::optional<std::size_t> refusing(const Chain& chain, const std::string& usage) {
  for (std::size_t i = chain.elements.size(); i-- > 0;)
    if (!allows(chain.elements[i].usages, usage)) return i;
  return std::nullopt;
}

std::vector<Certificate> with_issuers(Certificate certificate, std::vector<Certificate> others) {
  std::vector<Certificate> chain{std::move(certificate)};
  while (!is_self_signed(chain.back())) {
    const auto issuer = std::ranges::find_if(others, [&](const Certificate& other) {
      return may_have_issued(other, chain.back()) && is_signed_by(chain.back(), other);
    });
    if (issuer == others.end()) break;
    chain.push_back(std::move(*issuer));
    others.erase(issuer);
  }
  return chain;
}

bool may_have_issued(const Certificate& issuer, const Certificate& subject) {
  return X509_check_issued(issuer.native().x509.get(), subject.native().x509.get()) == X509_V_OK;
}

bool is_self_signed(const Certificate& certificate) {
  return X509_self_signed(certificate.native().x509.get(), 0) == 1;
}

bool is_signed_by(const Certificate& subject, const Certificate& issuer) {
  return is_signed_by(subject.native().x509.get(), issuer.native().x509.get());
}

}  // namespace opensspi::x509
