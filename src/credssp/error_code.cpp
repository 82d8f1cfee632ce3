// The two directions of errorCode.
#include "credssp/error_code.h"

#include <algorithm>
#include <array>

#include "sspi/types.h"

namespace opensspi::credssp {
namespace {

constexpr std::uint32_t kInvalidLogonHours = 0xC000006F;
constexpr std::uint32_t kInvalidWorkstation = 0xC0000070;
constexpr std::uint32_t kLogonTypeNotGranted = 0xC000015B;

struct Meaning {
  std::uint32_t nt_status;
  Status status;
  const char* why;
};

constexpr std::array kMeanings = {
    Meaning{nt_status::kLogonFailure, Status::LogonDenied,
            "the server refused: unknown user or wrong password"},
    Meaning{nt_status::kWrongPassword, Status::LogonDenied, "the server refused: wrong password"},
    Meaning{nt_status::kNoSuchUser, Status::LogonDenied, "the server refused: unknown user"},
    Meaning{nt_status::kAccountRestriction, Status::LogonDenied,
            "the server refused: a restriction on the account forbids it"},
    Meaning{kInvalidLogonHours, Status::LogonDenied,
            "the server refused: the account may not log on at this hour"},
    Meaning{kInvalidWorkstation, Status::LogonDenied,
            "the server refused: the account may not log on from this machine"},
    Meaning{nt_status::kPasswordExpired, Status::LogonDenied,
            "the server refused: the password has expired"},
    Meaning{nt_status::kPasswordMustChange, Status::LogonDenied,
            "the server refused: the password must be changed first"},
    Meaning{nt_status::kAccountDisabled, Status::LogonDenied,
            "the server refused: the account is disabled"},
    Meaning{nt_status::kAccountExpired, Status::LogonDenied,
            "the server refused: the account has expired"},
    Meaning{nt_status::kAccountLockedOut, Status::LogonDenied,
            "the server refused: the account is locked out"},
    Meaning{kLogonTypeNotGranted, Status::LogonDenied,
            "the server refused: the account may not log on this way"},
    Meaning{nt_status::kAccessDenied, Status::LogonDenied, "the server refused: access denied"},
    // No NTSTATUS but what SSPI itself returns: pyspnego's server sends it.
    Meaning{static_cast<std::uint32_t>(Status::LogonDenied), Status::LogonDenied,
            "the server refused the logon"},
    Meaning{nt_status::kNoLogonServers, Status::NoAuthenticatingAuthority,
            "the server found nobody to check the logon with"},
    Meaning{nt_status::kInsufficientResources, Status::NoAuthenticatingAuthority,
            "the server refused: it has too much to do to check the logon"},
    Meaning{nt_status::kNotSupported, Status::UnsupportedFunction,
            "the server does not support this: its policy may demand another CredSSP version"},
    Meaning{nt_status::kTimeDifferenceAtDc, Status::TimeSkew,
            "the server's clock and the domain's are too far apart"},
};

}  // namespace

Error refusal_by_server(std::uint32_t error_code) {
  const auto* known = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& meaning) {
    return meaning.nt_status == error_code;
  });
  if (known != kMeanings.end()) return {known->status, known->why, error_code};
  // An NTSTATUS of severity error is passed on. Anything else must not be: a success would be taken
  // for one, a SECURITY_STATUS could ask the caller to go on. 0xC007xxxx is a Win32 code in an
  // NTSTATUS's clothes (FreeRDP 3.15: 0xC00700EA for a wrong password): a refusal, no more.
  const bool is_nt_error = error_code >> 30 == 3 && error_code >> 16 != 0xC007;
  if (!is_nt_error)
    return {Status::LogonDenied, "the server refused, with a code that is no NTSTATUS", error_code};
  return {static_cast<Status>(error_code),
          "the server refused with a status that has no words here", error_code};
}

std::uint32_t error_code_for(const Error& error) {
  if (error.nt_status != 0) return nt_status_for_peer(error.nt_status);
  switch (error.status) {
    case Status::NoAuthenticatingAuthority:
      return nt_status::kNoLogonServers;
    case Status::UnsupportedFunction:
      return nt_status::kNotSupported;
    case Status::TimeSkew:
      return nt_status::kTimeDifferenceAtDc;
    default:
      return nt_status::kLogonFailure;
  }
}

}  // namespace opensspi::credssp
