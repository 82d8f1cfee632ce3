// One row for each code that a person can do something about.
#include "kerberos/errors.h"

#include <krb5.h>

#include "kerberos/error_row.h"
#include "kerberos/library.h"
#include "sspi/domain_words.h"
#include "sspi/types.h"

namespace opensspi::kerberos {
namespace {

constexpr char kKdcsClock[] = "this machine's clock and the KDC's differ too much";

constexpr ErrorRow kKdcRows[] = {
    {KRB5_KDC_UNREACH, Status::NoAuthenticatingAuthority, "no KDC of the realm can be reached",
     nt_status::kNoLogonServers},
    {KRB5_REALM_UNKNOWN, Status::NoAuthenticatingAuthority, "no KDC of the realm is known",
     nt_status::kNoLogonServers},
    {KRB5_REALM_CANT_RESOLVE, Status::NoAuthenticatingAuthority,
     "the name of the realm's KDC cannot be resolved", nt_status::kNoLogonServers},
    {KRB5_CONFIG_NODEFREALM, Status::NoAuthenticatingAuthority,
     "no realm is named and krb5.conf has no default_realm", nt_status::kNoLogonServers},
    {KRB5KDC_ERR_SVC_UNAVAILABLE, Status::NoAuthenticatingAuthority,
     "the KDC cannot answer at the moment", nt_status::kNoLogonServers},
    {KRB5KDC_ERR_WRONG_REALM, Status::NoAuthenticatingAuthority, "the KDC is another realm's",
     nt_status::kNoLogonServers},
    {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, Status::TargetUnknown,
     "the KDC knows no service of the target's name (SPN)"},
    {KRB5_ERR_HOST_REALM_UNKNOWN, Status::TargetUnknown, "the target's realm is not known"},
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, Status::LogonDenied, "the KDC knows no user of that name",
     nt_status::kNoSuchUser},
    {KRB5KDC_ERR_PREAUTH_FAILED, Status::LogonDenied, "wrong password", nt_status::kWrongPassword},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, Status::LogonDenied, "wrong password",
     nt_status::kWrongPassword},
    {KRB5KDC_ERR_KEY_EXP, Status::LogonDenied, "the password has expired",
     nt_status::kPasswordExpired},
    {KRB5KDC_ERR_CLIENT_REVOKED, Status::LogonDenied, "the account is disabled or locked",
     nt_status::kAccountDisabled},
    {KRB5KDC_ERR_NAME_EXP, Status::LogonDenied, "the account has expired",
     nt_status::kAccountExpired},
    {KRB5KDC_ERR_POLICY, Status::LogonDenied, "the KDC's policy forbids it",
     nt_status::kAccountRestriction},
    {KRB5KDC_ERR_MUST_USE_USER2USER, Status::UnsupportedFunction,
     "the KDC gives tickets for that target for user-to-user only (ISC_REQ_USE_SESSION_KEY)",
     nt_status::kUserToUserRequired},
    {KRB5KDC_ERR_ETYPE_NOSUPP, Status::AlgorithmMismatch,
     "the KDC has no encryption type in common with this machine"},
    {KRB5KRB_AP_ERR_TKT_EXPIRED, Status::NoCredentials,
     "the tickets have expired: run kinit or opensspi login"},
    {KRB5_CC_NOTFOUND, Status::NoCredentials, "the ticket cache has no ticket for that target"},
    {KRB5_FCC_NOFILE, Status::NoCredentials, "the ticket cache is gone: run kinit"},
    {KRB5_KT_NOTFOUND, Status::NoCredentials, "the keytab has no key of that principal"},
    {KRB5KRB_AP_ERR_SKEW, Status::TimeSkew, kKdcsClock, nt_status::kTimeDifferenceAtDc},
    {KRB5_KDCREP_SKEW, Status::TimeSkew, kKdcsClock, nt_status::kTimeDifferenceAtDc},
};

constexpr char kOtherKey[] = "the ticket is for another server, or under a key that is not here";
constexpr char kClocks[] = "the clocks of client and server differ too much";

constexpr ErrorRow kApRows[] = {
    {KRB5KRB_AP_ERR_MODIFIED, Status::LogonDenied, kOtherKey},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, Status::LogonDenied, kOtherKey},
    {KRB5KRB_AP_ERR_NOT_US, Status::LogonDenied, kOtherKey},
    {KRB5KRB_AP_ERR_NOKEY, Status::LogonDenied, kOtherKey},
    {KRB5KRB_AP_ERR_BADKEYVER, Status::LogonDenied, kOtherKey},
    {KRB5KRB_AP_WRONG_PRINC, Status::LogonDenied, kOtherKey},
    {KRB5_KT_NOTFOUND, Status::LogonDenied, kOtherKey},
    {KRB5_KT_KVNONOTFOUND, Status::LogonDenied, kOtherKey},
    {KRB5KRB_AP_ERR_BADMATCH, Status::LogonDenied, "the ticket is another client's"},
    {KRB5KRB_AP_ERR_REPEAT, Status::LogonDenied, "the client's message was received before"},
    {KRB5KRB_AP_ERR_TKT_INVALID, Status::LogonDenied, "the ticket is not validated yet"},
    {KRB5KRB_AP_ERR_ILL_CR_TKT, Status::LogonDenied,
     "the ticket came through a realm that is not trusted"},
    {KRB5KRB_AP_ERR_SKEW, Status::TimeSkew, kClocks, nt_status::kTimeDifferenceAtDc},
    {KRB5KRB_AP_ERR_TKT_NYV, Status::TimeSkew, "the ticket is not valid yet",
     nt_status::kTimeDifferenceAtDc},
    {KRB5KRB_AP_ERR_TKT_EXPIRED, Status::ContextExpired, "the client's ticket has expired"},
    {KRB5_NOPERM_ETYPE, Status::LogonDenied, "the ticket's encryption type is not permitted here"},
    {KRB5KRB_AP_ERR_MUT_FAIL, Status::MutualAuthFailed, "the server did not prove who it is"},
    {KRB5_MUTUAL_FAILED, Status::MutualAuthFailed, "the server did not prove who it is"},
};

// Why an account is refused. Whether there is one, on which it hangs what is tried next, only the
// number says; and nothing else that a KDC may put there steers anything here.
bool explains(std::uint32_t nt_status, const ErrorRow& row) {
  return row.status == Status::LogonDenied && row.nt_status != nt_status::kNoSuchUser &&
         nt_status != nt_status::kNoSuchUser && domain_words(nt_status) != nullptr;
}

// Of what a server does with the system, writing into the replay cache is what may fail. The
// system's own numbers are small.
bool is_of_replay_cache(krb5_error_code code) {
  constexpr krb5_error_code kSystems = 4096;
  return (code > 0 && code < kSystems) || (code >= KRB5_RC_TYPE_EXISTS && code <= KRB5_RC_IO_SPACE);
}

}  // namespace

tl::unexpected<Error> kdc_failure(std::int32_t code, std::uint32_t nt_status) {
  if (const ErrorRow* row = find(kKdcRows, code)) {
    if (explains(nt_status, *row)) {
      return fail(row->status, domain_words(nt_status), nt_status, row->code);
    }
    return fail(row->status, row->why, row->nt_status,
                row->status == Status::TimeSkew ? 0 : row->code);
  }
  return failure(code, Status::NoAuthenticatingAuthority, "the KDC gave no ticket");
}

tl::unexpected<Error> ap_failure(std::int32_t code) {
  if (const ErrorRow* row = find(kApRows, code)) {
    return fail(row->status, row->why, row->nt_status,
                row->status == Status::TimeSkew ? 0 : row->code);
  }
  if (is_of_replay_cache(code)) {
    return failure(code, Status::InternalError, "the replay cache cannot be written");
  }
  return failure(code, Status::InvalidToken, "not a message of Kerberos");
}

bool is_malformed(std::int32_t code) {
  constexpr std::int32_t kTableSize = 256;
  return code >= ERROR_TABLE_BASE_asn1 && code - ERROR_TABLE_BASE_asn1 < kTableSize;
}

tl::unexpected<Error> refusal_by_server(std::uint32_t number, std::int64_t skew) {
  const auto code = static_cast<std::int32_t>(number) + ERROR_TABLE_BASE_krb5;
  switch (code) {
    case KRB5KRB_AP_ERR_SKEW:
      return skew_failure(skew);
    // Windows: the server has other keys than the KDC thinks.
    case KRB5KRB_AP_ERR_MODIFIED:
    case KRB5KRB_AP_ERR_BAD_INTEGRITY:
    case KRB5KRB_AP_ERR_NOKEY:
    case KRB5KRB_AP_ERR_NOT_US:
      return fail(Status::WrongPrincipal,
                  "the server has no key for the ticket: the SPN is another's", 0, number);
    case KRB5KRB_AP_ERR_TKT_EXPIRED:
      return fail(Status::ContextExpired, "the server says that the ticket has expired", 0, number);
    case KRB5KRB_AP_ERR_USER_TO_USER_REQUIRED:
      return fail(Status::UnsupportedFunction,
                  "the server wants user-to-user (ISC_REQ_USE_SESSION_KEY)",
                  nt_status::kUserToUserRequired, number);
    default:
      return fail(Status::LogonDenied, "the server refused the ticket", 0, number);
  }
}

std::uint32_t protocol_number(std::int32_t code) {
  constexpr std::int64_t kNumbers = 128, kGeneric = 60;
  // Windows: whatever the reason for which no key opened the ticket.
  const ErrorRow* row = find(kApRows, code);
  if (row != nullptr && row->why == kOtherKey) code = KRB5KRB_AP_ERR_MODIFIED;
  const std::int64_t number = std::int64_t{code} - ERROR_TABLE_BASE_krb5;
  return static_cast<std::uint32_t>(number >= 0 && number < kNumbers ? number : kGeneric);
}

tl::unexpected<Error> skew_failure(std::int64_t seconds) {
  return fail(Status::TimeSkew, kClocks, nt_status::kTimeDifferenceAtDc, seconds);
}

}  // namespace opensspi::kerberos
