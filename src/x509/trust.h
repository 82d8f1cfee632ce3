// Whether a certificate chain is trusted for a host: a verdict in CERT_TRUST_STATUS's terms.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "x509/certificate.h"

namespace opensspi::x509 {

// CERT_TRUST_STATUS.dwErrorStatus of wincrypt.h: the bits that a verdict can have.
namespace trust_error {
inline constexpr std::uint32_t kNotTimeValid = 0x00000001;
inline constexpr std::uint32_t kRevoked = 0x00000004;
inline constexpr std::uint32_t kNotSignatureValid = 0x00000008;
inline constexpr std::uint32_t kNotValidForUsage = 0x00000010;
inline constexpr std::uint32_t kUntrustedRoot = 0x00000020;
inline constexpr std::uint32_t kRevocationStatusUnknown = 0x00000040;
inline constexpr std::uint32_t kInvalidExtension = 0x00000100;
inline constexpr std::uint32_t kInvalidBasicConstraints = 0x00000400;
inline constexpr std::uint32_t kHasNotPermittedNameConstraint = 0x00004000;
inline constexpr std::uint32_t kHasExcludedNameConstraint = 0x00008000;
inline constexpr std::uint32_t kPartialChain = 0x00010000;
inline constexpr std::uint32_t kHasWeakSignature = 0x00100000;
inline constexpr std::uint32_t kOfflineRevocation = 0x01000000;
inline constexpr std::uint32_t kExplicitDistrust = 0x04000000;
inline constexpr std::uint32_t kHasNotSupportedCriticalExt = 0x08000000;
}  // namespace trust_error

// dwInfoStatus.
namespace trust_info {
inline constexpr std::uint32_t kHasExactMatchIssuer = 0x00000001;
inline constexpr std::uint32_t kHasKeyMatchIssuer = 0x00000002;
inline constexpr std::uint32_t kHasNameMatchIssuer = 0x00000004;
inline constexpr std::uint32_t kSelfSigned = 0x00000008;
inline constexpr std::uint32_t kPeerTrusted = 0x00000800;
}  // namespace trust_info

struct TrustStatus {
  std::uint32_t errors = 0;  // trust_error; 0: trusted
  std::uint32_t info = 0;    // trust_info
  bool name_matches = false;
};

// Where the system's authorities are: OpenSSL's default directory of hashed names and its default
// bundle, or those that SSL_CERT_DIR and SSL_CERT_FILE name, as for every program that uses
// OpenSSL; a set-user-ID program is not told by its environment.
struct TrustPlaces {
  std::string directory, bundle;
};
[[nodiscard]] TrustPlaces system_trust();

// The authorities that a chain may end in. Safe for use by several threads at once.
class TrustStore {
 public:
  // Those of system_trust(), opened once per process; certificates that appear in the directory
  // later are found, under names that were not asked for yet.
  static const TrustStore& system();
  // A missing file or directory is an empty one.
  static TrustStore open(const std::string& directory, const std::string& bundle);
  // These authorities and no others.
  static TrustStore of(std::span<const Certificate> authorities);

  struct Native;
  explicit TrustStore(std::shared_ptr<const Native> native) : native_(std::move(native)) {}
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::shared_ptr<const Native> native_;
};

// What a certificate is presented for in TLS.
enum class Usage { ServerAuthentication, ClientAuthentication };

// Whether that is an address, of IPv4 or IPv6, as it is printed.
[[nodiscard]] bool is_address(std::string_view host);

// Whether the certificate is one of `host`: a DNS name, or an address as it is printed; what is
// neither matches nothing. A wildcard is one whole label, and the common name counts where there
// are no alternative names at all. RFC 6125
[[nodiscard]] bool is_of_host(const Certificate& certificate, std::string_view host);

// Judges at this moment. `chain`: end entity first; what was presented with it helps too. `host` as
// for is_of_host. Revocation is not asked.
[[nodiscard]] TrustStatus judge(std::span<const Certificate> chain, std::string_view host,
                                const TrustStore& store = TrustStore::system(),
                                Usage usage = Usage::ServerAuthentication);

}  // namespace opensspi::x509
