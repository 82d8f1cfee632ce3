// The messages of MIT krb5 1.20, as it prints them (its k5-trace.h has no other form of them).
#include "kerberos/pkinit_trace.h"

#include <charconv>

namespace opensspi::kerberos {
namespace {

constexpr std::string_view kBehindPrefix = ": ";
constexpr std::string_view kOffers = "Processing preauth types: ";
constexpr std::string_view kAsReq = "(16)";  // RFC 4556 3.1.3: PA-PK-AS-REQ
constexpr std::string_view kModule = "Preauth module pkinit (";
constexpr std::string_view kReturned = " (real) returned: ";
constexpr std::string_view kOwn = "Failed to verify own certificate";
// X509_verify_cert_error_string(3)
constexpr std::string_view kExpired = "certificate has expired";

}  // namespace

void PkinitTrace::read(std::string_view line) {
  const std::size_t prefix = line.find(kBehindPrefix);
  if (prefix == std::string_view::npos) return;
  const std::string_view message = line.substr(prefix + kBehindPrefix.size());
  if (message.starts_with(kOffers)) {
    offered_ |= message.find(kAsReq) != std::string_view::npos;
    return;
  }
  if (!message.starts_with(kModule)) return;
  plugin_ = true;
  const std::size_t at = message.find(kReturned);
  if (at == std::string_view::npos || failure_ != 0) return;
  const std::string_view result = message.substr(at + kReturned.size());
  std::from_chars(result.data(), result.data() + result.size(), failure_);
  if (failure_ == 0) return;
  own_untrusted_ = result.find(kOwn) != std::string_view::npos;
  expired_ = result.find(kExpired) != std::string_view::npos;
}

}  // namespace opensspi::kerberos
