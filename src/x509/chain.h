// Chains of certificates with what is wrong with each of them, in CERT_TRUST_STATUS's terms.
// RFC 5280 6, by OpenSSL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "x509/certificate.h"
#include "x509/trust.h"
#include "x509/usages.h"

namespace opensspi::x509 {

struct ChainElement {
  Certificate certificate;
  std::uint32_t errors = 0;  // trust_error, without those of a whole chain
  std::uint32_t info = 0;    // trust_info
  Usages usages = {};        // that it and every certificate above it allow
};

struct Chain {
  std::vector<ChainElement> elements;  // the end entity first, as far as issuers were found
  std::uint32_t errors = 0;            // trust_error, of any element or of the whole; 0: trusted
};

struct ChainRequest {
  enum class Revocation { None, EndCertificate, Chain, ChainWithoutRoot };

  std::vector<Certificate> issuers = {};  // what a chain may go through, none of it trusted
  std::optional<Usage> tls = {};          // every certificate is fit for it, key usage and all
  // Dotted uses that every certificate must allow, a root too.
  std::vector<std::string> usages = {};
  bool any_usage = false;                    // one of them is enough
  Revocation revocation = Revocation::None;  // it cannot be asked: those are of unknown status
  std::optional<std::int64_t> time = {};     // seconds since 1970-01-01 UTC; nothing: now
};

// What was presented with the certificate helps too, and so does the system's store CA.
[[nodiscard]] Chain build_chain(const Certificate& certificate, const ChainRequest& request,
                                const TrustStore& store = TrustStore::system());

// Where a use gets lost that the certificates above allow; nothing when the whole chain allows it.
[[nodiscard]] std::optional<std::size_t> refusing(const Chain& chain, const std::string& usage);

// The certificate and, as far as they are among `others`, the one that signed it, the one that
// signed that, and so on.
[[nodiscard]] std::vector<Certificate> with_issuers(Certificate certificate,
                                                    std::vector<Certificate> others);

// Whether `issuer` may have issued `subject`: by name, key identifier and key usage.
[[nodiscard]] bool may_have_issued(const Certificate& issuer, const Certificate& subject);
[[nodiscard]] bool is_self_signed(const Certificate& certificate);  // by name and key identifier
// Whether `subject`'s signature is by the key of `issuer`.
[[nodiscard]] bool is_signed_by(const Certificate& subject, const Certificate& issuer);

}  // namespace opensspi::x509
