// Errors as values. `Status` carries the SEC_E_* number that the C ABI returns; `why` is static
// text for a person and never holds peer bytes or secrets.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

namespace opensspi {

// The SECURITY_STATUS values that rooms below the C ABI answer with.
enum class Status : std::int32_t {
  Ok = 0,
  InsufficientMemory = static_cast<std::int32_t>(0x80090300),
  InvalidHandle = static_cast<std::int32_t>(0x80090301),
  UnsupportedFunction = static_cast<std::int32_t>(0x80090302),
  TargetUnknown = static_cast<std::int32_t>(0x80090303),
  InternalError = static_cast<std::int32_t>(0x80090304),
  PackageNotFound = static_cast<std::int32_t>(0x80090305),
  NotOwner = static_cast<std::int32_t>(0x80090306),
  InvalidToken = static_cast<std::int32_t>(0x80090308),
  CannotPack = static_cast<std::int32_t>(0x80090309),
  QopNotSupported = static_cast<std::int32_t>(0x8009030A),
  NoImpersonation = static_cast<std::int32_t>(0x8009030B),
  LogonDenied = static_cast<std::int32_t>(0x8009030C),
  UnknownCredentials = static_cast<std::int32_t>(0x8009030D),
  NoCredentials = static_cast<std::int32_t>(0x8009030E),
  MessageAltered = static_cast<std::int32_t>(0x8009030F),
  OutOfSequence = static_cast<std::int32_t>(0x80090310),
  NoAuthenticatingAuthority = static_cast<std::int32_t>(0x80090311),
  ContextExpired = static_cast<std::int32_t>(0x80090317),
  IncompleteMessage = static_cast<std::int32_t>(0x80090318),
  IncompleteCredentials = static_cast<std::int32_t>(0x80090320),
  BufferTooSmall = static_cast<std::int32_t>(0x80090321),
  WrongPrincipal = static_cast<std::int32_t>(0x80090322),
  TimeSkew = static_cast<std::int32_t>(0x80090324),
  UntrustedRoot = static_cast<std::int32_t>(0x80090325),
  IllegalMessage = static_cast<std::int32_t>(0x80090326),
  CertUnknown = static_cast<std::int32_t>(0x80090327),
  CertExpired = static_cast<std::int32_t>(0x80090328),
  EncryptFailure = static_cast<std::int32_t>(0x80090329),
  DecryptFailure = static_cast<std::int32_t>(0x80090330),
  AlgorithmMismatch = static_cast<std::int32_t>(0x80090331),
  WrongCredentialHandle = static_cast<std::int32_t>(0x80090336),
  CryptoSystemInvalid = static_cast<std::int32_t>(0x80090337),
  PkinitNameMismatch = static_cast<std::int32_t>(0x8009033D),
  BadBindings = static_cast<std::int32_t>(0x80090346),
  CertWrongUsage = static_cast<std::int32_t>(0x80090349),
  SmartcardCertRevoked = static_cast<std::int32_t>(0x80090351),
  IssuingCaUntrusted = static_cast<std::int32_t>(0x80090352),
  RevocationOfflineClient = static_cast<std::int32_t>(0x80090353),
  PkinitClientFailure = static_cast<std::int32_t>(0x80090354),
  SmartcardCertExpired = static_cast<std::int32_t>(0x80090355),
  RevocationOfflineKdc = static_cast<std::int32_t>(0x80090358),
  IssuingCaUntrustedKdc = static_cast<std::int32_t>(0x80090359),
  KdcCertExpired = static_cast<std::int32_t>(0x8009035A),
  KdcCertRevoked = static_cast<std::int32_t>(0x8009035B),
  InvalidParameter = static_cast<std::int32_t>(0x8009035D),
  DelegationPolicy = static_cast<std::int32_t>(0x8009035E),
  PolicyNtlmOnly = static_cast<std::int32_t>(0x8009035F),
  MutualAuthFailed = static_cast<std::int32_t>(0x80090363),
  ApplicationProtocolMismatch = static_cast<std::int32_t>(0x80090367),
  NoRevocationCheck = static_cast<std::int32_t>(0x80092012),  // CRYPT_E_NO_REVOCATION_CHECK
};

struct Error {
  Status status = Status::InternalError;
  const char* why = "";          // static text, for a person
  std::uint32_t nt_status = 0;   // the true NTSTATUS behind it, 0 when there is none
  std::int64_t value = 0;        // a figure that helps: a clock skew in seconds, a TLS alert, …
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Status status, const char* why, std::uint32_t nt_status = 0,
                                  std::int64_t value = 0) {
  return tl::unexpected<Error>(Error{status, why, nt_status, value});
}

inline tl::unexpected<Error> fail(const Error& error) { return tl::unexpected<Error>(error); }

}  // namespace opensspi

// Leaves the function with the error of `expression`, a Result.
#define TRY(expression)                                                                 \
  do {                                                                                  \
    if (auto&& try_result = (expression); !try_result)                                  \
      return ::opensspi::fail(try_result.error());                                      \
  } while (false)

#define OPENSSPI_JOIN_AGAIN(a, b) a##b
#define OPENSSPI_JOIN(a, b) OPENSSPI_JOIN_AGAIN(a, b)

// Declares `declaration` with the value of `expression`, or leaves with its error.
#define TRY_ASSIGN(declaration, expression)                                             \
  auto OPENSSPI_JOIN(try_result_, __LINE__) = (expression);                             \
  if (!OPENSSPI_JOIN(try_result_, __LINE__))                                            \
    return ::opensspi::fail(OPENSSPI_JOIN(try_result_, __LINE__).error());              \
  declaration = std::move(*OPENSSPI_JOIN(try_result_, __LINE__))
