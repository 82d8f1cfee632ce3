// One sentence for each NTSTATUS.
#include "sspi/domain_words.h"

#include "sspi/types.h"

namespace opensspi {

const char* domain_words(std::uint32_t nt_status) {
  switch (nt_status) {
    case nt_status::kWrongPassword:
      return "wrong password, says the domain";
    case nt_status::kNoSuchUser:
      return "the domain knows no account of that name";
    case nt_status::kAccountDisabled:
      return "the account is disabled in the domain";
    case nt_status::kAccountExpired:
      return "the account expired in the domain";
    case nt_status::kAccountLockedOut:
      return "the account is locked out in the domain";
    case nt_status::kPasswordExpired:
      return "the password expired in the domain";
    case nt_status::kPasswordRestriction:
      return "the new password does not meet the domain's rules, or is changed too soon";
    case nt_status::kPasswordMustChange:
      return "the domain wants the password changed before the next logon";
    case nt_status::kAccountRestriction:
      return "the domain restricts the account: it may not log on like this";
    case 0xC000006F:  // STATUS_INVALID_LOGON_HOURS
      return "the domain does not let the account log on at this hour";
    case 0xC0000070:  // STATUS_INVALID_WORKSTATION
      return "the domain does not let the account log on from this machine";
    case 0xC000015B:  // STATUS_LOGON_TYPE_NOT_GRANTED
      return "the domain does not grant the account this kind of logon";
    case 0xC00002FA:  // STATUS_SMARTCARD_LOGON_REQUIRED
      return "the domain lets the account log on with a smart card only";
    case 0xC0000413:  // STATUS_AUTHENTICATION_FIREWALL_FAILED
      return "the domain does not let the account log on to that computer";
    default:
      return nullptr;
  }
}

}  // namespace opensspi
