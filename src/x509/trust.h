// Whether a certificate chain is trusted for a host: a verdict in CERT_TRUST_STATUS's terms.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "x509/certificate.h"

namespace opensspi::x509 {

struct TrustStatus {
  std::uint32_t errors = 0;  // CERT_TRUST_IS_* of wincrypt.h; 0: trusted
  std::uint32_t info = 0;    // CERT_TRUST_IS_SELF_SIGNED, …
  bool name_matches = false;
};

// Judges against the system's store at this moment. `chain`: end entity first.
[[nodiscard]] TrustStatus judge(std::span<const Certificate> chain, std::string_view host);

}  // namespace opensspi::x509
