// Alerts: RFC 8446 6.2 and RFC 5246 7.2.2, with the statuses that Schannel gives for them.
#include "tls/failure.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <array>
#include <optional>

#include "x509/native.h"

namespace opensspi::tls {
namespace {

struct AlertMeaning {
  std::uint8_t description;
  Status status;
  const char* why;
};

// access_denied stays a plain refusal here: what it refuses (a logon) only CredSSP knows.
constexpr std::array kAlerts = {
    AlertMeaning{0, Status::ContextExpired, "the peer closed the TLS session (close_notify)"},
    AlertMeaning{10, Status::IllegalMessage, "the peer got a TLS message that it did not expect"},
    AlertMeaning{20, Status::MessageAltered, "the peer could not verify our TLS record"},
    AlertMeaning{21, Status::DecryptFailure, "the peer could not decrypt our TLS record"},
    AlertMeaning{22, Status::IllegalMessage, "the peer found our TLS record too long"},
    AlertMeaning{40, Status::IllegalMessage,
                 "the peer found no common TLS settings, or misses a certificate of this side "
                 "(alert handshake_failure)"},
    AlertMeaning{42, Status::CertUnknown, "the peer found the certificate damaged"},
    AlertMeaning{43, Status::CertUnknown, "the peer does not support the certificate's type"},
    AlertMeaning{44, Status::CertUnknown, "the peer says that the certificate was revoked"},
    AlertMeaning{45, Status::CertExpired, "the peer says that the certificate expired"},
    AlertMeaning{46, Status::CertUnknown, "the peer did not accept the certificate"},
    AlertMeaning{47, Status::IllegalMessage, "the peer found an illegal value in a TLS message"},
    AlertMeaning{48, Status::UntrustedRoot, "the peer does not trust the certificate's issuer"},
    AlertMeaning{49, Status::IllegalMessage, "the peer denied access (TLS alert access_denied)"},
    AlertMeaning{50, Status::IllegalMessage, "the peer could not decode a TLS message"},
    AlertMeaning{51, Status::DecryptFailure, "the peer could not verify the TLS handshake"},
    AlertMeaning{70, Status::UnsupportedFunction, "the peer does not speak our TLS versions"},
    AlertMeaning{71, Status::AlgorithmMismatch, "the peer demands stronger TLS settings"},
    AlertMeaning{80, Status::InternalError, "the peer had an internal error (TLS alert)"},
    AlertMeaning{86, Status::AlgorithmMismatch, "the peer refuses a TLS version fallback"},
    AlertMeaning{90, Status::IllegalMessage, "the peer's user cancelled the TLS handshake"},
    AlertMeaning{100, Status::IllegalMessage, "the peer does not renegotiate"},
    AlertMeaning{109, Status::IllegalMessage, "the peer misses a TLS extension"},
    AlertMeaning{110, Status::IllegalMessage, "the peer does not know a TLS extension"},
    AlertMeaning{112, Status::WrongPrincipal, "the peer does not know that server name"},
    AlertMeaning{116, Status::NoCredentials, "the peer demands a client certificate"},
    AlertMeaning{120, Status::ApplicationProtocolMismatch,
                 "the peer knows none of our application protocols"},
};

std::optional<Error> meaning_of_reason(int reason) {
  switch (reason) {
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return Error{Status::AlgorithmMismatch,
                   "the peer shares no TLS cipher suite, group or "
                   "signature algorithm with us"};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_UNSUPPORTED_SSL_VERSION:
    case SSL_R_INAPPROPRIATE_FALLBACK:
      return Error{Status::AlgorithmMismatch, "the peer shares no TLS version with us"};
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return Error{Status::InvalidToken, "the peer does not speak TLS"};
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_DECRYPTION_FAILED:
      return Error{Status::MessageAltered, "a TLS record was altered on the way"};
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return Error{Status::ApplicationProtocolMismatch,
                   "the peer knows none of our application protocols"};
    case SSL_R_DIGEST_CHECK_FAILED:
    case SSL_R_BAD_SIGNATURE:
      return Error{Status::MessageAltered, "the TLS handshake was altered on the way"};
    default:
      return std::nullopt;
  }
}

std::optional<Error> meaning_of(unsigned long code) {
  const int reason = ERR_GET_REASON(code);
  if (reason == ERR_R_MALLOC_FAILURE) {
    return Error{Status::InsufficientMemory, "no memory for TLS"};
  }
  if (auto failure = x509::remote_failure(code)) return failure;
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return std::nullopt;
  if (reason >= SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + UINT8_MAX) {
    return alert_received(static_cast<std::uint8_t>(reason - SSL_AD_REASON_OFFSET));
  }
  return meaning_of_reason(reason);
}

}  // namespace

Error alert_received(std::uint8_t description) {
  const auto* known =
      std::find_if(kAlerts.begin(), kAlerts.end(),
                   [&](const AlertMeaning& meaning) { return meaning.description == description; });
  if (known == kAlerts.end()) {
    return {Status::IllegalMessage, "the peer sent a TLS alert", 0, description};
  }
  return {known->status, known->why, 0, description};
}

Error take_failure(const Error& otherwise) {
  std::optional<Error> found;
  while (const unsigned long code = ERR_get_error()) {  // the oldest first: it is the cause
    if (!found) found = meaning_of(code);
  }
  return found.value_or(otherwise);
}

}  // namespace opensspi::tls
